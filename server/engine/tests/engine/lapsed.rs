//! An engine that can't reach its database, and whose mail server takes its time.

use crate::office::{Office, RECALL};
use async_trait::async_trait;
use domain::{
    mail::{EmailAddress, MessageId},
    mail_system::{
        Capabilities, CopyHandle, Located, MailError, MailSession, MailSystem, NewCopy, Put, Removal,
        SentListing,
    },
    shared::Outcome,
    store::{Enlisted, Store, StoreError, Tx},
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
use tokio_util::sync::CancellationToken;

#[derive(Clone, Default)]
struct World {
    /// A removal has begun; from then on the database is out of reach.
    away: Arc<AtomicBool>,
    broken_off: Arc<AtomicBool>,
}

struct Away(Arc<dyn Store>, World);

struct Endless<T>(T, World);

struct BrokenOff(Arc<AtomicBool>);

impl Drop for BrokenOff {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Away {
    fn reach(&self) -> Result<(), StoreError> {
        if self.1.away.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("away".into()));
        }
        Ok(())
    }
}

#[async_trait]
impl Store for Away {
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.reach()?;
        self.0.read().await
    }

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.reach()?;
        self.0.write().await
    }

    async fn check(&self) -> Result<String, StoreError> {
        self.0.check().await
    }

    async fn enlist(&self, holder: &str) -> Result<Box<dyn Enlisted>, StoreError> {
        self.0.enlist(holder).await
    }
}

#[async_trait]
impl MailSystem for Endless<Arc<dyn MailSystem>> {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
        Ok(Box::new(Endless(self.0.open(mailbox).await?, self.1.clone())))
    }

    async fn exists(&self, mailbox: &EmailAddress) -> Result<bool, MailError> {
        self.0.exists(mailbox).await
    }

    async fn check(&self) -> Result<String, MailError> {
        self.0.check().await
    }
}

#[async_trait]
impl MailSession for Endless<Box<dyn MailSession>> {
    async fn locate(&mut self, id: &MessageId) -> Result<Located, MailError> {
        self.0.locate(id).await
    }

    async fn fetch(&mut self, copy: &CopyHandle) -> Result<Vec<u8>, MailError> {
        self.0.fetch(copy).await
    }

    async fn remove(&mut self, _: &CopyHandle) -> Result<Removal, MailError> {
        let _noted = BrokenOff(self.1.broken_off.clone());
        self.1.away.store(true, Ordering::Relaxed);
        future::pending().await
    }

    async fn put(&mut self, copy: &NewCopy<'_>) -> Result<Put, MailError> {
        self.0.put(copy).await
    }

    async fn stage(&mut self, copy: &NewCopy<'_>) -> Result<(), MailError> {
        self.0.stage(copy).await
    }

    async fn put_once(&mut self, copy: &NewCopy<'_>, tried: bool) -> Result<Put, MailError> {
        self.0.put_once(copy, tried).await
    }

    async fn list_sent(&mut self, cursor: Option<&str>) -> Result<SentListing, MailError> {
        self.0.list_sent(cursor).await
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
    let world = World::default();
    let slow = office.through(Box::new({
        let world = world.clone();
        move |store, mail| {
            (Arc::new(Away(store, world.clone())) as _, Arc::new(Endless(mail, world)) as Arc<dyn MailSystem>)
        }
    }));
    let stop = CancellationToken::new();
    let enlisted = office.store.enlist("one").await.unwrap();
    let running = tokio::spawn(Engine::new(slow, Waker::default(), "one".into()).run(enlisted, stop.clone()));
    let begun = || world.away.load(Ordering::Relaxed);
    tokio::time::timeout(Duration::from_secs(30), until(begun)).await.unwrap();
    let ended = until(|| world.broken_off.load(Ordering::Relaxed));
    tokio::time::timeout(Duration::from_secs(15), ended).await.unwrap();
    assert_eq!(office.copies("bob", &mail).await.len(), 1);

    world.away.store(false, Ordering::Relaxed);
    stop.cancel();
    running.await.unwrap();
    // Nobody kept the lease alive: whoever comes next goes on.
    office.clock.advance(Duration::from_mins(1));
    office.settle().await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::RemovedUnread));
    assert!(office.copies("bob", &mail).await.is_empty());
}
