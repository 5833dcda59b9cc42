//! How much at a time: per server as many sessions as it bears, per mailbox two (a person's own clients need
//! the rest of what the server allows them), and in a session several commands in one go, unless the server answers
//! those in another order.
//!
//! The server's share grows by one for each full round of sessions that opened about as fast as the fastest, and
//! halves when the server says that it is too much. Who comes first is served first.

use domain::mail::EmailAddress;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{error::Elapsed, timeout},
};

const PER_MAILBOX: usize = 2;
/// Slower than this many times the usual: the server is busy.
const SLOW: u32 = 3;

pub struct Gate {
    most: usize,
    places: Arc<Semaphore>,
    /// How many have come in.
    served: AtomicU64,
    state: Mutex<State>,
    one_by_one: AtomicBool,
    mailboxes: Mutex<HashMap<EmailAddress, Weak<Semaphore>>>,
}

struct State {
    limit: usize,
    /// Places too many that are still in use: whoever leaves gives none back.
    owed: usize,
    /// Good openings since the limit last changed.
    good: usize,
    /// What an opening takes when nothing is in the way; forgets slowly.
    usual: Option<Duration>,
}

/// A place inside; given back when dropped.
pub struct Place {
    gate: Arc<Gate>,
    at_server: Option<OwnedSemaphorePermit>,
    _in_mailbox: Option<OwnedSemaphorePermit>,
}

