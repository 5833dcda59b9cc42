//! Connectors to the systems that keep people's mail, one module each behind `domain::mail_system`.
//!
//! The only crate that opens mailboxes. It knows nothing of cases, policy, pages or the database.

mod header;
pub mod imap;
pub mod maildir;
pub mod mutf7;
pub mod route;

/// Bytes: a smaller message comes along when it is found, because it is wanted nearly always.
pub(crate) const ALONG: u64 = 64 << 10;

/// What the folder of sent mail is called, where it isn't marked as that.
pub(crate) const SENT_FOLDERS: [&str; 7] =
    ["Sent", "Sent Items", "Sent Messages", "Sent Mail", "已发送", "已发送邮件", "寄件備份"];
