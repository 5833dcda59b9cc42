//! The five accounts to try, the same whatever the seed. Who they are with is in `people`.

/// What one of the five accounts is there to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    Employee,
    Manager,
    SecondApprover,
    Helpdesk,
    Administrator,
}

/// An account that is the same whatever the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    pub kind: AccountKind,
    pub name: &'static str,
    pub address: &'static str,
    /// BCP 47.
    pub language: &'static str,
    pub(super) unit: &'static str,
    pub(super) place: usize,
    pub(super) role: &'static str,
}

/// The employee first.
pub const ACCOUNTS: [Account; 5] = [
    account(AccountKind::Employee, "林晓棠", "lin.xiaotang@chengyu.example", "zh-CN", ("east", 1), ""),
    account(AccountKind::Manager, "周砚", "zhou.yan@chengyu.example", "zh-CN", ("east", 0), ""),
    account(
        AccountKind::SecondApprover,
        "Helen Ward",
        "helen.ward@chengyu.example",
        "en",
        ("all", 1),
        "approver",
    ),
    account(AccountKind::Helpdesk, "许安然", "xu.anran@chengyu.example", "zh-CN", ("it", 1), "helpdesk"),
    account(
        AccountKind::Administrator,
        "Daniel Reyes",
        "daniel.reyes@chengyu.example",
        "en",
        ("it", 0),
        "administrator",
    ),
];

const fn account(
    kind: AccountKind,
    name: &'static str,
    address: &'static str,
    language: &'static str,
    at: (&'static str, usize),
    role: &'static str,
) -> Account {
    Account { kind, name, address, language, unit: at.0, place: at.1, role }
}

pub fn accounts() -> [Account; 5] {
    ACCOUNTS
}
