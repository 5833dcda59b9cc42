//! The ports for what the engine works on: targets, corrections, notifications, each claimed under a lease.

use super::Result;
use crate::{
    case::{Correction, Detail, Lease, Target},
    ids::{CaseId, CorrectionId, TargetId},
    notify::Notification,
    time::Timestamp,
};
use async_trait::async_trait;
use shared::{CorrectionState, Outcome, TargetState, Task};
use std::collections::HashMap;
use uuid::Uuid;

/// What a finished task writes.
#[derive(Clone, Debug)]
pub struct TargetResult {
    pub state: TargetState,
    pub outcome: Option<Outcome>,
    pub detail: Detail,
}

/// A claim on a target, as its worker got it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leased {
    pub target: TargetId,
    pub fence: i64,
}

/// A task that its worker has ended.
#[derive(Clone, Debug)]
pub struct Finished {
    pub lease: Leased,
    pub done: Task,
    pub result: TargetResult,
    pub at: Timestamp,
}

#[async_trait]
pub trait Targets: Send {
    /// In the order they were inserted.
    async fn targets(&mut self, case: CaseId) -> Result<Vec<Target>>;

    async fn target(&mut self, id: TargetId) -> Result<Option<Target>>;

    /// Who has them, and for which task; without those that aren't there.
    async fn leases(&mut self, ids: &[TargetId]) -> Result<HashMap<TargetId, (Lease, Option<Task>)>>;

    /// Nobody else changes them until this transaction ends. Taken in one order by all who lock several, so that two
    /// never wait for each other crosswise.
    async fn lock_targets(&mut self, ids: &[TargetId]) -> Result<()>;

    /// The same for all targets of a case.
    async fn lock_targets_of(&mut self, case: CaseId) -> Result<()>;

    /// Takes up to `limit` targets with a task that is due and not leased, raises their fence, sets the lease.
    /// One `UPDATE … RETURNING` (design.md §7). Nothing while the engine is stopped. Release before hold before execute, then insertion order.
    async fn claim_targets(
        &mut self,
        holder: &str,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Target>>;

    /// The tasks as they are now, with the leases prolonged; a lease that is no longer ours isn't in the answer.
    /// None: nothing is wanted any more, because the task was cleared or the engine is stopped (the lease then stays as
    /// it was).
    async fn renew_targets(
        &mut self,
        leases: &[Leased],
        lease_until: Timestamp,
    ) -> Result<HashMap<TargetId, Option<Task>>>;

    /// The heartbeat: this holder's leases on these rows, targets and mails, last at least until then. How many.
    async fn prolong_leases(&mut self, holder: &str, rows: &[Uuid], until: Timestamp) -> Result<u64>;

    /// Writes the results, ends the leases, and clears each task unless another one was set meanwhile. `Fenced` when
    /// one of the leases is no longer ours; the transaction can then only be dropped.
    async fn finish_targets(&mut self, finished: &[Finished]) -> Result<()>;

    /// Ends the lease; the task is tried again at `due_at`.
    async fn postpone_target(
        &mut self,
        id: TargetId,
        fence: i64,
        detail: &Detail,
        attempts: u32,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<()>;

    /// Sets or clears the task of each, and sets the outcome (None: leaves it), by decision of people: leases and
    /// fences stay as they are. The task starts afresh: no failed tries, due now. `Missing` when one of them isn't
    /// there; the transaction can then only be dropped.
    async fn assign(
        &mut self,
        ids: &[TargetId],
        task: Option<Task>,
        outcome: Option<Outcome>,
        now: Timestamp,
    ) -> Result<()>;

    /// Anything that changes when the case or one of its targets or corrections does.
    async fn case_pulse(&mut self, case: CaseId) -> Result<String>;

    /// Those where this task was tried in vain at least so often, in the order they were inserted.
    async fn stuck_targets(&mut self, task: Task, attempts: u32) -> Result<Vec<Target>>;

    /// How many targets still have a task.
    async fn open_tasks(&mut self, case: CaseId) -> Result<u64>;
}

#[async_trait]
pub trait Corrections: Send {
    /// The sender's text, sealed.
    async fn save_correction_content(&mut self, case: CaseId, sealed: &[u8]) -> Result<()>;

    async fn correction_content(&mut self, case: CaseId) -> Result<Option<Vec<u8>>>;

    async fn corrections(&mut self, case: CaseId) -> Result<Vec<Correction>>;

    async fn correction_of(&mut self, target: TargetId) -> Result<Option<Correction>>;

    /// `Queued` or `Sending` whose lease ran out, due; raises the fence. Rows come back with the state they had.
    /// Nothing while the engine is stopped.
    async fn claim_corrections(
        &mut self,
        holder: &str,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Correction>>;

    /// Writes state, `in_place`, attempts, `due_at`, problem, `sent_at`. With `fence`: only while it is ours, else `Fenced`;
    /// a state other than `Sending` ends the lease.
    async fn update_correction(&mut self, correction: &Correction, fence: Option<i64>) -> Result<()>;

    /// `Planned` → this state, for a whole case.
    async fn settle_planned(&mut self, case: CaseId, state: CorrectionState, now: Timestamp) -> Result<u64>;

    async fn correction(&mut self, id: CorrectionId) -> Result<Option<Correction>>;
}

#[async_trait]
pub trait Notifications: Send {
    /// One whose key is there already stays as it is. How many are new.
    async fn insert_notifications(&mut self, notifications: &[Notification]) -> Result<u64>;

    /// In the order they were inserted.
    async fn notifications(&mut self, case: CaseId) -> Result<Vec<Notification>>;

    /// As [`Corrections::claim_corrections`].
    async fn claim_notifications(
        &mut self,
        holder: &str,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Notification>>;

    /// Writes state, attempts, `due_at`, problem, `sent_at` while the fence is ours, else `Fenced`; a state other than
    /// `Sending` ends the lease.
    async fn update_notification(&mut self, notification: &Notification, fence: i64) -> Result<()>;
}
