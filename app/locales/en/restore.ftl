## Putting back the mail of a finished recall: the requester
restore-title = Put the mail back…
restore-means-back = The copies go back to the folders they were in, with the same marks and date. Those nobody had read show up as new mail.
restore-means-both = The replacement stays where it stands, so { $both } { $both ->
    [one] recipient
   *[other] recipients
} will have both mails.
restore-means-sent = Corrections that have been sent can’t be unsent.
restore-kept-until = The vault keeps the copies until { $until }; after that they can’t be put back any more.
restore-note = Why should it go back?
restore-note-hint = The approver reads it.
restore-ask-means = Nothing moves before { $names } agrees.
restore-ask = Ask to put it back
restore-nobody = Nobody in the directory can decide this. Please ask an administrator to name an approver.
restore-last-refused = { $name } didn’t agree to put it back last time; the reason is under “What happened”.
restore-last-expired = Last time, nobody decided in time.
restore-erased = This mail can’t be put back any more: the time for keeping it is over, and the copies were erased for good.
restore-asked = Your request to put the mail back is on its way. Nothing moves before it is approved.
restore-note-missing = Please say why the mail should go back: the approver needs to know. Nothing was asked for yet.
restore-note-long = The reason is too long (at most { $most } characters). Nothing was asked for yet.
restore-nothing-kept = The vault keeps no copies of this case any more, so there is nothing to put back. Nothing was changed.
restore-open-case = Case { $other } about the same mail is still at work, so this mail can’t be put back yet. Nothing was asked for and nothing was changed; once case { $other } has ended, you can ask again.
restore-not-now = It can’t be put back now: the case is “{ $state }”. Nothing was changed.
restore-drop = Withdraw this request
restore-drop-means = If you withdraw it, nothing moves: the mail stays recalled.
restore-dropped = Your request to put the mail back is withdrawn. Nothing was moved.
restore-drop-too-late = It can’t be withdrawn any more: the case is “{ $state }” now. Nothing was changed.
## The approver
restore-decide-title = Your decision: put the mail back?
restore-decide-about = This recall is finished. You are not asked about it again, but whether its mail goes back into the mailboxes.
restore-why = Why it should go back
restore-counts = { $kept } of { $total } recipients get it back; { $read } of them had read it before the recall
restore-decide-means = Agreed: the mail goes back to these mailboxes. Not agreed: it stays recalled. Either can’t be undone here.
restore-decide-approve = Put it back
restore-decide-refuse = Leave it recalled
restore-decided-approved = You agreed. The mail is going back.
restore-decided-refused = You didn’t agree. Nothing was moved; the mail stays recalled.
## State and counts
restore-awaiting = Waiting for { $names } to decide on putting the mail back
restore-awaiting-mine = Waiting for your decision on putting the mail back
restore-awaiting-next = The recall is finished and nothing moves for now. Without a decision by { $until } the mail stays recalled.
restore-restoring = Putting the mail back
restore-restoring-next = Mailbox by mailbox, into the same folders, with the same marks and date; each is checked by looking again. You may leave this page, work goes on.
restore-done = The mail is back
restore-done-none = There was nothing to put back
restore-done-back = In { $back } { $back ->
    [one] mailbox
   *[other] mailboxes
} it stands where it stood before the recall.
restore-done-both = { $both } { $both ->
    [one] recipient has
   *[other] recipients have
} the replacement as well.
restore-done-sent = Corrections that went out before: { $sent }.
restore-counted = { $done } of { $total } { $total ->
    [one] mailbox
   *[other] mailboxes
} done
## Request and report
restore-asked-by = Asked to put it back
restore-asked-by-at = { $name }, { $at }
restore-approval = Approval to put it back
restore-approval-none = No decision
## Timeline and audit trail
restore-told-requested = { $name } asked to put the mail back
restore-told-dropped = { $name } withdrew the request to put the mail back
restore-told-expired = Nobody decided in time about putting the mail back; it stays recalled
restore-told-approved = { $name } agreed to put the mail back
restore-told-refused = { $name } didn’t agree to put the mail back
restore-told-restoring = The mail began to go back
restore-told-restored = The mail is back
restore-told-copies = Copies put back: { $copies }.
restore-told-copy-sealed = A copy was sealed in the vault
restore-told-copy-held = A copy was taken out of the mailbox
restore-told-copy-left = A copy stayed where it was, because it had changed
restore-told-copy-returning = A copy is about to go back to its mailbox
restore-told-copy-released = A copy is back in its mailbox
restore-told-copy-reshaped = The mail server keeps the copy that went back in other bytes; it says the same
