//! What the two databases differ in, once a connection is open: running a statement, reading a cell, the
//! meaning of an error, and the two sets of migrations.
//!
//! Ids are UUID in Postgres and 16-byte BLOB in `SQLite`, as sqlx binds them. Everything above sees [`Row`].

mod words;

pub(crate) use words::Grammar;

use domain::store::StoreError;
use sea_query::{Expr, ExprTrait, PostgresQueryBuilder, SqliteQueryBuilder, Value};
use sea_query_sqlx::{SqlxBinder, SqlxValues};
use sqlx::{
    AssertSqlSafe, ColumnIndex, Decode, Postgres, Row as _, SqlSafeStr, Sqlite, Type,
    error::{DatabaseError, ErrorKind},
    migrate::{Migration, MigrationType, Migrator},
    postgres::PgRow,
    sqlite::SqliteRow,
};
use std::{
    borrow::Cow,
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Made by the build script: number, name and text of each migration, in order.
mod embedded {
    include!(concat!(env!("OUT_DIR"), "/migrations.rs"));
}

pub(crate) static SQLITE_MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| migrator(embedded::SQLITE));
pub(crate) static POSTGRES_MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| migrator(embedded::POSTGRES));

fn migrator(files: &[(i64, &'static str, &'static str)]) -> Migrator {
    let migration = |&(number, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(files.iter().map(migration).collect())
}

/// Where Postgres says that there is work.
pub(crate) const WORK_CHANNEL: &str = "recant_work";

/// An open transaction; dropped, it is rolled back.
pub(crate) enum Connection {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What both databases can hold in a column: `i64`, `bool`, text, bytes, UUID, and the absence of each.
pub(crate) trait Cell:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T> Cell for T where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

/// A finished sea-query statement of any kind.
pub(crate) trait Statement: SqlxBinder + Sync {}

impl<T: SqlxBinder + Sync> Statement for T {}

impl Connection {
    /// How many rows it touched.
    pub async fn run(&mut self, statement: &impl Statement) -> sqlx::Result<u64> {
        let (sql, values) = self.build(statement);
        let query = AssertSqlSafe(sql);
        Ok(match self {
            Self::Sqlite(tx) => sqlx::query_with(query, values).execute(&mut **tx).await?.rows_affected(),
            Self::Postgres(tx) => sqlx::query_with(query, values).execute(&mut **tx).await?.rows_affected(),
        })
    }

    pub async fn rows(&mut self, statement: &impl Statement) -> sqlx::Result<Vec<Row>> {
        let (sql, values) = self.build(statement);
        let query = AssertSqlSafe(sql);
        Ok(match self {
            Self::Sqlite(tx) => {
                let rows = sqlx::query_with(query, values).fetch_all(&mut **tx).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(tx) => {
                let rows = sqlx::query_with(query, values).fetch_all(&mut **tx).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    pub async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }

    /// With the commit, other processes hear that there is work. A file has no others.
    pub async fn announce_work(&mut self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(tx) => {
                let notify = sqlx::query("SELECT pg_notify($1, '')").bind(WORK_CHANNEL);
                notify.execute(&mut **tx).await.map(drop)
            }
        }
    }

    /// [`StoreError::TooSlow`] when it takes longer; [`failure`] says so. By indexes alone.
    pub async fn rows_within(
        &mut self,
        limit: Duration,
        statement: &impl Statement,
    ) -> sqlx::Result<Vec<Row>> {
        match self {
            Self::Sqlite(tx) => {
                // Inert once this future is gone: the connection goes back to its pool with it.
                let deadline = Arc::new(Instant::now() + limit);
                let watched = Arc::downgrade(&deadline);
                let in_time = move || watched.upgrade().is_none_or(|deadline| Instant::now() < *deadline);
                tx.lock_handle().await?.set_progress_handler(LOOK_EVERY, in_time);
                let rows = self.rows(statement).await;
                drop(deadline);
                rows
            }
            Self::Postgres(tx) => {
                limit_statements(tx, limit, "off").await?;
                let rows = self.rows(statement).await?;
                if let Self::Postgres(tx) = self {
                    limit_statements(tx, Duration::ZERO, "on").await?;
                }
                Ok(rows)
            }
        }
    }

    /// Rows with one of these ids. On Postgres as one value: a statement is prepared once, however many ids there are.
    pub fn among(&self, ids: impl IntoIterator<Item = Uuid>) -> Expr {
        match self {
            Self::Sqlite(_) => Expr::col("id").is_in(ids),
            Self::Postgres(_) => {
                let ids: Vec<_> = ids.into_iter().map(|id| id.to_string()).collect();
                Expr::cust_with_values("id = ANY (string_to_array($1, ',')::uuid[])", [ids.join(",")])
            }
        }
    }

    fn build(&self, statement: &impl Statement) -> (String, SqlxValues) {
        let (sql, mut values) = match self {
            Self::Sqlite(_) => statement.build_sqlx(SqliteQueryBuilder),
            Self::Postgres(_) => statement.build_sqlx(PostgresQueryBuilder),
        };
        values.0.0.iter_mut().for_each(without_nul);
        (sql, values)
    }
}

/// Steps of `SQLite`'s machine between two looks at the clock: some ten microseconds.
const LOOK_EVERY: i32 = 1_000;

/// For the rest of the transaction; zero: as long as they need. `scans`: may tables be read from end to end?
async fn limit_statements(
    tx: &mut sqlx::Transaction<'static, Postgres>,
    limit: Duration,
    scans: &str,
) -> sqlx::Result<()> {
    let set = "SELECT set_config('statement_timeout', $1, true), set_config('enable_seqscan', $2, true)";
    let limit = format!("{}ms", limit.as_millis());
    sqlx::query(set).bind(limit).bind(scans).execute(&mut **tx).await.map(drop)
}

impl Row {
    pub fn cell<T: Cell>(&self, column: &str) -> sqlx::Result<T>
    where
        for<'c> &'c str: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }
}

/// Mail may hold NUL. Postgres refuses it in text and `SQLite`'s functions stop at it, so neither gets it.
fn without_nul(value: &mut Value) {
    if let Value::String(Some(text)) = value
        && text.contains('\0')
    {
        *text = text.replace('\0', "\u{fffd}");
    }
}

/// `SQLITE_FULL`, and Postgres' `disk_full`: no other code of the one looks like one of the other.
const FULL: [&str; 2] = ["13", "53100"];

/// `SQLITE_INTERRUPT`, and Postgres' `query_canceled`.
const TOO_SLOW: [&str; 2] = ["9", "57014"];

/// `what` names the thing whose key is taken.
pub(crate) fn failure(error: sqlx::Error, what: &'static str) -> StoreError {
    let Some(reported) = error.as_database_error() else { return without_answer(error) };
    let code = reported.code().unwrap_or_default();
    if FULL.contains(&code.as_ref()) {
        return StoreError::Full;
    }
    if TOO_SLOW.contains(&code.as_ref()) {
        return StoreError::TooSlow;
    }
    if is_busy(&code) {
        return StoreError::Unavailable(Box::new(error));
    }
    match reported.kind() {
        ErrorKind::UniqueViolation => StoreError::Conflict(what),
        ErrorKind::ForeignKeyViolation => StoreError::Missing("what a row refers to"),
        _ => StoreError::Other(Box::new(error)),
    }
}

/// The connection is at its end, with or without the server's goodbye (`admin_shutdown` and its like).
pub(crate) fn is_hung_up(error: &sqlx::Error) -> bool {
    let goodbye = |code: Cow<'_, str>| code.starts_with("57P");
    matches!(error, sqlx::Error::Io(_))
        || error.as_database_error().and_then(DatabaseError::code).is_some_and(goodbye)
}

/// Somebody else holds what was waited for: Postgres' `lock_not_available`, `SQLITE_BUSY` (the last byte of its number).
pub(crate) fn is_locked(error: &sqlx::Error) -> bool {
    let Some(reported) = error.as_database_error() else { return false };
    let code = reported.code().unwrap_or_default();
    code == "55P03" || (code.len() < 5 && code.parse::<u32>().is_ok_and(|code| code & 0xff == 5))
}

/// The database itself said nothing.
fn without_answer(error: sqlx::Error) -> StoreError {
    use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Tls, WorkerCrashed};
    match error {
        Io(_) | Tls(_) | PoolTimedOut | PoolClosed | WorkerCrashed => {
            StoreError::Unavailable(Box::new(error))
        }
        error => StoreError::Other(Box::new(error)),
    }
}

/// Locked for too long, overrun, shutting down, its disk or its connection gone. `SQLite`: the last byte of the
/// number says which (5 busy, 6 locked, 10 disk, 14 file); Postgres has five characters (its manual's appendix A).
fn is_busy(code: &str) -> bool {
    if code.len() == 5 {
        let classes = ["08", "53", "57P", "58"];
        let codes = ["40001", "40P01", "55P03"];
        return codes.contains(&code) || classes.iter().any(|class| code.starts_with(class));
    }
    code.parse::<u32>().is_ok_and(|code| [5, 6, 10, 14].contains(&(code & 0xff)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_told_from_what_does_not() {
        for code in ["5", "6", "261", "517", "522", "14", "55P03", "57P01", "08006", "53300", "40P01"] {
            assert!(is_busy(code), "{code}");
        }
        for code in ["1", "11", "787", "2067", "23505", "42P01", "22001", ""] {
            assert!(!is_busy(code), "{code}");
        }
    }

    #[test]
    fn without_an_answer_it_may_come_later() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        for error in [sqlx::Error::Io(refused), sqlx::Error::PoolTimedOut, sqlx::Error::PoolClosed] {
            assert!(failure(error, "row").is_passing());
        }
        assert!(!failure(sqlx::Error::RowNotFound, "row").is_passing());
    }
}
