//! One transaction, and the few ways in which the areas run their statements in it.

use crate::{
    dialect::{Connection, Row, Statement, failure},
    table::{Table, Taken},
};
use async_trait::async_trait;
use domain::{
    audit::NewEntry,
    store::{Result, StoreError, Tx},
};
use sea_query::{Expr, SelectStatement};
use thiserror::Error;

/// Dropped without [`Tx::commit`], it never happened.
pub struct Transaction {
    connection: Connection,
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
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, failed: false, makes_work: false, unwritten: Vec::new() }
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

    /// How many rows were written.
    pub(crate) async fn insert(&mut self, table: &Table, rows: Vec<Vec<Expr>>, taken: Taken) -> Result<u64> {
        let mut written = 0;
        for statement in table.insert(rows, taken)? {
            let done = self.connection.run(&statement).await;
            written += self.noted(done, table.what)?;
        }
        Ok(written)
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
