## Asking: the form
ask-title = Get this mail back
ask-steps = Steps
ask-step-write = Fill in
ask-step-check = Check
ask-step-watch = Send and watch
ask-restored = What you had typed is back. Files could not be kept; please add them again if you need them.
ask-done-already = This request was already made: it is case { $number }.
ask-open-case-title = A case about this mail is already under way
ask-open-case = One mail can have only one case at work. See how it is doing; once it has ended, you can ask again.
ask-open-case-elsewhere = The same mail lies in another mailbox too, and from there somebody has asked; that case isn’t yours to see. One mail can have only one case at work: once it has ended, you can ask.
ask-open-case-link = Open case { $number }
ask-intent = What to do
ask-intent-recall = Take this mail back out of the recipients’ mailboxes; those it can’t be taken from can get a correction.
ask-intent-replace = Take this mail back and put the right version below in its place; those it can’t be taken from get it as a correction.
ask-intent-correct = Leave the mail where it is, and send a correction after it.
ask-no-message-id = This mail has no Message-ID, so its copies can’t be found with certainty. It can’t be recalled; you can send a correction.
ask-people = Which recipients
ask-chosen = { $count } of { $total } chosen.
ask-choose-everybody = Choose everybody
ask-choose-inside = Only people inside
ask-choose-nobody = Choose nobody
ask-via = { $address }, through { $groups }
ask-group-unread = Inside, unread: { $count }
ask-group-read = Inside, read: { $count }
ask-group-not-found = Not found in the mailbox: { $count }
ask-group-outside = Outside, can’t be recalled: { $count }
ask-group-hold = On legal hold, must not be touched: { $count }
ask-group-trouble = Can’t be looked at now: { $count }
ask-group-unknown = Mailbox not looked at in time: { $count }
ask-include-read = Take back read copies, too
ask-include-read-hint = Needs approval. They may have seen the content; taking it back doesn’t undo that.
ask-reason = Reason
ask-reason-hint = The approver sees it, and the template of the correction follows it.
ask-note = Note to the approver
ask-note-hint = Optional. Recipients don’t see it.
ask-letter = Correction mail
ask-letter-recall = Goes to those the recall can’t reach: outside, or read already. Leave the text empty to send none.
ask-letter-replace = This is the mail that takes the place of the original; those the recall can’t reach get the same.
ask-letter-correct = Goes to every recipient chosen above, each their own.
ask-letter-language = Language of the letter
ask-template = Use the template
ask-template-hint = Written for the purpose and reason chosen above. What you wrote isn’t lost; it is put below.
ask-open-places = { $count ->
    [one] One place is
   *[other] { $count } places are
 } left for you to fill in, marked “(please fill in: …)” or “(please tidy up: …)”.
ask-subject = Subject
ask-text = Text
ask-files = Files
ask-files-choose = Choose files
ask-files-hint = You can choose several at once. At most { $limit } together, room for { $room } more; at most { $most } files.
ask-files-fit = The chosen files are { $size } in total; not uploaded yet.
ask-files-too-large = The chosen files are { $size } in total and don’t fit: there is room for { $room }. Choose fewer or smaller ones.
ask-attach = Add the chosen files
ask-file-remove = Remove { $name }
ask-file-empty = “{ $name }” is empty and was not added.
ask-file-too-large = “{ $name }” doesn’t fit: all files together may have at most { $limit }. Everything else is saved.
ask-file-too-many = “{ $name }” was not added: at most { $most } files.
ask-file-too-much-unfinished = “{ $name }” was not added: the files of all requests you have begun and not made yet may have at most { $limit } together. Everything else is saved. Go on without this file, or first make or drop another request with files. What you don’t touch for 30 days goes by itself.
ask-file-failed = “{ $name }” could not be kept; please try again. When you report it, give the number { $request }.
ask-file-broken-off = The upload broke off, and files may be missing: the connection ended, or it was more than { $limit }. The text is saved; please check the files and add what is missing.
ask-next = Next: check
ask-next-hint = No mail is touched yet. The next page tells you what will happen.
## Asking: what is wrong
ask-problem-no-recipients = Nobody is chosen; choose at least one recipient.
ask-problem-unknown-recipients = Somebody you chose is no longer among the recipients of this mail; please choose again.
ask-problem-correction-missing = The mail to send has no text yet.
ask-problem-subject-missing = The mail to send has no subject yet.
ask-problem-note-long = The note to the approver is too long; at most { $most } characters.
ask-problem-subject-long = The subject is too long; at most { $most } characters.
ask-problem-text-long = The text is too long; at most { $most } characters.
ask-problem-no-message-id = This mail has no Message-ID and can’t be recalled; choose “Correction only”.
ask-problem-nobody-can-approve = This needs approval, and nobody can give it: nobody stands above you, and no approver is named. Choose fewer recipients, or ask an administrator to name an approver.
## The check page
check-title = One look before it starts
check-mail = Your mail
check-mail-sent = “{ $subject }” ({ $sent })
check-who = { $count }: { $names }
check-problems = This can’t be sent yet. Please change:
check-happens = What will happen
check-slow = { $count } { $count ->
        [one] mailbox
       *[other] mailboxes
    } couldn’t be looked at in the few seconds before this page. They are dealt with like the others: unread copies there, too. The case says how each ended, and who got the correction.
