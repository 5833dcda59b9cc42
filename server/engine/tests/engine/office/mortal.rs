//! A process that dies: from the n-th call on, nothing it does reaches the world any more. A call to the mail
//! system may die before its effect or right after it.

use async_trait::async_trait;
use domain::{
    mail::{EmailAddress, MessageId},
    mail_system::{
        Capabilities, CopyHandle, Located, MailError, MailSession, MailSystem, NewCopy, Put, Removal,
        SentListing,
    },
    store::{Enlisted, Store, StoreError, Tx},
};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

/// Counts calls; `0` is dead.
#[derive(Clone)]
pub struct Life {
    left: Arc<AtomicU32>,
    after_effect: bool,
}

impl Life {
    pub fn new(calls: u32, after_effect: bool) -> Self {
        Self { left: Arc::new(AtomicU32::new(calls)), after_effect }
    }

    pub fn is_over(&self) -> bool {
        self.left.load(Ordering::SeqCst) == 0
    }

    /// True: this call still happens, alive after it or not.
    fn spend(&self) -> bool {
        let was =
            self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(left.saturating_sub(1)));
        match was.unwrap_or(0) {
            0 => false,
            1 => self.after_effect,
            _ => true,
        }
    }

    fn mail<T>(&self, done: Result<T, MailError>) -> Result<T, MailError> {
        if self.is_over() { Err(dead()) } else { done }
    }
}

fn dead() -> MailError {
    MailError::Unavailable { reason: "dead".into(), retry_after: None }
}

pub struct MortalStore(pub Arc<dyn Store>, pub Life);

#[async_trait]
impl Store for MortalStore {
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        if self.1.is_over() { Err(StoreError::Full) } else { self.0.read().await }
    }

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError> {
        if self.1.spend() && !self.1.is_over() { self.0.write().await } else { Err(StoreError::Full) }
    }

    async fn check(&self) -> Result<String, StoreError> {
        self.0.check().await
    }

    async fn enlist(&self, holder: &str) -> Result<Box<dyn Enlisted>, StoreError> {
        self.0.enlist(holder).await
    }

    async fn purge(&self) -> Result<(), StoreError> {
        self.0.purge().await
    }
}

pub struct MortalMail(pub Arc<dyn MailSystem>, pub Life);

struct MortalSession(Box<dyn MailSession>, Life);

#[async_trait]
impl MailSystem for MortalMail {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
        if self.1.is_over() {
            return Err(dead());
        }
        Ok(Box::new(MortalSession(self.0.open(mailbox).await?, self.1.clone())))
    }

    async fn exists(&self, mailbox: &EmailAddress) -> Result<bool, MailError> {
        self.0.exists(mailbox).await
    }

    async fn check(&self) -> Result<String, MailError> {
        self.0.check().await
    }
}

#[async_trait]
impl MailSession for MortalSession {
    async fn locate(&mut self, id: &MessageId) -> Result<Located, MailError> {
        if self.1.is_over() { Err(dead()) } else { self.0.locate(id).await }
    }

    async fn fetch(&mut self, copy: &CopyHandle) -> Result<Vec<u8>, MailError> {
        if self.1.is_over() { Err(dead()) } else { self.0.fetch(copy).await }
    }

    async fn remove(&mut self, copy: &CopyHandle) -> Result<Removal, MailError> {
        if !self.1.spend() {
            return Err(dead());
        }
        let done = self.0.remove(copy).await;
        self.1.mail(done)
    }

    async fn unmark(&mut self, copy: &CopyHandle) -> Result<(), MailError> {
        if !self.1.spend() {
            return Err(dead());
        }
        let done = self.0.unmark(copy).await;
        self.1.mail(done)
    }

    async fn put(&mut self, copy: &NewCopy<'_>) -> Result<Put, MailError> {
        if !self.1.spend() {
            return Err(dead());
        }
        let done = self.0.put(copy).await;
        self.1.mail(done)
    }

    async fn stage(&mut self, copy: &NewCopy<'_>) -> Result<(), MailError> {
        if !self.1.spend() {
            return Err(dead());
        }
        let done = self.0.stage(copy).await;
        self.1.mail(done)
    }

    async fn put_once(&mut self, copy: &NewCopy<'_>, tried: bool) -> Result<Put, MailError> {
        if !self.1.spend() {
            return Err(dead());
        }
        let done = self.0.put_once(copy, tried).await;
        self.1.mail(done)
    }

    async fn list_sent(&mut self, cursor: Option<&str>) -> Result<SentListing, MailError> {
        self.0.list_sent(cursor).await
    }
}
