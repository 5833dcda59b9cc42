//! What the vault keeps, what may be erased, and what should have gone back.

use crate::{
    Transaction,
    cases::CASES,
    dialect::Row,
    people::PEOPLE,
    row::code,
    table::select,
    targets::TARGETS,
    vault::{BODIES, COPIES},
    vault_keys::KEYS,
};
use async_trait::async_trait;
use domain::{
    case::Detail,
    ids::CaseId,
    org::Recipient,
    shared::{CaseNumber, CaseState, CopyState},
    store::{ErasableCase, Result, VaultCare},
    time::Timestamp,
    vault::status::{Bodies, CopyCount, NotPutBack},
};
use sea_query::{Cond, Expr, ExprTrait, Func, Order, Query, SelectStatement};

#[async_trait]
impl VaultCare for Transaction {
    async fn erasable(
        &mut self,
        before: Timestamp,
        only: Option<CaseId>,
        limit: u32,
    ) -> Result<Vec<ErasableCase>> {
        let due = erasable(before)
            .columns(["id", "number", "ended_at"])
            .and_where_option(only.map(|case| Expr::col("id").eq(case.0)))
            .order_by("ended_at", Order::Asc)
            .order_by("id", Order::Asc)
            .limit(u64::from(limit))
            .take();
        self.rows(&due, read_erasable).await
    }

    async fn count_erasable(&mut self, before: Timestamp) -> Result<u64> {
        self.count(&erasable(before)).await
    }

    async fn copy_counts(&mut self) -> Result<Vec<CopyCount>> {
        let counts = select(COPIES.name, ["state"])
            .expr_as(Expr::cust("COUNT(*)"), "copies")
            .expr_as(Expr::col("header").count(), "kept")
            .expr_as(summed(Expr::col("size")), "bytes")
            .group_by_col("state")
            .order_by("state", Order::Asc)
            .take();
        self.rows(&counts, |row| {
            Ok(CopyCount {
                state: row.parsed("state")?,
                copies: row.number("copies")?,
                bytes: row.number("bytes")?,
                kept: row.number("kept")?,
            })
        })
        .await
    }

    async fn body_counts(&mut self) -> Result<Bodies> {
        let length = Expr::expr(Func::cust("LENGTH").arg(Expr::col("sealed")));
        let counts = Query::select()
            .expr_as(Expr::cust("COUNT(*)"), "bodies")
            .expr_as(summed(length), "bytes")
            .from(BODIES.name)
            .take();
        let read = |row: &Row| Ok(Bodies { count: row.number("bodies")?, bytes: row.number("bytes")? });
        Ok(self.row(&counts, read).await?.unwrap_or_default())
    }

    async fn oldest_kept(&mut self) -> Result<Option<(CaseNumber, Timestamp)>> {
        let oldest = select(CASES.name, ["number", "created_at"])
            .and_where(Expr::col("id").in_subquery(select(BODIES.name, ["case_id"])))
            .order_by("created_at", Order::Asc)
            .order_by("number", Order::Asc)
            .limit(1)
            .take();
        self.row(&oldest, |row| Ok((row.case_number("number")?, row.time("created_at")?))).await
    }

    async fn not_put_back(&mut self) -> Result<Vec<NotPutBack>> {
        let copies = Query::select()
            .expr(Expr::cust("COUNT(*)"))
            .from(COPIES.name)
            .and_where(Expr::col((COPIES.name, "target_id")).equals((TARGETS.name, "id")))
            .cond_where(is_kept())
            .take();
        let of_target = |column: &'static str| Expr::col((TARGETS.name, column));
        let tried = states([CaseState::Releasing, CaseState::Restoring]).and(of_target("attempts").gt(0));
        let stuck = Query::select()
            .column((CASES.name, "number"))
            .columns(["recipient", "detail", "attempts"].map(|column| (TARGETS.name, column)))
            .expr_as(Expr::from(copies), "copies")
            .from(TARGETS.name)
            .inner_join(CASES.name, of_target("case_id").equals((CASES.name, "id")))
            .and_where(of_target("id").in_subquery(kept("target_id")))
            .and_where(states(LET_GO).or(tried))
            .order_by((CASES.name, "number"), Order::Asc)
            .order_by((TARGETS.name, "seq"), Order::Asc)
            .take();
        self.rows(&stuck, read_not_put_back).await
    }
}

/// Ended, and everything that was held should be back in the mailboxes.
const LET_GO: [CaseState; 2] = [CaseState::Closed, CaseState::Restored];

/// Without columns.
fn erasable(before: Timestamp) -> SelectStatement {
    let is_finished = Expr::col("state").eq(CaseState::Finished.code());
    let keeps_nothing = Expr::col("id").not_in_subquery(kept("case_id"));
    Query::select()
        .from(CASES.name)
        .and_where(Expr::col("ended_at").lte(before.0))
        .and_where(Expr::col("id").in_subquery(select(KEYS.name, ["owner"])))
        .and_where(is_finished.or(states(LET_GO).and(keeps_nothing)))
        .and_where(Expr::col("id").not_in_subquery(kept_on_legal_hold()))
        .take()
}

/// Cases that keep mail out of a mailbox on legal hold. By person: the address may be somebody else's by now.
fn kept_on_legal_hold() -> SelectStatement {
    let equal = |one: (&'static str, &'static str), other| Expr::col(one).equals(other);
    Query::select()
        .column((COPIES.name, "case_id"))
        .from(COPIES.name)
        .inner_join(TARGETS.name, equal((TARGETS.name, "id"), (COPIES.name, "target_id")))
        .inner_join(PEOPLE.name, equal((PEOPLE.name, "id"), (TARGETS.name, "person_id")))
        .and_where(Expr::col((PEOPLE.name, "legal_hold")).eq(true))
        .cond_where(is_kept())
        .take()
}

fn states(states: [CaseState; 2]) -> Expr {
    Expr::col((CASES.name, "state")).is_in(states.map(CaseState::code))
}

/// This column of the copies whose only place may be the vault.
fn kept(column: &'static str) -> SelectStatement {
    select(COPIES.name, [column]).cond_where(is_kept()).take()
}

fn is_kept() -> Cond {
    let inside = [CopyState::Vaulted, CopyState::Held].map(code);
    Cond::all()
        .add(Expr::col((COPIES.name, "state")).is_in(inside))
        .add(Expr::col((COPIES.name, "header")).is_not_null())
}

/// Postgres adds up to a numeric, and both to NULL where there is nothing.
fn summed(number: Expr) -> Expr {
    Expr::expr(Func::coalesce([number.sum(), 0.into()])).cast_as("BIGINT")
}

fn read_erasable(row: &Row) -> Result<ErasableCase> {
    Ok(ErasableCase {
        id: row.id("id")?,
        number: row.case_number("number")?,
        ended_at: row.time("ended_at")?,
    })
}

fn read_not_put_back(row: &Row) -> Result<NotPutBack> {
    Ok(NotPutBack {
        case: row.case_number("number")?,
        recipient: row.json::<Recipient>("recipient")?.address,
        copies: row.number("copies")?,
        trouble: row.json::<Detail>("detail")?.trouble,
        attempts: row.number("attempts")?,
    })
}
