//! Sending mail: writes it out, and hands it to an SMTP server or to the mailboxes of the embedded mail system.
//!
//! The only crate with lettre. It knows no cases and keeps no record of what was sent: that is the engine's.

mod address;
mod compose;
mod local;
mod receipts;
mod smtp;

pub use local::LocalMailer;
pub use smtp::{SmtpConfig, SmtpLogin, SmtpMailer, SmtpTls};
