//! The engine: takes copies into the vault, removes, replaces, releases, and sends what was written.
//!
//! One worker in the server's process (first form). It knows tasks and leases, not pages or policies; what a
//! step of a case means is `domain::case::flow`. Everything it does can be broken off at any point and done again.

mod correct;
mod execute;
mod hold;
mod release;
mod retry;
mod target;
mod vault;
mod worker;

pub use worker::{Engine, Waker};
