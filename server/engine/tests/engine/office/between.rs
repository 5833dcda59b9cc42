//! What a test puts between an engine and its ports.

use super::Office;
use async_trait::async_trait;
use domain::{
    mail::{EmailAddress, MessageId},
    mail_system::{
        Capabilities, CopyHandle, Located, MailError, MailSession, MailSystem, NewCopy, Put, Removal,
        SentListing,
    },
    portal::Portal,
    store::{Enlisted, Store, StoreError, Tx},
};
use std::sync::Arc;

/// Asked before each call, or of its answer; an error takes its place. Without a word of its own everything passes.
#[async_trait]
pub trait Between: Send + Sync + 'static {
    async fn reading(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn writing(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn opening(&self) -> Result<(), MailError> {
        Ok(())
    }

    /// What a look came to.
    async fn located(&self, _mailbox: &EmailAddress, located: Located) -> Result<Located, MailError> {
        Ok(located)
    }

    async fn removing(&self, _mailbox: &EmailAddress) -> Result<(), MailError> {
        Ok(())
    }

    async fn putting(&self) -> Result<(), MailError> {
        Ok(())
    }
}

impl Office {
    pub fn with(&self, between: Arc<dyn Between>) -> Arc<Portal> {
        self.through(Box::new(|store, mail| {
            (Arc::new(Behind(store, between.clone())), Arc::new(Behind(mail, between)))
        }))
    }
}

pub fn behind(mail: Arc<dyn MailSystem>, between: Arc<dyn Between>) -> Arc<dyn MailSystem> {
    Arc::new(Behind(mail, between))
}

struct Behind<T>(T, Arc<dyn Between>);

#[async_trait]
impl Store for Behind<Arc<dyn Store>> {
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.1.reading().await?;
        self.0.read().await
    }

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.1.writing().await?;
        self.0.write().await
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

#[async_trait]
impl MailSystem for Behind<Arc<dyn MailSystem>> {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
        self.1.opening().await?;
        let session = self.0.open(mailbox).await?;
        Ok(Box::new(BehindSession(session, self.1.clone(), mailbox.clone())))
    }

    async fn exists(&self, mailbox: &EmailAddress) -> Result<bool, MailError> {
        self.0.exists(mailbox).await
    }

    async fn check(&self) -> Result<String, MailError> {
        self.0.check().await
    }
}

struct BehindSession(Box<dyn MailSession>, Arc<dyn Between>, EmailAddress);

#[async_trait]
impl MailSession for BehindSession {
    async fn locate(&mut self, id: &MessageId) -> Result<Located, MailError> {
        let located = self.0.locate(id).await?;
        self.1.located(&self.2, located).await
    }

    async fn fetch(&mut self, copy: &CopyHandle) -> Result<Vec<u8>, MailError> {
        self.0.fetch(copy).await
    }

    async fn remove(&mut self, copy: &CopyHandle) -> Result<Removal, MailError> {
        self.1.removing(&self.2).await?;
        self.0.remove(copy).await
    }

    async fn unmark(&mut self, copy: &CopyHandle) -> Result<(), MailError> {
        self.0.unmark(copy).await
    }

    async fn put(&mut self, copy: &NewCopy<'_>) -> Result<Put, MailError> {
        self.1.putting().await?;
        self.0.put(copy).await
    }

    async fn stage(&mut self, copy: &NewCopy<'_>) -> Result<(), MailError> {
        self.0.stage(copy).await
    }

    async fn put_once(&mut self, copy: &NewCopy<'_>, tried: bool) -> Result<Put, MailError> {
        self.1.putting().await?;
        self.0.put_once(copy, tried).await
    }

    async fn list_sent(&mut self, cursor: Option<&str>) -> Result<SentListing, MailError> {
        self.0.list_sent(cursor).await
    }
}