check-unread-now = { $count ->
    [one] 1 unread copy is
   *[other] { $count } unread copies are
 } taken back within seconds; nobody sees { $count ->
    [one] it
   *[other] them
 } any more.
check-unread-freeze = { $count ->
    [one] 1 unread copy disappears from its mailbox
   *[other] { $count } unread copies disappear from their mailboxes
 } within seconds (frozen). Until it is approved, everything can be put back exactly as it was.
check-unread-later = Once approved, { $count ->
    [one] 1 unread copy is
   *[other] { $count } unread copies are
 } taken back.
check-read-taken = { $count ->
    [one] 1 read copy is
   *[other] { $count } read copies are
 } taken back only once approved; the content may have been seen.
check-read-left = { $count ->
    [one] 1 read copy is
   *[other] { $count } read copies are
 } left alone.
check-replaced-later = Once approved, the mail below takes the place of each copy taken back: same folder, same date.
check-replaced = Where a copy is taken back, the mail below takes its place: same folder, same date.
check-not-found = { $count ->
    [one] 1 mailbox doesn’t
   *[other] { $count } mailboxes don’t
 } hold this mail right now. We look once more, and tell you if it isn’t there.
check-hold = { $count ->
    [one] 1 mailbox is
   *[other] { $count } mailboxes are
 } on legal hold and left alone.
check-trouble = { $count ->
    [one] 1 mailbox
   *[other] { $count } mailboxes
 } can’t be dealt with right now; the case will say why.
check-outside-letter = { $count ->
    [one] 1 outside recipient: can’t be recalled, gets
   *[other] { $count } outside recipients: can’t be recalled, get
 } the correction below.
check-outside-silent = { $count ->
    [one] 1 outside recipient: can’t be recalled. You wrote no correction, so they hear
   *[other] { $count } outside recipients: can’t be recalled. You wrote no correction, so they hear
 } nothing.
check-correct-only = The mail stays where it is; nothing is taken out of any mailbox.
check-letters-now = The correction goes to { $count ->
    [one] 1 person
   *[other] { $count } people
 } at once.
check-letters-later = Once approved, the correction goes to { $count ->
    [one] 1 person
   *[other] { $count } people
 }. Those whose copy is taken back unread don’t get it.
check-letters-later-all = Once approved, the correction goes to { $count ->
    [one] 1 person
   *[other] { $count } people
 }.
check-letters-none = As things stand, nobody needs the correction as a separate mail.
check-free = No approval is needed; it starts at once.
check-approval = Needs approval by { $names }, because: { $reasons }.
check-until-freeze = They are told by mail and find it under “Approvals”; if it is urgent, call them, too. Without a decision by { $until }, or if they refuse, frozen copies go back exactly as they were and no correction is sent.
check-until = They are told by mail and find it under “Approvals”; if it is urgent, call them, too. Without a decision by { $until }, or if they refuse, nothing is touched and no correction is sent.
check-letter = Correction mail
check-from = From
check-to = To
check-to-each = Each recipient gets their own; nobody sees the others
check-open-places = The letter still has places to fill in:
check-open-places-link = Go back and fill them in
check-open-places-refused = The letter still has places to fill in, so nothing was sent. Fill them in, or tick “send it as it is”.
check-file-missing = The letter says that a file is attached, but none is.
check-file-missing-link = Go back and add it
check-as-is = They needn’t be filled in; send it as it is
check-confirm = It starts when you press the button. Pressing twice still makes one case.
check-button-freeze = Freeze now and ask for approval
check-button-approval = Ask for approval
check-button-recall = Recall now
check-button-replace = Recall and replace now
check-button-correct = Send the correction now
check-change = Go back and change
check-discard = Drop this request
check-discarded = Dropped; text and files are deleted. No mail was touched.
check-done = Done: this is case { $number }.
check-changed = This request was changed in another window, so nothing was sent. Please look at it once more.
check-problems-refused = Something must be changed first; nothing was sent.
