//! A worker's claim on a row, the same for targets and mails (design.md §7).
//!
//! Each claim raises the fence. Whoever writes later names the fence it was given; after another claim, or
//! after the lease was ended, that write finds no row.

use crate::{
    Transaction,
    dialect::Row,
    table::{Table, select},
};
use domain::{case::Lease, store::Result, time::Timestamp};
use sea_query::{
    CommonTableExpression, Cond, Condition, Expr, ExprTrait, LockBehavior, LockType, Query, SelectStatement,
    UpdateStatement, WithQuery,
};
use uuid::Uuid;

/// Who claims, and how.
pub(crate) struct Claim<'a> {
    pub holder: &'a str,
    pub now: Timestamp,
    pub until: Timestamp,
    pub limit: u32,
}

impl Claim<'_> {
    /// `candidates` chooses and orders rows of `table`; `change` says what else a claim writes.
    ///
    /// The rows are chosen, and on Postgres locked, in a part of the statement that runs exactly once: as a plain
    /// sub-select Postgres may run it again and claim more than `limit`.
    pub fn statement(
        &self,
        table: &Table,
        mut candidates: SelectStatement,
        change: UpdateStatement,
    ) -> WithQuery {
        let due = candidates
            .column("id")
            .from(table.name)
            .and_where(Expr::col("due_at").lte(self.now.0))
            .and_where(Expr::col("lease_until").is_null().or(Expr::col("lease_until").lte(self.now.0)))
            .limit(u64::from(self.limit))
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .take();
        let mut chosen = CommonTableExpression::new();
        chosen.table_name("due").column("id").query(due);
        let claim = { change }
            .table(table.name)
            .value("fence", Expr::col("fence").add(1))
            .value("lease_holder", self.holder)
            .value("lease_until", self.until.0)
            .value("revision", Expr::col("revision").add(1))
            .and_where(Expr::col("id").in_subquery(select("due", ["id"])))
            .returning(Query::returning().columns(table.columns.iter().copied().chain(["seq"])))
            .take();
        claim.with(chosen.into())
    }

    /// In the order of `rank` and insertion: `RETURNING` keeps none.
    pub async fn run<T: Send, R: Ord + Send>(
        &self,
        tx: &mut Transaction,
        statement: &WithQuery,
        read: fn(&Row) -> Result<T>,
        rank: fn(&T) -> R,
    ) -> Result<Vec<T>> {
        let mut claimed = tx.rows(statement, |row| Ok((row.get::<i64>("seq")?, read(row)?))).await?;
        claimed.sort_by_key(|(seq, row)| (rank(row), *seq));
        Ok(claimed.into_iter().map(|(_, row)| row).collect())
    }
}

/// The row is this claim's, still.
pub(crate) fn held(id: Uuid, fence: i64) -> Condition {
    Cond::all()
        .add(Expr::col("id").eq(id))
        .add(Expr::col("fence").eq(fence))
        .add(Expr::col("lease_holder").is_not_null())
}

pub(crate) fn end(update: &mut UpdateStatement) -> &mut UpdateStatement {
    update.value("lease_holder", None::<String>).value("lease_until", None::<i64>)
}

/// Leases of this holder last at least until then.
pub(crate) fn prolonged(table: &Table, holder: &str, until: Timestamp) -> UpdateStatement {
    let mine = Expr::col("lease_holder").eq(holder).and(Expr::col("lease_until").lt(until.0));
    table.update().value("lease_until", until.0).and_where(mine).take()
}

/// Whoever holds a lease.
pub(crate) fn holders(table: &Table) -> SelectStatement {
    let held = Expr::col("lease_holder").is_not_null();
    select(table.name, ["lease_holder"]).distinct().and_where(held).take()
}

/// Ends all leases of this holder.
pub(crate) fn freed(table: &Table, holder: &str) -> UpdateStatement {
    end(&mut table.update())
        .value("revision", Expr::col("revision").add(1))
        .and_where(Expr::col("lease_holder").eq(holder))
        .take()
}

pub(crate) fn read_lease(row: &Row) -> Result<Lease> {
    Ok(Lease {
        holder: row.get("lease_holder")?,
        until: row.optional_time("lease_until")?,
        fence: row.get("fence")?,
    })
}
