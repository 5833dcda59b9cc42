//! The database behind [`domain::store`]: `SQLite` or Postgres, one code path.
//!
//! Statements are built once by sea-query; what the two databases differ in stands in `dialect` and `pool`
//! alone. Rows in, rows out: no rule about mail, people or cases lives here.

mod audit;
mod cases;
mod checkpoints;
mod corrections;
mod dialect;
mod drafts;
mod engine_switch;
mod lease;
mod notifications;
mod outgoing;
mod people;
mod pool;
mod row;
mod schema;
mod search;
mod sent;
mod sent_list;
mod sessions;
mod table;
mod targets;
mod transaction;
mod vault;
mod vault_care;
mod vault_keys;

pub use pool::{Database, Options};
pub use schema::{SchemaState, SetupError};
pub use transaction::Transaction;
