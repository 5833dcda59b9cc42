## 审批
approvals-title = 待我审批
approvals-hint-frozen = 已经先冻结的未读副本，期限内没有决定就自动原样放回。
approvals-hint-untouched = 没有先冻结的，你同意之前不动任何邮箱，也不发更正邮件；期限内没有决定的，就此结束。
approvals-hint-restore = 申请放回的，你同意之前不会有任何变动；期限内没有决定的，维持撤回的结果。
approvals-none = 没有等待你审批的撤回单
approvals-none-hint = 有人提出需要你审批的撤回时，会出现在这里。
approvals-more = 另有 { $more } 张在等待，请先处理这些。
approvals-decided = 已不需要审批
