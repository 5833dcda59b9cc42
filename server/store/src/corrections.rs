//! The follow-up mails, one per target at most, and the sender's text behind them.

use crate::{
    Transaction,
    dialect::Row,
    lease::{Claim, held, read_lease},
    outgoing::{Progress, open, progressed},
    row::{bytes, code, json},
    table::{Table, Taken, select},
};
use async_trait::async_trait;
use domain::{
    case::Correction,
    ids::{CaseId, CorrectionId, TargetId},
    shared::CorrectionState,
    store::{Corrections, Result, StoreError},
    time::Timestamp,
};
use sea_query::{Cond, Expr, ExprTrait, Order, Query};

pub(crate) const CORRECTIONS: Table = Table {
    name: "correction",
    what: "the correction",
    key: &["id"],
    columns: &[
        "id",
        "case_id",
        "target_id",
        "recipient",
        "message_id",
        "state",
        "in_place",
        "attempts",
        "due_at",
        "lease_holder",
        "lease_until",
        "fence",
        "problem",
        "sent_at",
    ],
    only_written: &["revision"],
};

pub(crate) const CONTENTS: Table = Table {
    name: "correction_content",
    what: "the text of the correction",
    key: &["case_id"],
    columns: &["case_id", "sealed"],
    only_written: &[],
};

#[async_trait]
impl Corrections for Transaction {
    async fn save_correction_content(&mut self, case: CaseId, sealed: &[u8]) -> Result<()> {
        self.insert(&CONTENTS, vec![vec![case.0.into(), bytes(sealed)]], Taken::Replace).await.map(drop)
    }

    async fn correction_content(&mut self, case: CaseId) -> Result<Option<Vec<u8>>> {
        let content = select(CONTENTS.name, ["sealed"]).and_where(Expr::col("case_id").eq(case.0)).take();
        self.row(&content, |row| row.get("sealed")).await
    }

    async fn corrections(&mut self, case: CaseId) -> Result<Vec<Correction>> {
        let corrections = CORRECTIONS
            .select()
            .and_where(Expr::col("case_id").eq(case.0))
            .order_by("seq", Order::Asc)
            .take();
        self.rows(&corrections, read_correction).await
    }

    async fn correction_of(&mut self, target: TargetId) -> Result<Option<Correction>> {
        let correction = CORRECTIONS.select().and_where(Expr::col("target_id").eq(target.0)).take();
        self.row(&correction, read_correction).await
    }

    async fn claim_corrections(
        &mut self,
        holder: &str,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Correction>> {
        if !self.engine_runs().await? {
            return Ok(Vec::new());
        }
        let claim = Claim { holder, now, until: lease_until, limit };
        let statement = claim.statement(&CORRECTIONS, open(), Query::update());
        claim.run(self, &statement, read_correction, |correction| correction.due_at).await
    }

    async fn update_correction(&mut self, correction: &Correction, fence: Option<i64>) -> Result<()> {
        let id = correction.id.0;
        let (row, absent) = match fence {
            Some(fence) => (held(id, fence), StoreError::Fenced(CORRECTIONS.what)),
            None => (Cond::all().add(Expr::col("id").eq(id)), StoreError::Missing(CORRECTIONS.what)),
        };
        let progress = Progress {
            state: correction.state,
            attempts: correction.attempts,
            due_at: correction.due_at,
            problem: &correction.problem,
            sent_at: correction.sent_at,
        };
        let mut update = progressed(&CORRECTIONS, row, &progress);
        update.value("in_place", correction.in_place);
        if self.run(&update).await? == 0 { Err(absent) } else { Ok(()) }
    }

    async fn settle_planned(&mut self, case: CaseId, state: CorrectionState, now: Timestamp) -> Result<u64> {
        let settle = CORRECTIONS
            .update()
            .value("state", code(state))
            .value("due_at", now.0)
            .value("revision", Expr::col("revision").add(1))
            .and_where(Expr::col("case_id").eq(case.0))
            .and_where(Expr::col("state").eq(CorrectionState::Planned.code()))
            .take();
        self.run(&settle).await
    }

    async fn correction(&mut self, id: CorrectionId) -> Result<Option<Correction>> {
        self.row(&CORRECTIONS.select().and_where(Expr::col("id").eq(id.0)).take(), read_correction).await
    }
}

pub(crate) fn correction_row(correction: &Correction) -> Result<Vec<Expr>> {
    Ok(vec![
        correction.id.0.into(),
        correction.case.0.into(),
        correction.target.0.into(),
        json(&correction.to)?,
        correction.message_id.as_str().into(),
        code(correction.state),
        correction.in_place.into(),
        i64::from(correction.attempts).into(),
        correction.due_at.0.into(),
        correction.lease.holder.as_deref().into(),
        correction.lease.until.map(|at| at.0).into(),
        correction.lease.fence.into(),
        correction.problem.as_str().into(),
        correction.sent_at.map(|at| at.0).into(),
        0_i64.into(),
    ])
}

fn read_correction(row: &Row) -> Result<Correction> {
    Ok(Correction {
        id: row.id("id")?,
        case: row.id("case_id")?,
        target: row.id("target_id")?,
        to: row.json("recipient")?,
        message_id: row.parsed("message_id")?,
        state: row.parsed("state")?,
        in_place: row.get("in_place")?,
        attempts: row.number("attempts")?,
        due_at: row.time("due_at")?,
        lease: read_lease(row)?,
        problem: row.get("problem")?,
        sent_at: row.optional_time("sent_at")?,
    })
}
