//! Slows guessing down, and keeps many who sign in at once from taking the whole machine.

use crate::{allowance::network, time::Timestamp};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// By account and client together, by client, and (much later) by account, so that nobody can be locked out from
/// elsewhere by a few wrong tries. A try counts before its password is looked at: of a thousand at the same moment,
/// too, only the first few are looked at.
#[derive(Debug)]
pub struct Throttle {
    tries: Mutex<HashMap<String, Tries>>,
    /// Passwords checked side by side.
    checks: Arc<Semaphore>,
    /// Those that are, and those that wait for it.
    queue: Arc<Semaphore>,
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    count: u32,
    last: Timestamp,
}

/// One try that counts as wrong until it proves right.
#[derive(Debug, PartialEq, Eq)]
pub struct Attempt {
    keys: [(String, u32); 3],
}

/// A place for one check.
pub struct Place {
    _check: OwnedSemaphorePermit,
    _queued: OwnedSemaphorePermit,
}

const WINDOW: Duration = Duration::from_mins(15);
/// Beyond so many keys the oldest go first; bounds the memory an attacker can take.
const MAX_KEYS: usize = 100_000;
/// At some 50 ms each, nobody waits for seconds.
const QUEUE: usize = 64;

impl Default for Throttle {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self {
            tries: Mutex::default(),
            checks: Arc::new(Semaphore::new(cores)),
            queue: Arc::new(Semaphore::new(QUEUE.max(cores))),
        }
    }
}

impl Throttle {
    /// Err: how long to wait.
    pub(super) fn begin(&self, account: &str, client: IpAddr, now: Timestamp) -> Result<Attempt, Duration> {
        let keys = keys(account, client);
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, limit) in &keys {
            if let Some(known) = tries.get(key)
                && known.count >= *limit
                && now.since(known.last) < WINDOW
            {
                return Err(WINDOW.saturating_sub(now.since(known.last)));
            }
        }
        if tries.len() >= MAX_KEYS {
            tries.retain(|_, known| now.since(known.last) < WINDOW);
        }
        if tries.len() >= MAX_KEYS {
            tries.clear();
        }
        for (key, _) in &keys {
            let known = tries.entry(key.clone()).or_insert(Tries { count: 0, last: now });
            if now.since(known.last) >= WINDOW {
                known.count = 0;
            }
            known.count += 1;
            known.last = now;
        }
        Ok(Attempt { keys })
    }

    /// It doesn't count; and the slips before it, from the same place, are forgotten.
    pub(super) fn succeeded(&self, attempt: &Attempt) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let [(both, _), rest @ ..] = &attempt.keys;
        tries.remove(both);
        for (key, _) in rest {
            if let Some(known) = tries.get_mut(key) {
                known.count = known.count.saturating_sub(1);
            }
        }
    }

    /// None: so many wait already that waiting makes no sense.
    pub(super) async fn place(&self) -> Option<Place> {
        let queued = self.queue.clone().try_acquire_owned().ok()?;
        let check = self.checks.clone().acquire_owned().await.ok()?;
        Some(Place { _check: check, _queued: queued })
    }
}

fn keys(account: &str, client: IpAddr) -> [(String, u32); 3] {
    let account: String = account.chars().take(320).collect();
    let client = network(client);
    [
        (format!("both {account} {client}"), 5),
        (format!("client {client}"), 50),
        (format!("account {account}"), 100),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    #[test]
    fn five_wrong_tries_from_one_place_wait_a_quarter_of_an_hour() {
        let throttle = Throttle::default();
        for n in 0..5 {
            assert!(throttle.begin("a@x", HERE, Timestamp(n)).is_ok());
        }
        let refused = throttle.begin("a@x", HERE, Timestamp(5));
        assert_eq!(refused, Err(WINDOW.saturating_sub(Duration::from_millis(1))));
        assert!(throttle.begin("a@x", THERE, Timestamp(5)).is_ok(), "the owner elsewhere isn't locked out");
        assert!(throttle.begin("b@x", HERE, Timestamp(5)).is_ok());
        assert!(throttle.begin("a@x", HERE, Timestamp(4).plus(WINDOW)).is_ok());
    }

    #[test]
    fn one_client_can_not_try_many_accounts() {
        let throttle = Throttle::default();
        for n in 0..50 {
            throttle.begin(&format!("{n}@x"), HERE, Timestamp(0)).unwrap();
        }
        assert!(throttle.begin("fresh@x", HERE, Timestamp(1)).is_err());
    }

    #[test]
    fn neighbours_of_ipv6_are_one_client() {
        let throttle = Throttle::default();
        let client = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
        for n in 0..5 {
            throttle.begin("a@x", client(n), Timestamp(0)).unwrap();
        }
        assert!(throttle.begin("a@x", client(9), Timestamp(1)).is_err());
        assert!(throttle.begin("a@x", IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 1]), Timestamp(1)).is_ok());
    }

    #[test]
    fn a_success_forgets_the_slips_before_it() {
        let throttle = Throttle::default();
        let mut last = None;
        for _ in 0..4 {
            last = throttle.begin("a@x", HERE, Timestamp(0)).ok();
        }
        throttle.succeeded(&last.unwrap());
        for _ in 0..5 {
            assert!(throttle.begin("a@x", HERE, Timestamp(1)).is_ok());
        }
    }

    #[test]
    fn who_signs_in_all_day_is_not_taken_for_somebody_who_guesses() {
        let throttle = Throttle::default();
        for n in 0..200 {
            let attempt = throttle.begin(&format!("{}@x", n % 60), HERE, Timestamp(n)).unwrap();
            throttle.succeeded(&attempt);
        }
    }

    #[tokio::test]
    async fn a_crowd_is_sent_away_and_finds_room_later() {
        let throttle = Throttle::default();
        let mut crowd: Vec<_> =
            (0..throttle.queue.available_permits()).map(|_| Box::pin(throttle.place())).collect();
        let first: Vec<_> = crowd.iter_mut().map(futures::FutureExt::now_or_never).collect();
        assert!(first.iter().any(Option::is_some) && first.iter().any(Option::is_none), "some wait");
        assert!(throttle.place().await.is_none());
        drop((first, crowd));
        assert!(throttle.place().await.is_some());
    }
}
