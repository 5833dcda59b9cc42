## 审批
approvals-title = 待我审批
approvals-hint = 未读副本已经先冻结。期限内没有决定的，会自动原样放回。
approvals-hint-restore = 申请放回的，你同意之前不会有任何变动；期限内没有决定的，维持撤回的结果。
approvals-none = 没有等待你审批的撤回单
approvals-none-hint = 有人提出需要你审批的撤回时，会出现在这里。
approvals-more = 另有 { $more } 张在等待，请先处理这些。
approvals-decided = 已不需要审批
