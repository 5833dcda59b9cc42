//! The switch that lets workers begin things, and what is under way.

use crate::{
    Transaction,
    cases::CASES,
    corrections::CORRECTIONS,
    dialect::Row,
    row::json,
    table::{Table, select},
    targets::TARGETS,
};
use async_trait::async_trait;
use domain::{
    engine_switch::{InFlight, Switch},
    ids::PersonId,
    mail::NamedAddress,
    org::Recipient,
    store::{EngineSwitch, Result, StoreError},
    time::Timestamp,
};
use sea_query::{Expr, ExprTrait, LockType, Order, Query, SelectStatement};

/// One row.
const SWITCH: Table = Table {
    name: "engine_switch",
    what: "the engine's switch",
    key: &["id"],
    columns: &["running", "changed_by", "changed_at", "reason", "in_flight"],
    only_written: &[],
};

#[async_trait]
impl EngineSwitch for Transaction {
    async fn engine_switch(&mut self) -> Result<Switch> {
        let switch = self.row(&SWITCH.select(), read_switch).await?;
        switch.ok_or(StoreError::Missing(SWITCH.what))
    }

    async fn turn_engine(
        &mut self,
        running: bool,
        by: Option<PersonId>,
        at: Timestamp,
        reason: &str,
    ) -> Result<bool> {
        let turn = SWITCH
            .update()
            .value("running", running)
            .value("changed_by", by.map(|by| by.0))
            .value("changed_at", at.0)
            .value("reason", reason)
            .and_where(Expr::col("running").ne(running))
            .take();
        Ok(self.run(&turn).await? > 0)
    }

    async fn in_flight(&mut self, now: Timestamp) -> Result<Vec<InFlight>> {
        let targets = leased(TARGETS.name, now)
            .columns(["id", "lease_task"].map(|column| (TARGETS.name, column)))
            .take();
        let mut all = self
            .rows(&targets, |row| {
                Ok(InFlight {
                    case: row.case_number("number")?,
                    target: row.id("id")?,
                    recipient: row.json::<Recipient>("recipient")?.address,
                    task: row.optional_parsed("lease_task")?,
                })
            })
            .await?;
        let corrections = leased(CORRECTIONS.name, now).column((CORRECTIONS.name, "target_id")).take();
        let corrections = self
            .rows(&corrections, |row| {
                Ok(InFlight {
                    case: row.case_number("number")?,
                    target: row.id("target_id")?,
                    recipient: row.json::<NamedAddress>("recipient")?.address,
                    task: None,
                })
            })
            .await?;
        all.extend(corrections);
        Ok(all)
    }

    async fn note_in_flight(&mut self, in_flight: &[InFlight]) -> Result<()> {
        self.run_on(SWITCH.what, &SWITCH.update().value("in_flight", json(&in_flight)?).take()).await
    }
}

impl Transaction {
    /// For whoever is about to claim. Held until they commit: the switch can't be turned between this and their claim,
    /// so what they claimed is on its list.
    pub(crate) async fn engine_runs(&mut self) -> Result<bool> {
        let running = select(SWITCH.name, ["running"]).lock(LockType::Share).take();
        Ok(self.row(&running, |row| row.get("running")).await?.unwrap_or(false))
    }
}

/// Within a statement; by itself it doesn't wait for a switch that is just being turned.
pub(crate) fn engine_is_running() -> Expr {
    Expr::exists(select(SWITCH.name, ["id"]).and_where(Expr::col("running").eq(true)).take())
}

/// Rows of `table` that a worker holds, with the number of their case and whom they are for.
fn leased(table: &'static str, now: Timestamp) -> SelectStatement {
    Query::select()
        .column((CASES.name, "number"))
        .column((table, "recipient"))
        .from(table)
        .inner_join(CASES.name, Expr::col((table, "case_id")).equals((CASES.name, "id")))
        .and_where(Expr::col((table, "lease_until")).gt(now.0))
        .and_where(Expr::col((table, "lease_holder")).is_not_null())
        .order_by((CASES.name, "number"), Order::Asc)
        .order_by((table, "seq"), Order::Asc)
        .take()
}

fn read_switch(row: &Row) -> Result<Switch> {
    Ok(Switch {
        running: row.get("running")?,
        changed_by: row.optional_id("changed_by")?,
        changed_at: row.time("changed_at")?,
        reason: row.get("reason")?,
        in_flight: row.json("in_flight")?,
    })
}
