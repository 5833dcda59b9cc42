//! The trail. Its tables refuse changes by themselves; here entries are only ever appended.

use crate::{
    Transaction,
    dialect::Row,
    row::bytes,
    table::{Table, Taken},
};
use async_trait::async_trait;
use domain::{
    audit::{Entry, Hash, NewEntry},
    ids::CaseId,
    store::{Audit, Result, StoreError},
};
use sea_query::{Expr, ExprTrait, Order, Query};

const ENTRIES: Table = Table {
    name: "audit_entry",
    what: "the audit entry",
    key: &["seq"],
    columns: &["seq", "at", "actor", "action", "case_id", "target_id", "detail", "previous", "hash"],
    only_written: &[],
};

const HEAD: Table = Table {
    name: "audit_head",
    what: "the head of the audit trail",
    key: &["id"],
    columns: &["seq", "hash"],
    only_written: &[],
};

#[async_trait]
impl Audit for Transaction {
    async fn record(&mut self, entry: &NewEntry) -> Result<Entry> {
        let (seq, previous) = self.next_place().await?;
        let entry = Entry::chain(seq, previous, entry);
        self.insert(&ENTRIES, vec![entry_row(&entry)], Taken::Refuse).await?;
        self.run_on(HEAD.what, &HEAD.update().value("hash", bytes(&entry.hash)).take()).await?;
        Ok(entry)
    }

    async fn trail_of(&mut self, case: CaseId) -> Result<Vec<Entry>> {
        let trail =
            ENTRIES.select().and_where(Expr::col("case_id").eq(case.0)).order_by("seq", Order::Asc).take();
        self.rows(&trail, read_entry).await
    }

    async fn trail_after(&mut self, seq: i64, limit: u32) -> Result<Vec<Entry>> {
        let trail = ENTRIES
            .select()
            .and_where(Expr::col("seq").gt(seq))
            .order_by("seq", Order::Asc)
            .limit(u64::from(limit))
            .take();
        self.rows(&trail, read_entry).await
    }
}

impl Transaction {
    /// The next number and the hash before it. Others wait here until this transaction ends, so that numbers
    /// have no gaps and hashes no forks.
    async fn next_place(&mut self) -> Result<(i64, Hash)> {
        let next = HEAD
            .update()
            .value("seq", Expr::col("seq").add(1))
            .returning(Query::returning().columns(["seq", "hash"]))
            .take();
        let place = self.row(&next, |row| Ok((row.get("seq")?, row.hash("hash")?))).await?;
        place.ok_or(StoreError::Missing(HEAD.what))
    }
}

fn entry_row(entry: &Entry) -> Vec<Expr> {
    vec![
        entry.seq.into(),
        entry.at.0.into(),
        entry.actor.map(|id| id.0).into(),
        entry.action.as_str().into(),
        entry.case.map(|id| id.0).into(),
        entry.target.map(|id| id.0).into(),
        entry.detail.as_str().into(),
        bytes(&entry.previous),
        bytes(&entry.hash),
    ]
}

fn read_entry(row: &Row) -> Result<Entry> {
    Ok(Entry {
        seq: row.get("seq")?,
        at: row.time("at")?,
        actor: row.optional_id("actor")?,
        action: row.get("action")?,
        case: row.optional_id("case_id")?,
        target: row.optional_id("target_id")?,
        detail: row.get("detail")?,
        previous: row.hash("previous")?,
        hash: row.hash("hash")?,
    })
}
