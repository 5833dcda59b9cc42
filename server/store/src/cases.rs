//! Cases and the decisions about them.

use crate::{
    Transaction,
    corrections::{CORRECTIONS, correction_row},
    dialect::Row,
    row::{bytes, case_number, code, json, json_or_null},
    table::{Table, Taken, restrict_to},
    targets::{TARGETS, target_row},
};
use async_trait::async_trait;
use domain::{
    case::{Approval, Case, CaseFilter, CaseRow, Correction, Target, TargetsDigest},
    ids::{CaseId, SentId},
    sent::{Listing, Page},
    shared::{CaseNumber, CaseState, CorrectionState, Outcome},
    store::{Cases, Result, StoreError},
    time::Timestamp,
};
use sea_query::{Expr, ExprTrait, OnConflict, Order, Query, SelectStatement};

/// Rows that are made ready at a time: a mail may have gone to tens of thousands.
pub(crate) const PIECE: usize = 1_000;

pub(crate) const CASES: Table = Table {
    name: "recall_case",
    what: "the case",
    key: &["id"],
    columns: &[
        "id",
        "number",
        "version",
        "requester",
        "message",
        "request",
        "state",
        "decision",
        "digest",
        "created_at",
        "expires_at",
        "decided_at",
        "ended_at",
        "restoration",
    ],
    only_written: &["sent_id"],
};

const APPROVALS: Table = Table {
    name: "approval",
    what: "the approval",
    key: &["id"],
    columns: &["id", "case_id", "approver", "act", "verdict", "comment", "digest", "decided_at"],
    only_written: &[],
};

#[async_trait]
impl Cases for Transaction {
    async fn next_case_serial(&mut self, year: u16) -> Result<u32> {
        serial(self, year, 1).await
    }

    async fn order_requests(&mut self, year: u16) -> Result<()> {
        serial(self, year, 0).await.map(drop)
    }

    async fn insert_case(
        &mut self,
        case: &Case,
        targets: &[Target],
        corrections: &[Correction],
    ) -> Result<()> {
        // Not by the error: after one Postgres would take no further statement.
        if self.insert(&CASES, vec![case_row(case)?], Taken::Keep).await? == 0 {
            return Err(StoreError::Conflict(CASES.what));
        }
        for some in targets.chunks(PIECE) {
            let rows: Result<_> = some.iter().map(target_row).collect();
            self.insert(&TARGETS, rows?, Taken::Refuse).await?;
        }
        for some in corrections.chunks(PIECE) {
            let rows: Result<_> = some.iter().map(correction_row).collect();
            self.insert(&CORRECTIONS, rows?, Taken::Refuse).await?;
        }
        Ok(())
    }

    async fn case(&mut self, id: CaseId) -> Result<Option<Case>> {
        self.row(&CASES.select().and_where(Expr::col("id").eq(id.0)).take(), read_case).await
    }

    async fn case_by_number(&mut self, number: CaseNumber) -> Result<Option<Case>> {
        let case = CASES.select().and_where(Expr::col("number").eq(case_number(number))).take();
        self.row(&case, read_case).await
    }

    async fn cases_of_sent(&mut self, sent: SentId) -> Result<Vec<Case>> {
        let mut cases = CASES.select().and_where(Expr::col("sent_id").eq(sent.0)).take();
        self.rows(newest_first(&mut cases), read_case).await
    }

    async fn update_case(&mut self, case: &Case) -> Result<Case> {
        let update = CASES
            .update()
            .value("version", case.version.saturating_add(1))
            .value("state", code(case.state))
            .value("expires_at", case.expires_at.0)
            .value("decided_at", case.decided_at.map(|at| at.0))
            .value("ended_at", case.ended_at.map(|at| at.0))
            .value("restoration", json_or_null(case.restoration.as_ref())?)
            .and_where(Expr::col("id").eq(case.id.0))
            .and_where(Expr::col("version").eq(case.version))
            .returning(CASES.returning())
            .take();
        self.row(&update, read_case).await?.ok_or(StoreError::Conflict(CASES.what))
    }

    async fn list_cases(&mut self, filter: &CaseFilter, page: Page) -> Result<Listing<CaseRow>> {
        let mut found = matching(filter);
        let total = self.count(&found).await?;
        found
            .columns(CASES.columns.iter().copied())
            .expr_as(tally(TARGETS.name, None), "targets")
            .expr_as(tally(TARGETS.name, Some(Expr::col("outcome").is_not_null())), "ended")
            .expr_as(ended_as(&[Outcome::Failed]), "failed")
            .expr_as(ended_as(&CaseRow::SUCCEEDED), "succeeded")
            .expr_as(ended_as(&CaseRow::AFTER_READING), "after_reading")
            .expr_as(tally(CORRECTIONS.name, Some(unsent())), "unsent");
        restrict_to(newest_first(&mut found), page);
        let rows = self.rows(&found, read_case_row).await?;
        Ok(Listing { rows, total })
    }

    async fn cases_at_work(&mut self, now: Timestamp) -> Result<Vec<Case>> {
        let working = [CaseState::Holding, CaseState::Executing, CaseState::Releasing, CaseState::Restoring]
            .map(CaseState::code);
        let waiting = [CaseState::AwaitingApproval, CaseState::RestoreRequested].map(CaseState::code);
        let overdue = Expr::col("state").is_in(waiting).and(Expr::col("expires_at").lte(now.0));
        let cases = CASES.select().and_where(Expr::col("state").is_in(working).or(overdue)).take();
        self.rows(&cases, read_case).await
    }

