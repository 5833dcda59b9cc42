//! An engine that can't reach its database, and whose mail server takes its time.

use crate::office::{Office, RECALL, between::Between};
use async_trait::async_trait;
use domain::{mail_system::MailError, shared::Outcome, store::StoreError};
use engine::{Engine, Waker};
use std::{
    future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

#[derive(Default)]
struct Lapse {
    /// A removal has begun; from then on the database is out of reach.
    away: AtomicBool,
    broken_off: Arc<AtomicBool>,
}

struct BrokenOff(Arc<AtomicBool>);

impl Drop for BrokenOff {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[async_trait]
impl Between for Lapse {
    async fn reading(&self) -> Result<(), StoreError> {
        self.writing().await
    }

    async fn writing(&self) -> Result<(), StoreError> {
        if self.away.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("away".into()));
        }
        Ok(())
    }

    async fn removing(&self) -> Result<(), MailError> {
        let _noted = BrokenOff(self.broken_off.clone());
        self.away.store(true, Ordering::Relaxed);
        future::pending().await
    }
}

async fn until(reached: impl Fn() -> bool) {
    while !reached() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_removal_is_broken_off_before_its_lease_ends() {
    let office = Office::open().await;
    let mail = office.send(&["bob"], "bob@office.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    let lapse = Arc::new(Lapse::default());
    let slow = office.with(lapse.clone());
    let stop = CancellationToken::new();
    let enlisted = slow.store.enlist("one").await.unwrap();
    let running = tokio::spawn(Engine::new(slow, Waker::default(), "one".into()).run(enlisted, stop.clone()));
    let begun = || lapse.away.load(Ordering::Relaxed);
    tokio::time::timeout(Duration::from_secs(30), until(begun)).await.unwrap();
    let ended = until(|| lapse.broken_off.load(Ordering::Relaxed));
    tokio::time::timeout(Duration::from_secs(15), ended).await.unwrap();
    assert_eq!(office.copies("bob", &mail).await.len(), 1);

    lapse.away.store(false, Ordering::Relaxed);
    stop.cancel();
    running.await.unwrap();
    // Nobody kept the lease alive: whoever comes next goes on.
    office.clock.advance(Duration::from_mins(1));
    office.settle().await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::RemovedUnread));
    assert!(office.copies("bob", &mail).await.is_empty());
}
