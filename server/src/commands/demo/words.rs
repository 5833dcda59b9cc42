//! What the demo says in the terminal, in both languages. The portal's own sentences are in `app/locales`.

use crate::demo::{Account, AccountKind, Stories};
use domain::shared::Language;

/// `(zh, en)`, chosen by language.
#[derive(Clone, Copy)]
pub struct Words(pub Language);

impl Words {
    fn pick(self, chinese: &str, english: &str) -> String {
        match self.0 {
            Language::Chinese => chinese.to_owned(),
            Language::English => english.to_owned(),
        }
    }

    pub fn seeding(self) -> String {
        self.pick(
            "正在生成演示组织：60 人、约 2000 封邮件……",
            "Making the demo organisation: 60 people, about 2,000 mails …",
        )
    }

    pub fn ready(self, address: &str) -> String {
        self.pick(&format!("撤回门户已启动：{address}"), &format!("The portal is running: {address}"))
    }

    pub fn password(self, password: &str) -> String {
        self.pick(
            &format!("所有账户的密码：{password}（仅限本机演示）"),
            &format!("Password of every account: {password} (a demo for this machine only)"),
        )
    }

    pub fn stop(self) -> String {
        self.pick("按 Ctrl-C 停止。", "Ctrl-C stops it.")
    }

    pub fn folder(self, folder: &str) -> String {
        self.pick(
            &format!("数据目录：{folder}（邮箱在 mail，发给外部的更正邮件在 outbox）"),
            &format!("Data: {folder} (mailboxes in mail, corrections to outsiders in outbox)"),
        )
    }

    pub fn stale(self) -> String {
        self.pick(
            "演示邮件已超过 30 分钟，“无需审批”的例子现在也要审批；加 --reset 可重新生成。",
            "The demo's mail is older than 30 minutes, so the example without approval needs one now; --reset makes it anew.",
        )
    }

    /// Header and rows.
    pub fn accounts(self, accounts: &[Account]) -> Vec<Vec<String>> {
        let header = vec![self.pick("角色", "role"), self.pick("姓名", "name"), self.pick("账户", "account")];
        let rows = accounts.iter().map(|account| {
            vec![self.role(account.kind), account.name.to_owned(), account.address.to_owned()]
        });
        std::iter::once(header).chain(rows).collect()
    }

    fn role(self, kind: AccountKind) -> String {
        match kind {
            AccountKind::Employee => self.pick("员工", "employee"),
            AccountKind::Manager => self.pick("她的上级", "her manager"),
            AccountKind::SecondApprover => self.pick("第二审批人", "second approver"),
            AccountKind::Helpdesk => self.pick("服务台", "helpdesk"),
            AccountKind::Administrator => self.pick("管理员", "administrator"),
        }
    }

    pub fn stories(self, stories: &Stories) -> Vec<String> {
        let Stories { contract, policy, schedule, tender } = stories;
        let try_this = |chinese: String, english: String| self.pick(&chinese, &english);
        vec![
            self.pick(
                "可以试试（以员工身份登录，打开“已发邮件”）：",
                "To try (sign in as the employee, open Sent mail):",
            ),
            try_this(
                format!(
                    "1. “{}”误附了内部审批文件：撤回，并给外部客户发更正。由上级审批。",
                    contract.subject
                ),
                format!(
                    "1. “{}” went out with an internal document: recall it, and correct it for the client outside. The manager approves.",
                    contract.subject
                ),
            ),
            try_this(
                format!("2. “{}”把草稿发给了全公司：撤回并更换为正确版本。由上级审批。", policy.subject),
                format!(
                    "2. “{}” sent a draft to the whole company: recall and replace it. The manager approves.",
                    policy.subject
                ),
            ),
            try_this(
                format!("3. “{}”发给三位同事、均未读：直接撤回，无需审批。", schedule.subject),
                format!(
                    "3. “{}” went to three colleagues, all unread: recall it; nobody has to approve.",
                    schedule.subject
                ),
            ),
            try_this(
                format!(
                    "4. “{}”是从团队共用邮箱发出的：在“已发邮件”上方选择该邮箱，同样可以撤回。",
                    tender.subject
                ),
                format!(
                    "4. “{}” went out from the mailbox that her team shares: choose that above the list in Sent mail.",
                    tender.subject
                ),
            ),
        ]
    }
}
