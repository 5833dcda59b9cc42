//! How long what we have in hand is surely ours. An effect that isn't done by then is broken off: another engine may be at
//! its target. And whether we may claim more.

use crate::target::LEASE;
use domain::mail_system::MailError;
use std::{
    collections::{HashMap, HashSet},
    future,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use uuid::Uuid;

/// What is said to a mail server may take so long to get there, after we broke off.
pub const WAY: Duration = Duration::from_secs(2);
/// With what clocks may differ by.
const MARGIN: Duration = Duration::from_secs(3);

/// Of one engine. Without a beat or a roll call, in one that is worked by hand, everything stays ours.
#[derive(Clone, Default)]
pub struct Pulses(Arc<watch::Sender<Signs>>);

/// Of one target that is in hand.
#[derive(Clone)]
pub struct Pulse {
    signs: Arc<watch::Sender<Signs>>,
    target: Uuid,
}

#[derive(Default)]
struct Signs {
    /// Leases end then, those that aren't lost.
    leased: Option<Instant>,
    /// Lost ones, which weren't prolonged any more.
    lost: HashMap<Uuid, Instant>,
    /// Until then nobody takes us for dead.
    alive: Option<Instant>,
    /// Others may take us for dead: nothing is claimed.
    absent: bool,
}

impl Pulses {
    pub fn of(&self, target: Uuid) -> Pulse {
        // Claimed anew: its lease is a new one.
        self.0.send_if_modified(|signs| signs.lost.remove(&target).is_some());
        Pulse { signs: self.0.clone(), target }
    }

    /// Of what is in hand, these leases were ours and were prolonged, by a transaction that began then.
    pub fn beat(&self, begun: Instant, in_hand: &[Uuid], ours: &HashSet<Uuid>) {
        self.0.send_modify(|signs| {
            let end = |id| signs.lost.get(&id).copied().or(signs.leased);
            let lost = in_hand.iter().filter(|id| !ours.contains(id));
            signs.lost = lost.filter_map(|id| Some((*id, end(*id)?))).collect();
            signs.leased = Some(begun + LEASE.saturating_sub(MARGIN));
        });
    }

    /// We answered a roll call that began then; for `believed` after it nobody takes us for dead. True: we had been
    /// absent, and may claim again.
    pub fn answered(&self, begun: Instant, believed: Option<Duration>) -> bool {
        let mut was_absent = false;
        self.0.send_modify(|signs| {
            signs.alive = believed.map(|believed| begun + believed.saturating_sub(WAY));
            was_absent = std::mem::take(&mut signs.absent);
        });
        was_absent
    }

    /// We couldn't answer.
    pub fn missed(&self) {
        self.0.send_modify(|signs| signs.absent = true);
    }

    pub fn may_claim(&self) -> bool {
        let signs = self.0.borrow();
        !signs.absent && signs.alive.is_none_or(|end| Instant::now() < end)
    }
}

impl Pulse {
    /// The effect, or an error when its lease may end first. Whether it happened is then for a look to tell.
    pub async fn keep<T>(&self, effect: impl Future<Output = Result<T, MailError>>) -> Result<T, MailError> {
        let over = self.signs.borrow().end_of(self.target).is_some_and(|end| end <= Instant::now());
        if over {
            return Err(broken_off());
        }
        tokio::select! {
            biased;
            done = effect => done,
            () = self.ended() => Err(broken_off()),
        }
    }

    async fn ended(&self) {
        let mut signs = self.signs.subscribe();
        loop {
            let end = signs.borrow_and_update().end_of(self.target);
            let ended = async {
                match end {
                    Some(end) => sleep_until(end).await,
                    None => future::pending().await,
                }
            };
            tokio::select! {
                () = ended => return,
                _ = signs.changed() => {}
            }
        }
    }
}

impl Signs {
    fn end_of(&self, target: Uuid) -> Option<Instant> {
        let leased = self.lost.get(&target).copied().or(self.leased);
        leased.into_iter().chain(self.alive).min()
    }
}

fn broken_off() -> MailError {
    MailError::Unavailable {
        reason: "broken off, because the database doesn't confirm that nobody else is at it".into(),
        retry_after: None,
    }
}

#[cfg(test)]
mod tests;
