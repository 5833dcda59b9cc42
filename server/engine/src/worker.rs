//! The loop: claim, work side by side, advance, wait.

mod claim;
mod work;

use crate::{
    attendance::Attendance, committer::Committer, execute::execute, hold::hold, in_hand::InHand,
    permits::Permits, pulse::Pulses, release::release, sealing::Sealing, target::Job, visit::Visit,
};
use domain::{
    case::{
        Case,
        flow::{self, FlowError},
    },
    ids::CaseId,
    notify,
    org::Directory,
    portal::{Portal, Wake},
    shared::Task,
    store::{Enlisted, Result, StoreError},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;
use work::Work;

/// Without a wake-up we look again after so long: retries, expiry, work of other processes.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// After an error of the database.
const BACK_OFF: Duration = Duration::from_secs(2);

/// How much goes on at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// Mailboxes worked on side by side; beside them a quarter as many corrections, and as many notifications.
    pub side_by_side: usize,
    /// Writes in one transaction (design.md §7).
    pub group: usize,
    /// Bytes of messages in memory at one time, about; letters with files have half as much beside it.
    pub memory: u32,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { side_by_side: 256, group: 256, memory: 96 << 20 }
    }
}

/// Wakes the engine of the same process.
#[derive(Clone, Default)]
pub struct Waker(Arc<Notify>);

impl Wake for Waker {
    fn wake(&self) {
        self.0.notify_one();
    }
}

impl Waker {
    async fn woken(&self) {
        self.0.notified().await;
    }
}

pub struct Engine {
    portal: Arc<Portal>,
    /// Names this worker in leases.
    holder: String,
    waker: Waker,
    tuning: Tuning,
    committer: Committer,
    permits: Permits,
    in_hand: InHand,
    pulses: Pulses,
    /// Of cases that targets in hand belong to.
    sealings: Mutex<HashMap<CaseId, Weak<Sealing>>>,
}

impl Engine {
    /// `waker` is the one the portal was made with. Needs the runtime it will run on.
    pub fn new(portal: Arc<Portal>, waker: Waker, holder: String) -> Self {
        Self::tuned(portal, waker, holder, Tuning::default())
    }

    pub fn tuned(portal: Arc<Portal>, waker: Waker, holder: String, tuning: Tuning) -> Self {
        let committer = Committer::start(portal.clone(), tuning.group);
        let permits = Permits::start(portal.clone(), tuning.group);
        let in_hand = InHand::new(tuning.memory);
        let (pulses, sealings) = (Pulses::default(), Mutex::default());
        Self { portal, holder, waker, tuning, committer, permits, in_hand, pulses, sealings }
    }

    /// Works until cancelled; what is in flight then is finished first.
    pub async fn run(self, enlisted: Box<dyn Enlisted>, cancel: CancellationToken) {
        let alive = CancellationToken::new();
        // Nothing is claimed before the first roll call is answered.
        self.pulses.missed();
        let attendance = Attendance {
            portal: self.portal.clone(),
            holder: self.holder.clone(),
            waker: self.waker.clone(),
            in_hand: self.in_hand.clone(),
            pulses: self.pulses.clone(),
            ended: alive.clone(),
        };
        let attending = tokio::spawn(attendance.attend(enlisted));
        let (mut work, mut advanced) = (Work::default(), Instant::now());
        while !cancel.is_cancelled() {
            let pause = match self.round(&mut work, &mut advanced).await {
                Ok(true) => continue,
                Ok(false) => LOOK_AGAIN,
                Err(error) => {
                    tracing::error!(%error, "engine: round failed");
                    BACK_OFF
                }
            };
            tokio::select! {
                () = cancel.cancelled() => {}
                () = self.waker.woken() => {}
                () = work.ended(&self.tuning) => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.in_hand.no_more_letters();
        // Leases are kept alive until the last of it is done.
        work.finish().await;
        alive.cancel();
        let _ = attending.await;
    }

    /// Takes everything that is due, once, and ends it. True: something was done.
    pub async fn turn(&self) -> Result<bool> {
        let mut work = Work::default();
        let free = work.free(&self.tuning);
        let claimed = self.claim(&mut work, free).await;
        work.finish().await;
        Ok(claimed?.some || self.advance_cases().await?)
    }

    /// Fills up what is in flight. True: there may be more to do at once. `advanced`: when cases were last moved on;
    /// however much there is to do, none waits longer than the time between two looks.
    async fn round(&self, work: &mut Work, advanced: &mut Instant) -> Result<bool> {
        work.clear();
        let free = work.free(&self.tuning);
        let more = self.claim(work, free).await?.more;
        if (more || free.targets == 0) && advanced.elapsed() < LOOK_AGAIN {
            return Ok(more);
        }
        *advanced = Instant::now();
        Ok(self.advance_cases().await? || more)
    }

    fn sealing(&self, case: CaseId) -> Arc<Sealing> {
        let mut sealings = self.sealings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sealing) = sealings.get(&case).and_then(Weak::upgrade) {
            return sealing;
        }
        sealings.retain(|_, sealing| sealing.strong_count() > 0);
        let sealing = Arc::new(Sealing::default());
        sealings.insert(case, Arc::downgrade(&sealing));
        sealing
    }

    async fn advance_cases(&self) -> Result<bool> {
        let now = self.portal.world.now();
        let at_work = self.portal.store.read().await?.cases_at_work(now).await?;
        if at_work.is_empty() {
            return Ok(false);
        }
        let directory = self.portal.directory().await?;
        let mut moved = false;
        for mut case in at_work {
            moved |= self.advance(&directory, &mut case).await?;
        }
        Ok(moved)
    }

    async fn advance(&self, directory: &Directory, case: &mut Case) -> Result<bool> {
        let from = case.state;
        let mut tx = self.portal.store.write().await?;
        match flow::advance(tx.as_mut(), case, self.portal.world.now()).await {
            Ok(true) => {
                notify::moved(tx.as_mut(), &self.portal, directory, from, case).await?;
                tx.commit().await.map(|()| true)
            }
            // Nothing to move, or somebody decided in between: the next round sees it.
            Ok(false) | Err(FlowError::Forbidden(_) | FlowError::Store(StoreError::Conflict(_))) => Ok(false),
            Err(FlowError::Store(error)) => Err(error),
        }
    }
}

/// Errors of mail and vault end here, noted at the target; those of the database let the lease run out.
async fn work_on(job: Job) -> Result<()> {
    let task = job.task;
    let mut visit = Visit::new(Arc::new(job));
    let done = match task {
        Task::Hold => hold(&mut visit).await,
        Task::Execute => execute(&mut visit).await,
        Task::Release => release(&mut visit).await,
    };
    visit.end(done).await
}
