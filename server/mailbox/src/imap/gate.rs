//! How much at a time: per server as many sessions as it bears, per mailbox two (a person's own clients need
//! the rest of what the server allows them), and in a session several commands in one go, unless the server answers
//! those in another order.
//!
//! The server's share grows by one for each full round of sessions that opened about as fast as the fastest, and
//! halves when the server says that it is too much.

use domain::mail::EmailAddress;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

const PER_MAILBOX: usize = 2;
/// Slower than this many times the usual: the server is busy.
const SLOW: u32 = 3;

pub struct Gate {
    most: usize,
    state: Mutex<State>,
    freed: Notify,
    one_by_one: AtomicBool,
    mailboxes: Mutex<HashMap<EmailAddress, Weak<Semaphore>>>,
}

struct State {
    inside: usize,
    limit: usize,
    /// Good openings since the limit last changed.
    good: usize,
    /// What an opening takes when nothing is in the way; forgets slowly.
    usual: Option<Duration>,
}

/// A place inside; given back when dropped.
pub struct Place {
    gate: Arc<Gate>,
    _mailbox: Option<OwnedSemaphorePermit>,
}

impl Gate {
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        let state = State { inside: 0, limit: most.min(4), good: 0, usual: None };
        let (freed, one_by_one) = (Notify::new(), AtomicBool::new(false));
        Self { most, state: Mutex::new(state), freed, one_by_one, mailboxes: Mutex::default() }
    }

    /// Waits for a place in the mailbox, then for one at the server.
    pub async fn enter(self: &Arc<Self>, mailbox: &EmailAddress) -> Place {
        let permit = self.of_mailbox(mailbox).acquire_owned().await.ok();
        loop {
            let freed = self.freed.notified();
            tokio::pin!(freed);
            // Registered before the look, or a place freed in between would be missed.
            freed.as_mut().enable();
            if self.try_enter() {
                return Place { gate: self.clone(), _mailbox: permit };
            }
            freed.await;
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
            drop(state);
            self.freed.notify_waiters();
        }
    }

    pub fn too_much(&self) {
        let mut state = self.state();
        state.limit = (state.limit / 2).max(1);
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

    fn try_enter(&self) -> bool {
        let mut state = self.state();
        let free = state.inside < state.limit;
        state.inside += usize::from(free);
        free
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
        self.gate.state().inside -= 1;
        self.gate.freed.notify_waiters();
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

    #[tokio::test]
    async fn a_mailbox_has_two_sessions_and_leaves_the_others_alone() {
        let gate = Arc::new(Gate::new(10));
        let (mei, lin) = (mailbox("mei"), mailbox("lin"));
        let first = gate.enter(&mei).await;
        let _second = gate.enter(&mei).await;
        let mut third = Box::pin(gate.enter(&mei));
        assert!(waits(third.as_mut()));
        let _other = gate.enter(&lin).await;
        drop(first);
        assert!(!waits(third.as_mut()));
    }

    #[tokio::test]
    async fn the_share_grows_with_quick_answers_and_halves_when_told() {
        let gate = Arc::new(Gate::new(6));
        assert_eq!(gate.state().limit, 4);
        let quick = Duration::from_millis(10);
        for _ in 0..100 {
            gate.opened(quick);
        }
        assert_eq!(gate.state().limit, 6);
        gate.too_much();
        assert_eq!(gate.state().limit, 3);
        for _ in 0..100 {
            gate.opened(quick * 20);
            gate.opened(quick);
        }
        assert_eq!(gate.state().limit, 3, "slow ones in between");
        for _ in 0..10 {
            gate.too_much();
        }
        assert_eq!(gate.state().limit, 1, "never none");
        let (mei, lin) = (mailbox("mei"), mailbox("lin"));
        let inside = gate.enter(&mei).await;
        let mut next = Box::pin(gate.enter(&lin));
        assert!(waits(next.as_mut()));
        drop(inside);
        assert!(!waits(next.as_mut()));
    }
}
