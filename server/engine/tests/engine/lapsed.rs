//! An engine that lost its database, a lease or its place among the living, and whose mail server takes its time.

use crate::office::{Office, RECALL, between::Between, hours};
use async_trait::async_trait;
use domain::{
    mail::EmailAddress,
    mail_system::{Flags, MailError},
    shared::{CaseState, Outcome},
    store::{Enlisted, StoreError},
};
use engine::{Engine, Waker};
use std::{
    future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

#[derive(Default)]
struct Lapse {
    /// From the first removal on the database is out of reach.
    loses_database: bool,
    away: AtomicBool,
    removing: AtomicBool,
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

    async fn removing(&self, _: &EmailAddress) -> Result<(), MailError> {
        let _noted = BrokenOff(self.broken_off.clone());
        self.removing.store(true, Ordering::Relaxed);
        self.away.store(self.loses_database, Ordering::Relaxed);
        future::pending().await
    }
}

impl Lapse {
    async fn begins(&self) {
        let begun = until(|| self.removing.load(Ordering::Relaxed));
        timeout(Duration::from_secs(30), begun).await.unwrap();
    }

    async fn is_broken_off_within(&self, span: Duration) {
        let ended = until(|| self.broken_off.load(Ordering::Relaxed));
        timeout(span, ended).await.unwrap();
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
    let lapse = Arc::new(Lapse { loses_database: true, ..Lapse::default() });
    let slow = office.with(lapse.clone());
    let stop = CancellationToken::new();
    let enlisted = slow.store.enlist("one").await.unwrap();
    let running = tokio::spawn(Engine::new(slow, Waker::default(), "one".into()).run(enlisted, stop.clone()));
    lapse.begins().await;
    lapse.is_broken_off_within(Duration::from_secs(15)).await;
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

#[tokio::test]
async fn a_removal_whose_lease_was_taken_is_broken_off_when_the_lease_would_have_ended() {
    let office = Office::open().await;
    office.send(&["bob"], "bob@office.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    let lapse = Arc::new(Lapse::default());
    let slow = office.with(lapse.clone());
    let stop = CancellationToken::new();
    let enlisted = slow.store.enlist("one").await.unwrap();
    let running = tokio::spawn(Engine::new(slow, Waker::default(), "one".into()).run(enlisted, stop.clone()));
    lapse.begins().await;
    let target = office.target(number, "bob").await;
    let (fence, later) = (target.lease.fence, office.portal.world.now().plus(hours(1)));
    let mut tx = office.store_write().await;
    tx.postpone_target(target.id, fence, &target.detail, 1, later, later).await.unwrap();
    tx.commit().await.unwrap();
    lapse.is_broken_off_within(Duration::from_secs(15)).await;
    stop.cancel();
    running.await.unwrap();
}

/// Its lock is gone while this is set, and it can't have it back.
struct Away(Box<dyn Enlisted>, Arc<AtomicBool>);

#[async_trait]
impl Enlisted for Away {
    async fn answer(&mut self) -> Result<Option<Duration>, StoreError> {
        if self.1.load(Ordering::Relaxed) {
            return Err(StoreError::Taken("away".into()));
        }
        self.0.answer().await?;
        Ok(Some(store::Options::default().dead_after))
    }

    async fn free_orphans(&mut self) -> Result<u64, StoreError> {
        self.0.free_orphans().await
    }

    async fn hint(&mut self) {
        self.0.hint().await;
    }
}

#[tokio::test]
async fn who_may_be_taken_for_dead_breaks_off_and_claims_nothing() {
    let office = Office::open().await;
    office.send(&["bob"], "bob@office.test, client@out.test").await;
    office.ask(&office.portal, RECALL).await;
    let (lapse, away) = (Arc::new(Lapse::default()), Arc::new(AtomicBool::default()));
    let slow = office.with(lapse.clone());
    let stop = CancellationToken::new();
    let enlisted = Box::new(Away(slow.store.enlist("one").await.unwrap(), away.clone()));
    let running = tokio::spawn(Engine::new(slow, Waker::default(), "one".into()).run(enlisted, stop.clone()));
    lapse.begins().await;
    away.store(true, Ordering::Relaxed);
    lapse.is_broken_off_within(store::Options::default().dead_after).await;

    let raw = "From: ann@office.test\r\nTo: cho@office.test, client@out.test\r\nSubject: Next\r\n\
        Date: Mon, 2 Feb 2026 08:59:30 +0800\r\nMessage-ID: <2@office.test>\r\n\r\nHello.\r\n";
    office.put("ann", "Sent", &Flags::default(), raw.as_bytes(), "sent2").await;
    let next = office.ask(&office.portal, RECALL).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(office.target(next, "cho").await.lease.fence, 0, "nobody claimed it");
    away.store(false, Ordering::Relaxed);
    let held = async {
        while office.case(next).await.state != CaseState::AwaitingApproval {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(10), held).await.unwrap();
    stop.cancel();
    running.await.unwrap();
}
