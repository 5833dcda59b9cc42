//! A target as a row, and rows of given values beside the table.

use super::TARGETS;
use crate::{
    dialect::Row,
    lease::read_lease,
    row::{code, json},
};
use domain::{
    case::Target,
    shared::{Outcome, Task},
    store::{Finished, Leased, Result, StoreError},
};
use sea_query::{Cond, Condition, Expr, ExprTrait, Value};

/// Rows of values beside the table that is updated.
pub const GIVEN: &str = "given";

/// The first two of a given row.
pub fn given(lease: Leased) -> [Value; 2] {
    [lease.target.0.into(), lease.fence.into()]
}

/// The row is the claim's that was given, still.
pub fn held_as_given() -> Condition {
    Cond::all()
        .add(Expr::col((TARGETS.name, "id")).equals((GIVEN, "column1")))
        .add(Expr::col((TARGETS.name, "fence")).equals((GIVEN, "column2")))
        .add(Expr::col("lease_holder").is_not_null())
}

pub fn finished_row(finished: &Finished) -> Result<Vec<Value>> {
    let Finished { lease, done, result, at } = finished;
    let detail = serde_json::to_string(&result.detail).map_err(|error| StoreError::Other(Box::new(error)))?;
    let rest = [
        done.code().into(),
        result.state.code().into(),
        result.outcome.map(Outcome::code).into(),
        detail.into(),
        at.0.into(),
    ];
    Ok(given(*lease).into_iter().chain(rest).collect())
}

/// What people wait for most comes first.
pub fn rank(task: Task) -> i64 {
    match task {
        Task::Release => 0,
        Task::Hold => 1,
        Task::Execute => 2,
    }
}

pub fn target_row(target: &Target) -> Result<Vec<Expr>> {
    Ok(vec![
        target.id.0.into(),
        target.case.0.into(),
        json(&target.recipient)?,
        code(target.state),
        target.outcome.map(Outcome::code).into(),
        json(&target.detail)?,
        target.task.map(Task::code).into(),
        target.lease.holder.as_deref().into(),
        target.lease.until.map(|at| at.0).into(),
        target.lease.fence.into(),
        i64::from(target.attempts).into(),
        target.due_at.0.into(),
        target.updated_at.0.into(),
        target.address().as_str().into(),
        target.recipient.person().map(|person| person.0).into(),
        target.task.map(rank).into(),
        0_i64.into(),
    ])
}

pub fn read_target(row: &Row) -> Result<Target> {
    Ok(Target {
        id: row.id("id")?,
        case: row.id("case_id")?,
        recipient: row.json("recipient")?,
        state: row.parsed("state")?,
        outcome: row.optional_parsed("outcome")?,
        detail: row.json("detail")?,
        task: row.optional_parsed("task")?,
        lease: read_lease(row)?,
        attempts: row.number("attempts")?,
        due_at: row.time("due_at")?,
        updated_at: row.time("updated_at")?,
    })
}
