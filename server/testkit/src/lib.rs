//! What tests stand on (dev only): clocks, databases and mail servers of their own. Knows `domain`, never `store`.

pub mod cyrus;
pub mod disk;
pub mod dovecot;
pub mod fake_imap;
pub mod imap;
pub mod keeping_imap;
mod lmtp;
pub mod postfix;
pub mod postgres;
mod program;
pub mod sent_archive;
pub mod sent_server;
pub mod smtp;
pub mod wording;
pub mod world;