impl Gate {
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        let limit = most.min(4);
        Self {
            most,
            places: Arc::new(Semaphore::new(limit)),
            served: AtomicU64::new(0),
            state: Mutex::new(State { limit, owed: 0, good: 0, usual: None }),
            one_by_one: AtomicBool::new(false),
            mailboxes: Mutex::default(),
        }
    }

    /// Waits for a place in the mailbox, then for one at the server. A long queue is waited through; an error when for
    /// so long nobody got any further.
    pub async fn enter(
        self: &Arc<Self>,
        mailbox: &EmailAddress,
        patience: Duration,
    ) -> Result<Place, Elapsed> {
        let in_mailbox = self.queue(self.of_mailbox(mailbox), patience).await?;
        let at_server = self.queue(self.places.clone(), patience).await?;
        self.served.fetch_add(1, Ordering::Relaxed);
        Ok(Place { gate: self.clone(), at_server, _in_mailbox: in_mailbox })
    }

    async fn queue(
        &self,
        places: Arc<Semaphore>,
        patience: Duration,
    ) -> Result<Option<OwnedSemaphorePermit>, Elapsed> {
        let waiting = places.acquire_owned();
        tokio::pin!(waiting);
        loop {
            let before = self.served.load(Ordering::Relaxed);
            match timeout(patience, &mut waiting).await {
                Ok(place) => return Ok(place.ok()),
                Err(elapsed) if self.served.load(Ordering::Relaxed) == before => return Err(elapsed),
                Err(_) => {}
            }
        }
    }

    pub fn opened(&self, took: Duration) {
        let mut state = self.state();
        let usual = state.usual.map_or(took, |usual| usual.min(took) + usual.saturating_sub(took) / 8);
        // A day that is slow all over becomes the usual one, in time.
        state.usual = Some(usual + usual / 64);
        if took > usual * SLOW + Duration::from_millis(20) {
            state.good = 0;
            return;
        }
        state.good += 1;
        if state.good >= state.limit && state.limit < self.most {
            state.limit += 1;
            state.good = 0;
            match state.owed.checked_sub(1) {
                Some(owed) => state.owed = owed,
                None => self.places.add_permits(1),
            }
        }
    }

    pub fn too_much(&self) {
        let mut state = self.state();
        let less = (state.limit / 2).max(1);
        let cut = state.limit - less;
        state.owed += cut - self.places.forget_permits(cut);
        state.limit = less;
        state.good = 0;
        tracing::info!(sessions = state.limit, "the mail server asks for less");
    }

    /// The server mixes up several commands in one go: from now on it gets one after the other.
    pub fn mixed_up(&self) {
        self.one_by_one.store(true, Ordering::Relaxed);
        tracing::info!("the mail server answers out of order: commands are sent one by one");
    }

    pub fn is_one_by_one(&self) -> bool {
        self.one_by_one.load(Ordering::Relaxed)
    }

    fn of_mailbox(&self, mailbox: &EmailAddress) -> Arc<Semaphore> {
        let mut mailboxes = self.mailboxes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = mailboxes.get(mailbox).and_then(Weak::upgrade) {
            return known;
        }
        mailboxes.retain(|_, known| known.strong_count() > 0);
        let fresh = Arc::new(Semaphore::new(PER_MAILBOX));
        mailboxes.insert(mailbox.clone(), Arc::downgrade(&fresh));
        fresh
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(place) = self.at_server.take() else { return };
        let mut state = self.gate.state();
        if let Some(owed) = state.owed.checked_sub(1) {
            state.owed = owed;
            place.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        pin::Pin,
        task::{Context, Poll, Waker},
    };

    fn waits<T>(future: Pin<&mut impl Future<Output = T>>) -> bool {
        matches!(future.poll(&mut Context::from_waker(Waker::noop())), Poll::Pending)
    }

    fn mailbox(name: &str) -> EmailAddress {
        format!("{name}@x.test").parse().unwrap()
    }

    const LONG: Duration = Duration::from_mins(1);

    impl Gate {
        fn limit_and_owed(&self) -> (usize, usize) {
            let state = self.state();
            (state.limit, state.owed)
        }
    }

    async fn enter(gate: &Arc<Gate>, name: &str) -> Place {
        gate.enter(&mailbox(name), LONG).await.unwrap()
    }

    #[tokio::test]
    async fn a_mailbox_has_two_sessions_and_leaves_the_others_alone() {
        let gate = Arc::new(Gate::new(10));
        let first = enter(&gate, "mei").await;
        let _second = enter(&gate, "mei").await;
        let mut third = Box::pin(enter(&gate, "mei"));
        assert!(waits(third.as_mut()));
        let _other = enter(&gate, "lin").await;
        drop(first);
        assert!(!waits(third.as_mut()));
    }

    #[tokio::test]
    async fn the_share_grows_with_quick_answers_and_halves_when_told() {
        let gate = Arc::new(Gate::new(6));
        let limit = || (gate.limit_and_owed().0, gate.places.available_permits());
        assert_eq!(limit(), (4, 4));
        let quick = Duration::from_millis(10);
        for _ in 0..100 {
            gate.opened(quick);
        }
        assert_eq!(limit(), (6, 6));
        gate.too_much();
        assert_eq!(limit(), (3, 3));
        for _ in 0..100 {
            gate.opened(quick * 20);
            gate.opened(quick);
        }
        assert_eq!(limit(), (3, 3), "slow ones in between");
        for _ in 0..10 {
            gate.too_much();
        }
        assert_eq!(limit(), (1, 1), "never none");
        let inside = enter(&gate, "mei").await;
        let mut next = Box::pin(enter(&gate, "lin"));
        assert!(waits(next.as_mut()));
        drop(inside);
        assert!(!waits(next.as_mut()));
    }

    #[tokio::test]
    async fn places_that_are_in_use_are_given_up_when_their_time_comes() {
        let gate = Arc::new(Gate::new(4));
        let mut inside = Vec::new();
        for name in ["a", "b", "c", "d"] {
            inside.push(enter(&gate, name).await);
        }
        gate.too_much();
        let mut next = Box::pin(enter(&gate, "e"));
        for left in [3, 2] {
            inside.pop();
            assert!(waits(next.as_mut()), "{left} of two are inside");
        }
        // One of those two that are too many is allowed again before it has left.
        gate.too_much();
        gate.opened(Duration::from_millis(10));
        assert_eq!(gate.limit_and_owed(), (2, 0));
        inside.pop();
        assert!(!waits(next.as_mut()));
        inside.clear();
        assert_eq!(gate.places.available_permits(), 2, "all have left");
    }

    #[tokio::test]
    async fn who_comes_first_is_served_first() {
        let gate = Arc::new(Gate::new(1));
        let inside = enter(&gate, "mei").await;
        let mut first = Box::pin(enter(&gate, "lin"));
        assert!(waits(first.as_mut()));
        let mut second = Box::pin(enter(&gate, "bo"));
        assert!(waits(second.as_mut()));
        drop(inside);
        assert!(waits(second.as_mut()));
        assert!(!waits(first.as_mut()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_is_waited_through_as_long_as_it_gets_further() {
        let gate = Arc::new(Gate::new(1));
        let mut tasks = Vec::new();
        // Half of them in one mailbox.
        for n in 0..20 {
            let gate = gate.clone();
            tasks.push(tokio::spawn(async move {
                let _place = enter(&gate, &(n / 2 * (n % 2)).to_string()).await;
                tokio::time::sleep(LONG / 2).await;
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let stuck = enter(&gate, "mei").await;
        assert!(gate.enter(&mailbox("lin"), LONG).await.is_err(), "nobody gets any further");
        assert!(gate.enter(&mailbox("lin"), LONG).await.is_err());
        drop(stuck);
        enter(&gate, "lin").await;
    }
}
