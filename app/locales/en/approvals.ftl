## Approvals
approvals-title = Approvals
approvals-hint-frozen = Unread copies that are frozen already go back by themselves if nobody decides in time.
approvals-hint-untouched = Where nothing is frozen, no mailbox is touched and no correction is sent before you agree; what isn’t decided in time ends there.
approvals-hint-restore = Where mail is to be put back, nothing moves before you agree; what isn’t decided in time stays recalled.
approvals-none = Nothing waits for your decision
approvals-none-hint = When somebody you decide for asks for a recall, it appears here.
approvals-more = { $more } more are waiting; decide these first.
approvals-decided = No longer waiting
