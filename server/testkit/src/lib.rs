//! What tests stand on (dev only): clocks, databases and mail servers of their own. Knows `domain`, never `store`.

pub mod disk;
pub mod dovecot;
pub mod fake_imap;
pub mod imap;
pub mod postgres;
pub mod sent_archive;
pub mod smtp;
pub mod wording;
pub mod world;
