## The live view: state
live-requested = The request is on record
live-requested-next = Work starts in a moment.
live-holding = Freezing unread copies
live-holding-next = Copies that nobody has read are being moved into the vault, out of the recipients’ sight. Then { $names } will decide.
live-awaiting = Waiting for { $names } to decide
live-awaiting-mine = Waiting for your decision
live-awaiting-nobody = Nobody can decide at present
live-nobody-decides = Nobody in the directory can decide this request. Please ask an administrator to name an approver.
live-awaiting-frozen = Unread copies in { $held } { $held ->
    [one] mailbox
   *[other] mailboxes
} are frozen; the recipients don’t see them. Without a decision by { $until } they go back exactly as they were.
live-awaiting-not-frozen = Nothing could be frozen; where a copy is unread, it can still be read. Without a decision by { $until } the case ends.
live-awaiting-untouched = There was no unread copy to freeze; the mailboxes are unchanged. Without a decision by { $until } the case ends.
live-awaiting-later = Nothing is touched before the approval; unread copies stay in the mailboxes. Without a decision by { $until } the case ends.
live-awaiting-correction = The mail stays where it is, and no correction has been sent yet. Without a decision by { $until } none will be.
live-troubled = { $troubled } { $troubled ->
    [one] mailbox needs
   *[other] mailboxes need
} attention, see below.
live-executing = Taking the mail back
live-correcting = Sending the correction
live-executing-next = Mailbox by mailbox; each result appears as soon as it is verified. You may leave this page, work goes on.
live-finished-all = All copies taken back, all of them unread
live-finished-enough = You needn’t do anything more.
live-finished-read = All copies taken back, but { $read } may have been read
live-finished-part = Partly taken back: { $gone } of { $total } recipients
live-finished-none = No copy could be taken back
live-finished-seen = { $read } of them may have seen the content.
live-finished-missed = { $missed } could not be taken back; reasons and next steps are below.
live-corrected-all = The correction has been sent to everyone
live-corrected-part = The correction has not reached everyone
live-corrected-none = No correction has been sent
live-corrected-kept = The original stays where it is, as requested.
live-corrections-sent = Corrections sent: { $sent }.
live-corrections-lost = Corrections not sent, or not known to be: { $lost }; see below.
live-refused = The request was refused
live-expired = Nobody decided in time
live-withdrawn = The request was withdrawn
live-releasing-next = Frozen copies are going back exactly as they were: folder, date and marks.
live-closed-back = The frozen copies in { $back } { $back ->
    [one] mailbox is
   *[other] mailboxes are
} back exactly as they were. Nothing was recalled and no correction was sent.
live-closed-untouched = No mailbox was changed, and no correction was sent.
live-counted = { $done } of { $total } recipients done
live-recipients = Recipients
live-recipient = Recipient
live-state = State
live-advice = What it means
live-more = { $more } more are not listed here; the report has them all.
live-groups = Recipients by state
live-group = { $label }: { $count }
live-rest = { $rest ->
    [one] One more recipient
   *[other] The other { $rest } recipients
}
live-keep-open = Keep this list open (the page refreshes itself while the case is at work)
live-contents = On this page
## The live view: one recipient
live-task-hold = Looking and freezing
live-task-hold-means = Looking through all folders; unread copies are frozen.
live-task-execute = Taking back
live-task-execute-means = Being dealt with and then checked by looking again.
live-task-release = Putting back
live-release-on-hold = Waiting for the end of the legal hold
live-release-on-hold-means = This mailbox must not be touched now. The copy is safe in the vault and goes back by itself once the hold is lifted.
live-task-release-means = The copy is going back to where it was.
live-trouble = { $trouble }.
live-again = Tried again by itself: { $at }.
live-given-up-down = Tried several times without success, and not tried again by itself. Recall once more when the mail system works, or tell the helpdesk.
live-given-up-full = Tried several times without success, and not tried again by itself. Ask the recipient to tidy up, then recall once more.
live-given-up-vault = Not tried again by itself. Recall once more when an administrator has made room.
live-given-up-internal = We can’t say for certain how far it got. Tell the helpdesk the case number; they can look it up.
live-failed-held = The copy that was frozen is still kept in the vault.
live-outside-means = Not a mailbox of ours, so it can’t be frozen or taken back. A correction goes out after approval, if one was written.
live-held-means = The unread copy is out of the mailbox and safe in the vault; it can go back at any time.
live-held-read-goes = A read copy is still there; it goes too once approved.
live-held-read-stays = A read copy is still there and will stay.
live-not-held = Could not be frozen
live-tried-after-decision = It is tried again once approved.
live-read = Read, not frozen
live-read-goes = The copy was read, or marked as read. Only unread ones are frozen; this one is taken back once approved.
live-read-stays = The copy was read, or marked as read. Only unread ones are asked for; this one will stay.
live-not-yet-found = Not found yet
live-not-yet-found-means = It is looked for once more after approval. It may not have arrived, or have been moved away.
live-fact-folder = Folder: { $folder }
live-fact-read = Read copies: { $copies }
live-fact-read-mark = Read, by its mark in the mailbox
live-fact-read-log = Read: the mail server’s log says it was opened at { $at }
live-fact-log-unreadable = The mail server’s log couldn’t be read, or not far enough back: only read marks are known
live-fact-strangers = Same ID, other content: { $copies }
live-fact-searched = Folders searched: { $count }
live-fact-searched-names = Folders searched ({ $count }): { $folders }
live-fact-skipped = Not readable: { $folders }
live-fact-via = Through { $groups }
live-inbox = Inbox
live-correction = Correction: { $state }
live-correction-in-place = Correction: in place of the original
## Pages of cases
cases-mine = My cases
cases-none = You have not recalled anything yet
cases-none-hint = Open a mail you have sent and choose “Recall”. Before anything happens you see what would become of each copy.
cases-none-start = Go to sent mail
cases-title = Case { $number }
cases-number = Number
cases-subject = Subject
cases-requester = Asked by
cases-mailbox = For the mailbox
cases-counts = Done
cases-counted = { $ended } of { $targets }
cases-counted-failed = { $failed } failed
cases-counted-unsent = { $unsent } corrections not sent
cases-left-hours = { $hours } h left
cases-left-minutes = { $minutes } min left
cases-left-none = time is up
cases-pages = Pages
cases-position = Page { $page } of { $total }
cases-previous = Previous page
cases-next = Next page
cases-report = Report to print
cases-report-csv = Report as CSV
cases-unknown = There is no such case, or it isn’t yours. Nothing was changed.
cases-system = The portal
cases-somebody = Somebody who has left
## What was asked
cases-asked = The request
cases-created = Asked at
cases-sent-at = Mail sent at
cases-intent = Intent
cases-scope = Copies
cases-scope-none = None is removed
cases-scope-unread = Unread copies only
cases-scope-read = Unread and read copies
cases-reason = Reason
cases-note = Note
cases-no-note = None
cases-approval = Approval
cases-approval-free = Not needed under policy { $policy }
cases-approval-needed = Needed under policy { $policy }: { $reasons }
cases-approval-given = { $name }: { $verdict }, { $at }
cases-told-by-mail = Told by mail
cases-told-sent = { $name }: sent, { $at }
cases-told-not-yet = { $name }: not sent yet
cases-told-unknown = { $name }: it isn’t known whether the mail arrived
cases-told-failed = { $name }: the mail could not be sent
cases-told-unneeded = { $name }: not needed any more
cases-ended = Ended at
cases-until = Decision by
cases-correction = Correction
cases-correction-gone = Its text was destroyed with the vault when the case ended.
cases-files = Files
cases-original = The mail in question
cases-original-show = Show its text
cases-original-to = To: { $names }
## Withdrawing
cases-withdraw = Withdraw the request
cases-withdraw-means = If you withdraw, all frozen copies go back exactly as they were, nothing is recalled and no correction is sent.
cases-withdraw-means-correction = If you withdraw, no correction is sent. No mailbox has been changed.
cases-withdraw-means-untouched = If you withdraw, nothing is recalled and no correction is sent. No mailbox has been changed.
cases-withdrawn = The request is withdrawn. Frozen copies are going back.
cases-withdrawn-untouched = The request is withdrawn. No mailbox was changed, and no correction is sent.
cases-withdrawn-in-flight = The request is withdrawn. Still being dealt with at this moment, and put back right after: { $names }.
cases-withdraw-too-late = It can’t be withdrawn any more: the case is “{ $state }” now. Nothing was changed.
## Deciding
cases-decide-title = Your decision
cases-brief = Extent
cases-brief-counts = { $total } recipients: { $held } frozen, { $read } read already, { $outside } outside
cases-brief-counts-untouched = { $total } recipients, { $outside } outside; no mailbox was looked at yet
cases-why-approval = Why you are asked
cases-decide-comment = Comment
cases-decide-comment-hint = Needed for a refusal. The requester will read it.
cases-decide-means-unread = Approved: the unread copies are removed for good.
cases-decide-means-unread-letter = Approved: the unread copies are removed for good, corrections go out.
cases-decide-means-read = Approved: unread and read copies are removed for good.
cases-decide-means-read-letter = Approved: unread and read copies are removed for good, corrections go out.
cases-decide-means-back = Refused: frozen copies go back as they were.
cases-decide-means-untouched = Refused: nothing is touched.
cases-decide-means-final = Either can’t be undone here.
cases-decide-means-correction = Approved: the correction goes out to the recipients. Refused: nothing is sent. Either can’t be undone here.
cases-decide-approve = Approve
cases-decide-refuse = Refuse
cases-decided-approved = You approved. Work has begun.
cases-decided-refused = You refused. Frozen copies are going back.
cases-decided-refused-untouched = You refused. No mailbox was changed, and no correction is sent.
cases-decide-too-late = Your decision came too late: the case is “{ $state }” now. Nothing was changed.
cases-decide-other-targets = The case is not what your page showed. Nothing was changed; please look again, then decide.
cases-decide-comment-missing = Please say why you refuse: the requester needs to know. Nothing was changed yet.
cases-decide-comment-long = The comment is too long (at most { $most } characters). Nothing was changed yet.
cases-decide-unreadable = The form was not complete. Nothing was changed; please open the case again.
## Timeline
cases-timeline = What happened
cases-told-requested = { $name } asked: { $intent }
cases-told-requested-for = { $name } asked for { $mailbox }: { $intent }
cases-told-targets = { $targets } { $targets ->
    [one] recipient
   *[other] recipients
}
cases-told-holding = Freezing of unread copies began
cases-told-awaiting = Waiting for a decision
cases-told-held = Copies frozen: { $copies }
cases-told-approved = { $name } approved
cases-told-refused = { $name } refused
cases-told-free = No approval needed under the policy
cases-told-executing = Work began
cases-told-expired = Nobody decided in time
cases-told-withdrawn = { $name } withdrew the request
cases-told-releasing = Frozen copies began to go back
cases-told-finished = Finished
cases-told-finished-detail = Copies taken back: { $copies }. Corrections sent: { $sent }.
cases-told-closed = Closed
cases-told-closed-detail = Copies put back: { $copies }.
cases-told-vault-destroyed = The vault of this case was destroyed
cases-told-vault-emptied = The vault of this case was emptied
cases-told-vault-erased = The time for keeping it was over: everything sealed for this case was erased for good
cases-told-correction-lost = A correction could not be sent
## For the helpdesk
cases-technical = Technical facts
cases-technical-hint = Helpdesk sees no subject, text, files or notes of the mail, only what the portal did.
cases-technical-targets = Recipients, as stored
cases-technical-show = Show each recipient’s record
cases-technical-work = Task · tries · due · worker
cases-technical-found = Found
cases-id = Case ID
cases-version = Version
cases-message-id = Message-ID
cases-fingerprint = Fingerprint
cases-digest = Digest of the recipients
cases-policy = Policy version
cases-approvers = Can decide now
cases-audit = Audit trail
cases-audit-seq = No.
cases-audit-at = Time
cases-audit-actor = Who
cases-audit-action = What
cases-audit-hash = Hash (SHA-256)
## Report
report-title = Recall report { $number }
report-printed = As of { $at } ({ $zone })
report-print-hint = Print this page, or save it as PDF, with your browser.
report-back = Back to the case
report-updated = Last change
report-audit = The audit trail has { $entries } entries about this case so far; the last is no. { $seq }, with this hash:
report-audit-hint = Whoever keeps this report can compare number and hash with the trail later: if anything before was changed, they no longer fit.
