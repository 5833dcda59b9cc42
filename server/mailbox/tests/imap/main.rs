//! The IMAP connector on a real Dovecot and a real Cyrus, and on a server that breaks everything that can be broken.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests stop at the first surprise"
)]

mod contract;
mod cyrus;
mod faults;
mod house;
mod looks;
mod opened;
mod people;
mod put_again;
mod sent;
mod untold;
