//! Mails in the outbox, the same for corrections and notifications.

use crate::{lease, row::code, table::Table};
use domain::{shared::CorrectionState, time::Timestamp};
use sea_query::{Cond, Expr, ExprTrait, Order, Query, SelectStatement, UpdateStatement};

/// Columns that change while a mail goes out.
pub(crate) struct Progress<'a> {
    pub state: CorrectionState,
    pub attempts: u32,
    pub due_at: Timestamp,
    pub problem: &'a str,
    pub sent_at: Option<Timestamp>,
}

/// Those to be handed over or to be found out about, the longest due first: candidates of a claim.
pub(crate) fn open() -> SelectStatement {
    let claimable = [CorrectionState::Queued, CorrectionState::Sending].map(CorrectionState::code);
    Query::select()
        .and_where(Expr::col("state").is_in(claimable))
        .order_by("due_at", Order::Asc)
        .order_by("seq", Order::Asc)
        .take()
}

/// A state other than `Sending` ends the lease.
pub(crate) fn progressed(table: &Table, row: Cond, progress: &Progress<'_>) -> UpdateStatement {
    let mut update = table
        .update()
        .value("state", code(progress.state))
        .value("attempts", i64::from(progress.attempts))
        .value("due_at", progress.due_at.0)
        .value("problem", progress.problem)
        .value("sent_at", progress.sent_at.map(|at| at.0))
        .value("revision", Expr::col("revision").add(1))
        .cond_where(row)
        .take();
    if progress.state != CorrectionState::Sending {
        lease::end(&mut update);
    }
    update
}
