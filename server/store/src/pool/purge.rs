//! What was deleted leaves the files of the database, too.
//!
//! `SQLite` leaves deleted rows where they lay until something else is written there; `secure_delete` overwrites them.
//! The write-ahead log has the pages as they were before, until it is emptied. A server has files of its own, and
//! decides by itself when it gives room back.

use super::{Database, Options, Pool, sqlite};
use crate::dialect::failure;
use domain::store::Result;
use sqlx::{ConnectOptions as _, Connection as _, sqlite::SqliteConnectOptions};
use std::{path::Path, time::Duration};

/// Writers stand still while the log's last reader is waited for: not for long. There will be another time.
const PATIENCE: Duration = Duration::from_millis(200);

/// What is written with this overwrites what it deletes.
pub(super) fn overwriting(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options.pragma("secure_delete", "ON")
}

pub(super) async fn purge(database: &Database) -> Result<()> {
    match &database.pool {
        Pool::Sqlite { file: Some(file), .. } => {
            empty_log(file).await.map_err(|error| failure(error, "database"))
        }
        Pool::Sqlite { file: None, .. } | Pool::Postgres(_) => Ok(()),
    }
}

/// By a connection of its own, which waits for less long than the one that writes.
async fn empty_log(file: &Path) -> sqlx::Result<()> {
    let options = Options { lock_timeout: PATIENCE, ..Options::default() };
    let mut connection = sqlite(file, &options).connect().await?;
    let emptied = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut connection).await;
    connection.close().await?;
    let busy: i64 = emptied?;
    if busy != 0 {
        tracing::debug!("database: its log is being read and couldn't be emptied");
    }
    Ok(())
}
