## Mails of the portal itself. Nothing of the recalled mail stands in them.
notice-greeting = Hello { $name },
notice-footer = This mail was sent automatically by Recant; replies aren’t read.
notice-intent = What: { $intent }
notice-reason = Why: { $reason }
notice-recipients = Recipients: { $recipients }
notice-taken = Taken back or replaced in mailboxes: { $taken }
notice-corrected = Corrections sent: { $corrected }
notice-wanted-subject = Case { $number } waits for your decision
notice-wanted = { $requester } made the request { $number }, which waits for your decision.
notice-wanted-until = Without a decision by { $until }, frozen copies go back exactly as they were and no correction is sent.
notice-wanted-until-untouched = Without a decision by { $until }, nothing is touched and no correction is sent.
notice-approved-subject = Case { $number } was approved
notice-approved = Your request { $number } was approved; work has begun.
notice-refused-subject = Case { $number } was refused
notice-refused = Your request { $number } was refused. Frozen copies go back exactly as they were, and no correction is sent. The case page has the approver’s comment.
notice-refused-untouched = Your request { $number } was refused. No mailbox was changed, and no correction is sent. The case page has the approver’s comment.
notice-expired-subject = Case { $number }: nobody decided in time
notice-expired = Nobody decided your request { $number } in time. Frozen copies go back exactly as they were, and no correction is sent. You can ask again.
notice-expired-untouched = Nobody decided your request { $number } in time. No mailbox was changed, and no correction is sent. You can ask again.
notice-finished-subject = Case { $number } is finished: the report is ready
notice-finished = Your request { $number } has been carried out; each recipient has a result.
notice-troubled = { $troubled } of the results failed or couldn’t be confirmed; the report has the reasons and next steps.
notice-restore-wanted-subject = Case { $number }: putting the mail back waits for your decision
notice-restore-wanted = { $requester } asks to undo the finished recall { $number }: the copies would go back into the recipients’ mailboxes.
notice-restore-wanted-until = Without a decision by { $until }, everything stays as it is.
notice-restore-refused-subject = Case { $number }: the mail is not put back
notice-restore-refused = Your request to put the mail of case { $number } back was refused; everything stays as it is. The case page has the approver’s comment.
notice-restore-expired-subject = Case { $number }: nobody decided about putting the mail back
notice-restore-expired = Nobody decided in time about putting the mail of case { $number } back; everything stays as it is. You can ask again.
notice-restored-subject = Case { $number }: the mail is back
notice-restored = The mail of case { $number } is back in the recipients’ mailboxes as it was.
notice-stuck-subject = Case { $number }: copies can’t be put back
notice-stuck = After case { $number } its frozen copies must go back, but { $stuck } { $stuck ->
    [one] mailbox has
   *[other] mailboxes have
} refused them several times. They are safe in the vault, and the portal keeps trying.
notice-to-decide = Look at it and decide:
notice-to-case = The case:
notice-to-report = The report:
notice-to-doctor = See the system check for which mailboxes and why:
