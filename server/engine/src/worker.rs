//! The loop: claim, work, advance, wait.

use crate::{
    correct::correct,
    execute::execute,
    hold::hold,
    release::release,
    retry::{MAX_ATTEMPTS, delay},
    target::{Job, LEASE, TaskError},
};
use domain::{
    case::{
        Case, Detail, Target,
        flow::{self, FlowError},
    },
    portal::{Portal, Wake},
    shared::{Outcome, Task},
    store::{StoreError, TargetResult},
};
use futures::{StreamExt, stream};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Mailboxes worked on side by side.
const SIDE_BY_SIDE: usize = 8;
/// Claimed at once; few enough that all are done well within the lease.
const BATCH: u32 = 16;
/// Without a wake-up we look again after so long: retries, expiry, work of other processes.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// After an error of the database.
const BACK_OFF: Duration = Duration::from_secs(2);

/// Wakes the engine of the same process.
#[derive(Clone, Default)]
pub struct Waker(Arc<Notify>);

impl Wake for Waker {
    fn wake(&self) {
        self.0.notify_one();
    }
}

pub struct Engine {
    portal: Arc<Portal>,
    /// Names this worker in leases.
    holder: String,
    waker: Waker,
}

impl Engine {
    /// `waker` is the one the portal was made with.
    pub fn new(portal: Arc<Portal>, waker: Waker, holder: String) -> Self {
        Self { portal, holder, waker }
    }