    async fn insert_approval(&mut self, approval: &Approval) -> Result<()> {
        let row = vec![
            approval.id.0.into(),
            approval.case.0.into(),
            approval.approver.0.into(),
            code(approval.act),
            code(approval.verdict),
            approval.comment.as_str().into(),
            bytes(&approval.digest.0),
            approval.decided_at.0.into(),
        ];
        self.insert(&APPROVALS, vec![row], Taken::Refuse).await.map(drop)
    }

    async fn approvals(&mut self, case: CaseId) -> Result<Vec<Approval>> {
        let approvals = APPROVALS
            .select()
            .and_where(Expr::col("case_id").eq(case.0))
            .order_by("decided_at", Order::Asc)
            .order_by("id", Order::Asc)
            .take();
        self.rows(&approvals, read_approval).await
    }
}

/// Raised by so many; the year's row is ours until the transaction ends.
async fn serial(tx: &mut Transaction, year: u16, by: i64) -> Result<u32> {
    let raised = Expr::col(("case_serial", "last")).add(by);
    let next = Query::insert()
        .into_table("case_serial")
        .columns(["year", "last"])
        .values([i64::from(year).into(), by.into()])
        .map_err(|error| StoreError::Other(Box::new(error)))?
        .on_conflict(OnConflict::column("year").value("last", raised).to_owned())
        .returning_col("last")
        .take();
    tx.row(&next, |row| row.number("last")).await?.ok_or(StoreError::Missing("the serial of the year"))
}

/// Without columns: they are added for the rows, and left out for counting.
fn matching(filter: &CaseFilter) -> SelectStatement {
    let requesters = filter.requesters.as_ref().map(|people| people.iter().map(|person| person.0));
    let states = (!filter.states.is_empty()).then(|| filter.states.iter().map(|state| state.code()));
    Query::select()
        .from(CASES.name)
        .and_where_option(filter.number.map(|number| Expr::col("number").eq(case_number(number))))
        .and_where_option(requesters.map(|people| Expr::col("requester").is_in(people)))
        .and_where_option(states.map(|states| Expr::col("state").is_in(states)))
        .and_where_option(filter.from.map(|from| Expr::col("created_at").gte(from.0)))
        .and_where_option(filter.until.map(|until| Expr::col("created_at").lt(until.0)))
        .take()
}

fn newest_first(cases: &mut SelectStatement) -> &mut SelectStatement {
    cases.order_by("created_at", Order::Desc).order_by("number", Order::Desc)
}

/// How many rows of the case's targets or corrections.
fn tally(table: &'static str, condition: Option<Expr>) -> Expr {
    let counted = Query::select()
        .expr(Expr::cust("COUNT(*)"))
        .from(table)
        .and_where(Expr::col((table, "case_id")).equals((CASES.name, "id")))
        .and_where_option(condition)
        .take();
    counted.into()
}

fn ended_as(outcomes: &[Outcome]) -> Expr {
    let codes = outcomes.iter().map(|outcome| outcome.code());
    tally(TARGETS.name, Some(Expr::col("outcome").is_in(codes)))
}

fn unsent() -> Expr {
    // Planned ones aren't due: nobody has approved yet.
    let fine = [CorrectionState::Sent, CorrectionState::Unneeded, CorrectionState::Planned]
        .map(CorrectionState::code);
    Expr::col((CORRECTIONS.name, "state")).is_not_in(fine)
}

fn case_row(case: &Case) -> Result<Vec<Expr>> {
    Ok(vec![
        case.id.0.into(),
        case_number(case.number),
        case.version.into(),
        case.requester.0.into(),
        json(&case.message)?,
        json(&case.request)?,
        code(case.state),
        json(&case.decision)?,
        bytes(&case.digest.0),
        case.created_at.0.into(),
        case.expires_at.0.into(),
        case.decided_at.map(|at| at.0).into(),
        case.ended_at.map(|at| at.0).into(),
        json_or_null(case.restoration.as_ref())?,
        case.message.sent.0.into(),
    ])
}

fn read_case(row: &Row) -> Result<Case> {
    Ok(Case {
        id: row.id("id")?,
        number: row.case_number("number")?,
        version: row.get("version")?,
        requester: row.id("requester")?,
        message: row.json("message")?,
        request: row.json("request")?,
        state: row.parsed("state")?,
        decision: row.json("decision")?,
        digest: TargetsDigest(row.hash("digest")?),
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        decided_at: row.optional_time("decided_at")?,
        ended_at: row.optional_time("ended_at")?,
        restoration: row.optional_json("restoration")?,
    })
}

fn read_case_row(row: &Row) -> Result<CaseRow> {
    Ok(CaseRow {
        case: read_case(row)?,
        targets: row.number("targets")?,
        ended: row.number("ended")?,
        failed: row.number("failed")?,
        succeeded: row.number("succeeded")?,
        after_reading: row.number("after_reading")?,
        unsent_corrections: row.number("unsent")?,
    })
}

fn read_approval(row: &Row) -> Result<Approval> {
    Ok(Approval {
        id: row.id("id")?,
        case: row.id("case_id")?,
        approver: row.id("approver")?,
        act: row.parsed("act")?,
        verdict: row.parsed("verdict")?,
        comment: row.get("comment")?,
        digest: TargetsDigest(row.hash("digest")?),
        decided_at: row.time("decided_at")?,
    })
}
