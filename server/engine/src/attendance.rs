//! Beside the work: others are told that we are alive, leases on what is in hand are kept alive, those of dead engines are
//! ended, and hints from other processes wake us.

use crate::{in_hand::InHand, pulse::Pulses, target::LEASE, worker::Waker};
use domain::{
    ids::TargetId,
    portal::{Portal, Wake},
    store::{Enlisted, Result},
};
use std::{collections::HashSet, sync::Arc, time::Duration};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often we say that we are alive, and look for dead engines; the first time at once, before anything is claimed.
const ROLL_CALL: Duration = Duration::from_secs(2);
/// A lease survives one that fails.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// After one that failed.
const BEAT_AGAIN: Duration = Duration::from_secs(2);

/// What tells whether we are alive, and of what we have in hand whether it is ours.
pub struct Attendance {
    pub portal: Arc<Portal>,
    pub holder: String,
    pub waker: Waker,
    pub in_hand: InHand,
    pub pulses: Pulses,
    pub ended: CancellationToken,
}

impl Attendance {
    /// Each by itself: a database that takes its time with leases must not make us look dead.
    pub async fn attend(self, enlisted: Box<dyn Enlisted>) {
        tokio::join!(self.answer_roll_calls(enlisted), self.keep_leases());
    }

    async fn answer_roll_calls(&self, mut enlisted: Box<dyn Enlisted>) {
        let mut roll_call = every(ROLL_CALL);
        loop {
            tokio::select! {
                () = self.ended.cancelled() => return,
                () = enlisted.hint() => self.waker.wake(),
                _ = roll_call.tick() => {
                    let begun = Instant::now();
                    match enlisted.answer().await {
                        Ok(believed) => self.present(begun, believed, enlisted.as_mut()).await,
                        Err(error) => {
                            self.pulses.missed();
                            tracing::warn!(%error, "engine: can't say that it's alive; nothing is claimed");
                        }
                    }
                }
            }
        }
    }

    async fn present(&self, begun: Instant, believed: Option<Duration>, enlisted: &mut dyn Enlisted) {
        if self.pulses.answered(begun, believed) {
            self.waker.wake();
        }
        match enlisted.free_orphans().await {
            Ok(0) => {}
            Ok(freed) => {
                tracing::info!(freed, "engine: took over what a dead engine had in hand");
                self.waker.wake();
            }
            Err(error) => tracing::warn!(%error, "engine: can't tell who is alive"),
        }
    }

    async fn keep_leases(&self) {
        self.pulses.beat(Instant::now(), &[], &HashSet::new());
        let mut pause = HEARTBEAT;
        loop {
            tokio::select! {
                () = self.ended.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            let begun = Instant::now();
            let rows = self.in_hand.all();
            pause = match self.prolong(&rows).await {
                Ok(ours) => {
                    self.pulses.beat(begun, &rows, &ours);
                    HEARTBEAT
                }
                Err(error) => {
                    tracing::warn!(%error, "engine: leases not prolonged");
                    BEAT_AGAIN
                }
            };
        }
    }

    /// Only what is worked on: a row whose visit ended without being settled, while the database was away, must run
    /// out. Those targets of it that are ours.
    async fn prolong(&self, rows: &[Uuid]) -> Result<HashSet<Uuid>> {
        if rows.is_empty() {
            return Ok(HashSet::new());
        }
        let mut tx = self.portal.store.write().await?;
        let prolonged = tx.prolong_leases(&self.holder, rows, self.portal.world.now().plus(LEASE)).await?;
        let targets: Vec<_> = rows.iter().copied().map(TargetId::from).collect();
        let leases = tx.leases(&targets).await?;
        if prolonged > 0 {
            tx.commit().await?;
        }
        let ours = leases.into_iter().filter(|(_, (lease, _))| lease.holder.as_ref() == Some(&self.holder));
        Ok(ours.map(|(target, _)| target.0).collect())
    }
}

fn every(span: Duration) -> Interval {
    let mut interval = interval(span);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pulse::WAY;

    #[test]
    fn the_times_fit_together() {
        let dead_after = store::Options::default().dead_after;
        assert!(dead_after > WAY + ROLL_CALL * 2, "one roll call that is missed breaks nothing off");
        assert!(ROLL_CALL + dead_after + ROLL_CALL < LEASE, "the dead are noticed before their leases end");
        assert!(HEARTBEAT + BEAT_AGAIN * 2 < LEASE, "a lease survives a beat that fails");
    }
}
