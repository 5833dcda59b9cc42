//! The engine: takes copies into the vault, removes, replaces, releases, and sends what was written and what people must hear.
//!
//! It knows tasks and leases, not pages or policies; what a step of a case means is `domain::case::flow`. Everything
//! it does can be broken off at any point and done again. Several processes share the work of one Postgres.

mod attendance;
mod committer;
mod correct;
mod execute;
mod group;
mod hold;
mod in_hand;
mod notify;
mod outgoing;
mod permits;
mod pulse;
mod release;
mod retry;
mod sealing;
mod target;
mod unsure;
mod vault;
mod visit;
mod worker;
mod writes;

pub use worker::{Engine, Tuning, Waker};
