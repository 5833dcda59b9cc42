//! Connectors to the systems that keep people's mail, one module each behind `domain::mail_system`.
//!
//! The only crate that opens mailboxes. It knows nothing of cases, policy, pages or the database.

pub mod maildir;
pub mod mutf7;
