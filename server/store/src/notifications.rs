//! What people are told by mail: the portal's own part of the outbox.

use crate::{
    Transaction,
    dialect::Row,
    lease::{Claim, held, read_lease},
    outgoing::{Progress, open, progressed},
    row::{code, json},
    table::{Table, Taken},
};
use async_trait::async_trait;
use domain::{
    ids::CaseId,
    notify::Notification,
    store::{Notifications, Result, StoreError},
    time::Timestamp,
};
use sea_query::{Expr, ExprTrait, Order, Query};

pub(crate) const NOTIFICATIONS: Table = Table {
    name: "notification",
    what: "the notification",
    key: &["idempotency_key"],
    columns: &[
        "id",
        "idempotency_key",
        "case_id",
        "kind",
        "person_id",
        "recipient",
        "language",
        "message_id",
        "created_at",
        "state",
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

#[async_trait]
impl Notifications for Transaction {
    async fn insert_notifications(&mut self, notifications: &[Notification]) -> Result<u64> {
        let rows: Result<_> = notifications.iter().map(notification_row).collect();
        let new = self.insert(&NOTIFICATIONS, rows?, Taken::Keep).await?;
        if new > 0 {
            self.makes_work();
        }
        Ok(new)
    }

    async fn notifications(&mut self, case: CaseId) -> Result<Vec<Notification>> {
        let notifications = NOTIFICATIONS
            .select()
            .and_where(Expr::col("case_id").eq(case.0))
            .order_by("seq", Order::Asc)
            .take();
        self.rows(&notifications, read_notification).await
    }

    async fn claim_notifications(
        &mut self,
        holder: &str,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Notification>> {
        if !self.engine_runs().await? {
            return Ok(Vec::new());
        }
        let claim = Claim { holder, now, until: lease_until, limit };
        let statement = claim.statement(&NOTIFICATIONS, open(), Query::update());
        claim.run(self, &statement, read_notification, |notification| notification.due_at).await
    }

    async fn update_notification(&mut self, notification: &Notification, fence: i64) -> Result<()> {
        let progress = Progress {
            state: notification.state,
            attempts: notification.attempts,
            due_at: notification.due_at,
            problem: &notification.problem,
            sent_at: notification.sent_at,
        };
        let update = progressed(&NOTIFICATIONS, held(notification.id.0, fence), &progress);
        match self.run(&update).await? {
            0 => Err(StoreError::Fenced(NOTIFICATIONS.what)),
            _ => Ok(()),
        }
    }
}

fn notification_row(notification: &Notification) -> Result<Vec<Expr>> {
    Ok(vec![
        notification.id.0.into(),
        notification.key.as_str().into(),
        notification.case.0.into(),
        code(notification.kind),
        notification.person.0.into(),
        json(&notification.to)?,
        code(notification.language.tag()),
        notification.message_id.as_str().into(),
        notification.created_at.0.into(),
        code(notification.state),
        i64::from(notification.attempts).into(),
        notification.due_at.0.into(),
        notification.lease.holder.as_deref().into(),
        notification.lease.until.map(|at| at.0).into(),
        notification.lease.fence.into(),
        notification.problem.as_str().into(),
        notification.sent_at.map(|at| at.0).into(),
        0_i64.into(),
    ])
}

fn read_notification(row: &Row) -> Result<Notification> {
    Ok(Notification {
        id: row.id("id")?,
        key: row.get("idempotency_key")?,
        case: row.id("case_id")?,
        kind: row.parsed("kind")?,
        person: row.id("person_id")?,
        to: row.json("recipient")?,
        language: row.language("language")?,
        message_id: row.parsed("message_id")?,
        created_at: row.time("created_at")?,
        state: row.parsed("state")?,
        attempts: row.number("attempts")?,
        due_at: row.time("due_at")?,
        lease: read_lease(row)?,
        problem: row.get("problem")?,
        sent_at: row.optional_time("sent_at")?,
    })
}