    /// Works until cancelled; what is in flight then is finished first.
    pub async fn run(self, cancel: CancellationToken) {
        while !cancel.is_cancelled() {
            let pause = match self.turn().await {
                Ok(true) => continue,
                Ok(false) => LOOK_AGAIN,
                Err(error) => {
                    tracing::error!(%error, "engine: turn failed");
                    BACK_OFF
                }
            };
            tokio::select! {
                () = cancel.cancelled() => {}
                () = self.waker.0.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// One round over everything that is due. True: something was done.
    pub async fn turn(&self) -> Result<bool, StoreError> {
        let targets = self.work_on_targets().await?;
        let corrections = self.work_on_corrections().await?;
        let cases = self.advance_cases().await?;
        Ok(targets || corrections || cases)
    }

    async fn work_on_targets(&self) -> Result<bool, StoreError> {
        let now = self.portal.world.now();
        let mut tx = self.portal.store.write().await?;
        let claimed = tx.claim_targets(&self.holder, now, now.plus(LEASE), BATCH).await?;
        tx.commit().await?;
        let any = !claimed.is_empty();
        stream::iter(claimed).for_each_concurrent(SIDE_BY_SIDE, |target| self.work_on(target)).await;
        Ok(any)
    }

    /// Errors end here: they are noted at the target, or the lease runs out and it is tried again.
    async fn work_on(&self, target: Target) {
        let noted = async {
            let mut tx = self.portal.store.read().await?;
            let Some(case) = tx.case(target.case).await? else { return Ok(()) };
            drop(tx);
            let (Some(task), Some(person)) = (target.task, target.recipient.person()) else { return Ok(()) };
            let job = Job { portal: &self.portal, case: &case, target: &target, person, task };
            let mut detail = target.detail.clone();
            match perform(&job, &mut detail).await {
                Ok(result) => finish(&job, &result).await,
                Err(error) => fail(&job, detail, &error).await,
            }
        };
        if let Err(error) = noted.await {
            let error: StoreError = error;
            tracing::warn!(target_id = %target.id, %error, "engine: target not settled; its lease will run out");
        }
    }

    async fn work_on_corrections(&self) -> Result<bool, StoreError> {
        let now = self.portal.world.now();
        let mut tx = self.portal.store.write().await?;
        let claimed = tx.claim_corrections(&self.holder, now, now.plus(SENDING_LEASE), BATCH).await?;
        tx.commit().await?;
        let any = !claimed.is_empty();
        stream::iter(claimed)
            .for_each_concurrent(SIDE_BY_SIDE, |claimed| async move {
                let id = claimed.id;
                let done = async {
                    let case = self.portal.store.read().await?.case(claimed.case).await?;
                    let case = case.ok_or(StoreError::Missing("case"))?;
                    correct(&self.portal, &case, claimed).await
                };
                if let Err(error) = done.await {
                    tracing::warn!(correction = %id, %error, "engine: correction not settled; its lease will run out");
                }
            })
            .await;
        Ok(any)
    }

    async fn advance_cases(&self) -> Result<bool, StoreError> {
        let now = self.portal.world.now();
        let at_work = self.portal.store.read().await?.cases_at_work(now).await?;
        let mut moved = false;
        for mut case in at_work {
            moved |= self.advance(&mut case).await?;
        }
        Ok(moved)
    }

    async fn advance(&self, case: &mut Case) -> Result<bool, StoreError> {
        let mut tx = self.portal.store.write().await?;
        match flow::advance(tx.as_mut(), case, self.portal.world.now()).await {
            Ok(true) => tx.commit().await.map(|()| true),
            // Nothing to move, or somebody decided in between: the next round sees it.
            Ok(false) | Err(FlowError::Forbidden(_) | FlowError::Store(StoreError::Conflict(_))) => Ok(false),
            Err(FlowError::Store(error)) => Err(error),
        }
    }
}

/// Sending waits for other machines: long enough that nobody takes a mail from under a slow conversation.
const SENDING_LEASE: Duration = Duration::from_mins(5);

async fn perform(job: &Job<'_>, detail: &mut Detail) -> Result<TargetResult, TaskError> {
    match job.task {
        Task::Hold => hold(job, detail).await,
        Task::Execute => execute(job, detail).await,
        Task::Release => release(job, detail).await,
    }
}

/// Outcome commit: result, correction and audit entry together.
async fn finish(job: &Job<'_>, result: &TargetResult) -> Result<(), StoreError> {
    let now = job.portal.world.now();
    let mut tx = job.portal.store.write().await?;
    tx.finish_target(job.target.id, job.target.lease.fence, job.task, result, now).await?;
    if let Some(outcome) = result.outcome {
        flow::settle_correction(tx.as_mut(), job.target, outcome, now).await?;
    }
    let detail = json!({ "task": job.task, "state": result.state, "outcome": result.outcome, "trouble": result.detail.trouble });
    tx.record(&flow::target_entry(job.case, job.target, now, "target.settled", detail)).await?;
    tx.commit().await
}

/// Tried again later, or ended as failed. A release is never given up: the vault holds somebody's mail.
async fn fail(job: &Job<'_>, mut detail: Detail, error: &TaskError) -> Result<(), StoreError> {
    if matches!(error, TaskError::Stopped) {
        return free(job).await;
    }
    let attempts = job.target.attempts + 1;
    tracing::info!(target_id = %job.target.id, task = %job.task, attempts, %error, "engine: target failed");
    detail.trouble = Some(error.trouble());
    let give_up = error.is_final() || attempts >= MAX_ATTEMPTS;
    if give_up && job.task != Task::Release {
        // A failed hold is no outcome: the decision is still to come, and then it is tried again.
        let outcome = (job.task == Task::Execute).then_some(Outcome::Failed);
        return finish(job, &TargetResult { state: job.target.state, outcome, detail }).await;
    }
    let now = job.portal.world.now();
    let mut tx = job.portal.store.write().await?;
    let due = now.plus(delay(attempts, error.retry_after()));
    tx.postpone_target(job.target.id, job.target.lease.fence, &detail, attempts, due, now).await?;
    tx.commit().await
}

/// Another task waits for this target: it needn't wait for our lease.
async fn free(job: &Job<'_>) -> Result<(), StoreError> {
    let now = job.portal.world.now();
    let mut tx = job.portal.store.write().await?;
    match tx.postpone_target(job.target.id, job.target.lease.fence, &job.target.detail, 0, now, now).await {
        Ok(()) => tx.commit().await,
        Err(StoreError::Fenced(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
