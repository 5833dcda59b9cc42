//! One transaction, and the few ways in which the areas run their statements in it.

use crate::{
    dialect::{Connection, Row, Statement, failure},
    search::Words,
    table::{Table, Taken},
};
use async_trait::async_trait;
use domain::{
    audit::NewEntry,
    store::{Result, StoreError, Tx},
};
use sea_query::{Expr, SelectStatement};
use std::time::Duration;
use thiserror::Error;

/// Dropped without [`Tx::commit`], it never happened.
pub struct Transaction {
    connection: Connection,
    pub(crate) search_limit: Duration,
    /// A statement failed. Postgres would then answer `COMMIT` with a silent rollback, `SQLite` would keep half.
    failed: bool,
    /// It gives the engines something to do.
    makes_work: bool,
    /// Entries of the trail: they come last.
    pub(crate) unwritten: Vec<NewEntry>,
}

#[derive(Debug, Error)]
#[error("a statement of this transaction failed; nothing was written")]
struct CommitAfterFailure;

impl Transaction {
    pub(crate) fn new(connection: Connection, search_limit: Duration) -> Self {
        Self { connection, search_limit, failed: false, makes_work: false, unwritten: Vec::new() }
    }

    /// Nobody else writes before it ends.
    pub(crate) fn is_only_writer(&self) -> bool {
        matches!(self.connection, Connection::Sqlite(_))
    }

    pub(crate) fn makes_work(&mut self) {
        self.makes_work = true;
    }

    /// How many rows it touched.
    pub(crate) async fn run(&mut self, statement: &impl Statement) -> Result<u64> {
        let done = self.connection.run(statement).await;
        self.noted(done, "row")
    }

    /// [`StoreError::Missing`] when it touched no row.
    pub(crate) async fn run_on(&mut self, what: &'static str, statement: &impl Statement) -> Result<()> {
        if self.run(statement).await? == 0 { Err(StoreError::Missing(what)) } else { Ok(()) }
    }

    pub(crate) async fn rows<T>(
        &mut self,
        statement: &impl Statement,
        read: impl Fn(&Row) -> Result<T> + Send,
    ) -> Result<Vec<T>> {
        let rows = self.connection.rows(statement).await;
        self.noted(rows, "row")?.iter().map(read).collect()
    }

    /// The first row, if there is one.
    pub(crate) async fn row<T: Send>(
        &mut self,
        statement: &impl Statement,
        read: impl Fn(&Row) -> Result<T> + Send,
    ) -> Result<Option<T>> {
        Ok(self.rows(statement, read).await?.into_iter().next())
    }

    /// How many rows this finds; `found` has no columns yet.
    pub(crate) async fn count(&mut self, found: &SelectStatement) -> Result<u64> {
        let counted = found.clone().expr_as(Expr::cust("COUNT(*)"), "found").take();
        Ok(self.row(&counted, |row| row.number("found")).await?.unwrap_or_default())
    }

    /// As [`Self::rows`], within a time limit.
    pub(crate) async fn rows_within<T>(
        &mut self,
        limit: Duration,
        statement: &impl Statement,
        read: impl Fn(&Row) -> Result<T> + Send,
    ) -> Result<Vec<T>> {
        let rows = self.connection.rows_within(limit, statement).await;
        self.noted(rows, "row")?.iter().map(read).collect()
    }

    /// Rows of the index that has the words of sent mail.
    pub(crate) async fn index(&mut self, words: Vec<Words>) -> Result<()> {
        let done = self.connection.index(words).await;
        self.noted(done, "words")
    }

    pub(crate) fn dialect(&self) -> &Connection {
        &self.connection
    }

    /// How many rows were written.
    pub(crate) async fn insert(&mut self, table: &Table, rows: Vec<Vec<Expr>>, taken: Taken) -> Result<u64> {
        let mut written = 0;
        for statement in table.insert(rows, taken)? {
            let done = self.connection.run(&statement).await;
            written += self.noted(done, table.what)?;
        }
        Ok(written)
    }

    /// Some of it may have been written: it can only be dropped.
    pub(crate) fn refused(&mut self, error: StoreError) -> StoreError {
        self.failed = true;
        error
    }

    fn noted<T>(&mut self, done: sqlx::Result<T>, what: &'static str) -> Result<T> {
        done.map_err(|error| {
            self.failed = true;
            failure(error, what)
        })
    }
}

#[async_trait]
impl Tx for Transaction {
    async fn commit(mut self: Box<Self>) -> Result<()> {
        if self.failed {
            return Err(StoreError::Other(Box::new(CommitAfterFailure)));
        }
        self.write_entries().await?;
        if self.makes_work {
            self.connection.announce_work().await.map_err(|error| failure(error, "row"))?;
        }
        self.connection.commit().await.map_err(|error| failure(error, "row"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Database, Options};
    use sea_query::Query;
    use tempfile::TempDir;
    use testkit::postgres::Postgres;

    const LIMIT: Duration = Duration::from_millis(50);

    /// Counts to `end`, which takes a while.
    fn count(end: i64) -> SelectStatement {
        let counted = "(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ";
        Query::select()
            .expr_as(Expr::cust(format!("{counted}{end}) SELECT COUNT(*) FROM n)")), "found")
            .take()
    }

    async fn told_in_time(url: &str) {
        let database =
            Database::open(url, &Options { max_connections: 1, ..Options::default() }).await.unwrap();
        let read = |row: &Row| row.get::<i64>("found");
        let mut tx = database.begin_read().await.unwrap();
        assert_eq!(tx.rows_within(LIMIT, &count(10), read).await.unwrap(), [10]);
        // The limit was that statement's only.
        assert_eq!(tx.rows(&count(300_000), read).await.unwrap(), [300_000]);
        let ended = tx.rows_within(LIMIT, &count(1_000_000_000), read).await;
        assert!(matches!(ended, Err(StoreError::TooSlow)), "{ended:?}");
        drop(tx);
        let mut tx = database.begin_read().await.unwrap();
        assert_eq!(tx.rows(&count(300_000), read).await.unwrap(), [300_000]);
    }

    #[tokio::test]
    async fn sqlite_ends_what_takes_too_long() {
        let folder = TempDir::new().unwrap();
        told_in_time(&format!("sqlite:{}/recant.db", folder.path().display())).await;
    }

    #[tokio::test]
    async fn postgres_ends_what_takes_too_long() {
        let Some(server) = Postgres::shared().unwrap() else { return };
        told_in_time(server.create_database().unwrap().url()).await;
    }
}
