//! The trail. Its tables refuse changes by themselves; here entries are only ever appended.

use crate::{
    Transaction,
    dialect::Row,
    row::{bytes, number, unreadable},
    table::{Table, Taken, select},
};
use async_trait::async_trait;
use domain::{
    audit::{Entry, Head, NewEntry},
    ids::CaseId,
    store::{Audit, Result, StoreError},
    verify::tree::Frontier,
};
use sea_query::{Expr, ExprTrait, Order, Query};

const ENTRIES: Table = Table {
    name: "audit_entry",
    what: "the audit entry",
    key: &["seq"],
    columns: &[
        "seq",
        "at",
        "actor",
        "action",
        "case_id",
        "target_id",
        "detail",
        "sealed",
        "previous",
        "hash",
    ],
    only_written: &[],
};

const HEAD: Table = Table {
    name: "audit_head",
    what: "the head of the audit trail",
    key: &["id"],
    columns: &["seq", "hash", "tree_size", "tree"],
    only_written: &[],
};

/// Entries read at once to grow a tree over them.
const BATCH: u32 = 1000;

#[async_trait]
impl Audit for Transaction {
    async fn record(&mut self, entry: &NewEntry) -> Result<()> {
        self.unwritten.push(entry.clone());
        Ok(())
    }

    async fn trail_head(&mut self) -> Result<Head> {
        self.write_entries().await?;
        let head = self.kept_head().await?;
        self.grown(head).await
    }

    async fn trail_of(&mut self, case: CaseId) -> Result<Vec<Entry>> {
        self.write_entries().await?;
        let trail =
            ENTRIES.select().and_where(Expr::col("case_id").eq(case.0)).order_by("seq", Order::Asc).take();
        self.rows(&trail, read_entry).await
    }

    async fn trail_after(&mut self, seq: i64, limit: u32) -> Result<Vec<Entry>> {
        self.write_entries().await?;
        let trail = ENTRIES
            .select()
            .and_where(Expr::col("seq").gt(seq))
            .order_by("seq", Order::Asc)
            .limit(u64::from(limit))
            .take();
        self.rows(&trail, read_entry).await
    }

    async fn has_acted_after(&mut self, size: u64, actions: &[&'static str]) -> Result<bool> {
        self.write_entries().await?;
        let acted = select(ENTRIES.name, ["seq"])
            .and_where(Expr::col("seq").gt(number(size)))
            .and_where(Expr::col("action").is_in(actions.iter().copied()))
            .limit(1)
            .take();
        Ok(self.row(&acted, |_| Ok(())).await?.is_some())
    }
}

impl Transaction {
    /// What was recorded so far, in one go.
    pub(crate) async fn write_entries(&mut self) -> Result<()> {
        let entries = std::mem::take(&mut self.unwritten);
        if entries.is_empty() {
            return Ok(());
        }
        let mut head = self.take_places(entries.len()).await?;
        let recorded: Vec<Entry> = entries.iter().map(|entry| head.append(entry)).collect();
        self.insert(&ENTRIES, recorded.iter().map(entry_row).collect(), Taken::Refuse).await?;
        self.write_head(&head).await
    }

    /// Grows the tree over entries that were written before there was one.
    pub(crate) async fn plant_tree(&mut self) -> Result<()> {
        let head = self.kept_head().await?;
        if covered(&head) == head.seq {
            return Ok(());
        }
        // Holds everybody else back, as an append does.
        self.run_on(HEAD.what, &HEAD.update().value("seq", Expr::col("seq")).take()).await?;
        let head = self.trail_head().await?;
        self.write_head(&head).await
    }

    async fn kept_head(&mut self) -> Result<Head> {
        self.row(&HEAD.select(), read_head).await?.ok_or(StoreError::Missing(HEAD.what))
    }

    /// The head as it was before `count` entries were given their numbers. Others wait here until this transaction
    /// ends, so that numbers have no gaps and hashes no forks.
    async fn take_places(&mut self, count: usize) -> Result<Head> {
        let count = i64::try_from(count).map_err(|error| StoreError::Other(Box::new(error)))?;
        let next = HEAD
            .update()
            .value("seq", Expr::col("seq").add(count))
            .returning(Query::returning().columns(HEAD.columns.iter().copied()))
            .take();
        let head = self.row(&next, read_head).await?.ok_or(StoreError::Missing(HEAD.what))?;
        self.grown(Head { seq: head.seq - count, ..head }).await
    }

    /// With a tree over all entries, even if an older program wrote the last ones.
    async fn grown(&mut self, head: Head) -> Result<Head> {
        let mut grown = head.clone();
        while covered(&grown) < head.seq {
            let entries = self.trail_after(covered(&grown), BATCH).await?;
            if entries.is_empty() {
                return Err(unreadable("audit trail", "its last entries are missing"));
            }
            for entry in &entries {
                grown.grow(entry);
            }
        }
        Ok(Head { tree: grown.tree, ..head })
    }

    async fn write_head(&mut self, head: &Head) -> Result<()> {
        let update = HEAD
            .update()
            .value("hash", bytes(&head.hash))
            .value("tree_size", number(head.tree.size()))
            .value("tree", bytes(&head.tree.to_bytes()))
            .take();
        self.run_on(HEAD.what, &update).await
    }
}

/// How many entries its tree is over.
fn covered(head: &Head) -> i64 {
    i64::try_from(head.tree.size()).unwrap_or(i64::MAX)
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
        entry.sealed.clone().into(),
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
        sealed: row.get("sealed")?,
        previous: row.hash("previous")?,
        hash: row.hash("hash")?,
    })
}

fn read_head(row: &Row) -> Result<Head> {
    let tree = Frontier::from_bytes(row.number("tree_size")?, &row.get::<Vec<u8>>("tree")?);
    Ok(Head {
        seq: row.get("seq")?,
        hash: row.hash("hash")?,
        tree: tree.ok_or_else(|| unreadable("tree", "not the roots of that many entries"))?,
    })
}
