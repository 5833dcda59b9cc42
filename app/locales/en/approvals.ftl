## Approvals
approvals-title = Waiting for me
approvals-hint = Unread copies are frozen already. What isn’t decided in time goes back by itself.
approvals-hint-restore = Where mail is to be put back, nothing moves before you agree; what isn’t decided in time stays recalled.
approvals-none = Nothing waits for your decision
approvals-none-hint = When somebody you decide for asks for a recall, it appears here.
approvals-more = { $more } more are waiting; decide these first.
approvals-decided = No longer waiting
