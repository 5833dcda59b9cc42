//! What every database must do, told as stories; each runs on `SQLite` and on Postgres.

#![expect(clippy::unwrap_used, reason = "a story that can't go on must fail, in its helpers too")]

#[macro_use]
mod bed;
mod audit;
mod builders;
mod cases;
mod claims;
mod corrections;
mod drafts;
mod engine_switch;
mod enlist;
mod migrating;
mod notifications;
mod one;
mod people;
mod properties;
mod rotation;
mod schema;
mod search;
mod sent;
mod sessions;
mod targets;
mod transactions;
mod vault;
mod vault_care;
mod vault_keys;
