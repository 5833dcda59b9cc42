//! Bringing the schema up to date, while others may be doing the same, or be killed in the middle of it.
//!
//! On Postgres sqlx's advisory lock lets one at a time migrate, and each migration is a transaction with its own
//! entry in the history. `SQLite` has no such lock: there everything is one transaction that keeps other writers out
//! from its beginning, or two processes would both find an empty file and the slower one would fail.

use super::{Database, Pool};
use crate::{
    dialect::{POSTGRES_MIGRATIONS, SQLITE_MIGRATIONS, is_locked},
    schema::{self, SchemaState, SetupError},
};
use domain::store::Tx;
use sqlx::{PgPool, SqlitePool, migrate::MigrateError};

/// How often another process is waited for, as long as a lock is waited for each time: with the usual ten seconds
/// it has ten minutes.
const PATIENCE: u32 = 60;

impl Database {
    /// Brings the schema up to this program's; refuses one that isn't an older one of it.
    pub async fn migrate(&self) -> Result<(), SetupError> {
        match self.schema_state().await? {
            SchemaState::Current { .. } | SchemaState::Older { .. } => {}
            SchemaState::Newer { database, program } => {
                return Err(SetupError::Newer { database, program });
            }
            other @ SchemaState::Other { .. } => return Err(SetupError::Other(other)),
        }
        let mut waited = 0;
        while let Err(error) = self.apply().await {
            if !is_waiting(&error) || waited == PATIENCE {
                return Err(error.into());
            }
            waited += 1;
            tracing::info!("database: another process is at it; waiting until it has migrated");
        }
        // What a migration can't say in SQL.
        let mut tx = self.begin_write().await?;
        tx.plant_tree().await?;
        Ok(Box::new(tx).commit().await?)
    }

    pub async fn schema_state(&self) -> Result<SchemaState, SetupError> {
        let mut tx = self.begin_read().await?;
        let known = match &self.pool {
            Pool::Sqlite { .. } => &SQLITE_MIGRATIONS,
            Pool::Postgres(_) => &POSTGRES_MIGRATIONS,
        };
        let catalogue = match &self.pool {
            Pool::Sqlite { .. } => ("sqlite_schema", "name"),
            Pool::Postgres(_) => ("pg_tables", "tablename"),
        };
        Ok(schema::state(&mut tx, catalogue, known).await?)
    }

    async fn apply(&self) -> Result<(), MigrateError> {
        match &self.pool {
            Pool::Sqlite { writer, .. } => apply_to_file(writer).await,
            Pool::Postgres(pool) => apply_to_server(pool).await,
        }
    }
}

async fn apply_to_file(writer: &SqlitePool) -> Result<(), MigrateError> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    SQLITE_MIGRATIONS.run_direct(None, &mut *tx, false).await?;
    Ok(tx.commit().await?)
}

async fn apply_to_server(pool: &PgPool) -> Result<(), MigrateError> {
    let mut connection = pool.acquire().await?;
    let done = POSTGRES_MIGRATIONS.run_direct(None, &mut *connection, false).await;
    // A failed migration leaves its lock on the connection: that is closed, not given back.
    if done.is_err() {
        connection.close().await?;
    }
    done
}

/// The lock on all of it, not one that a migration met.
fn is_waiting(error: &MigrateError) -> bool {
    matches!(error, MigrateError::Execute(error) if is_locked(error))
}
