//! The IMAP connector on a real Dovecot, and on a server that breaks everything that can be broken.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests stop at the first surprise"
)]

mod contract;
mod faults;
mod house;
mod looks;
mod people;
mod sent;
