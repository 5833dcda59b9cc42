//! Signed checkpoints of the trail, and which of them its witnesses know.

use crate::{
    Transaction,
    dialect::Row,
    row::{bytes, number},
    table::{Table, Taken},
};
use async_trait::async_trait;
use domain::{
    audit::{Checkpoint, Witness},
    store::{Checkpoints, Result},
    time::Timestamp,
};
use sea_query::{Expr, ExprTrait, Order};

const CHECKPOINTS: Table = Table {
    name: "audit_checkpoint",
    what: "the checkpoint",
    key: &["size"],
    columns: &["size", "root", "at", "text"],
    only_written: &[],
};

const WITNESSES: Table = Table {
    name: "audit_witness",
    what: "the witness",
    key: &["witness"],
    columns: &["witness", "size", "due_at"],
    only_written: &[],
};

#[async_trait]
impl Checkpoints for Transaction {
    async fn insert_checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<bool> {
        let row = vec![
            number(checkpoint.size),
            bytes(&checkpoint.root),
            checkpoint.at.0.into(),
            checkpoint.text.as_str().into(),
        ];
        Ok(self.insert(&CHECKPOINTS, vec![row], Taken::Keep).await? > 0)
    }

    async fn last_checkpoint(&mut self) -> Result<Option<Checkpoint>> {
        self.row(&CHECKPOINTS.select().order_by("size", Order::Desc).limit(1).take(), read_checkpoint).await
    }

    async fn checkpoints_after(&mut self, size: u64, limit: u32) -> Result<Vec<Checkpoint>> {
        let checkpoints = CHECKPOINTS
            .select()
            .and_where(Expr::col("size").gt(number(size)))
            .order_by("size", Order::Asc)
            .limit(u64::from(limit))
            .take();
        self.rows(&checkpoints, read_checkpoint).await
    }

    async fn claim_witness(
        &mut self,
        witness: Witness,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Checkpoint>> {
        let Some(last) = self.last_checkpoint().await? else { return Ok(None) };
        let claim = WITNESSES
            .update()
            .value("due_at", until.0)
            .and_where(Expr::col("witness").eq(witness.code()))
            .and_where(Expr::col("due_at").lte(now.0))
            .and_where(Expr::col("size").lt(number(last.size)))
            .take();
        Ok((self.run(&claim).await? > 0).then_some(last))
    }

    async fn tell_witness(&mut self, witness: Witness, size: u64, due_at: Timestamp) -> Result<()> {
        let told = WITNESSES
            .update()
            .value("size", number(size))
            .value("due_at", due_at.0)
            .and_where(Expr::col("witness").eq(witness.code()))
            // Whoever was slow doesn't take back what another one told.
            .and_where(Expr::col("size").lt(number(size)))
            .take();
        self.run(&told).await.map(drop)
    }
}

fn read_checkpoint(row: &Row) -> Result<Checkpoint> {
    Ok(Checkpoint {
        size: row.number("size")?,
        root: row.hash("root")?,
        at: row.time("at")?,
        text: row.get("text")?,
    })
}
