//! The mail system of a mortal worker.

use super::Shared;
use crate::{breaks::Bug, journal::Deed, points::Lure};
use async_trait::async_trait;
use domain::{
    mail::{EmailAddress, MessageId},
    mail_system::{
        Capabilities, CopyHandle, Flags, Located, MailError, MailSession, MailSystem, NewCopy, Put, Removal,
        SentListing,
    },
};
use std::{sync::Arc, time::Duration};

/// What the engine works with.
pub struct MortalMail(pub Arc<dyn MailSystem>, pub Shared);

/// What the local mailer delivers through: its puts are another point.
pub struct Delivery(pub Arc<dyn MailSystem>, pub Shared);

struct MortalSession {
    inner: Box<dyn MailSession>,
    shared: Shared,
    mailbox: EmailAddress,
    /// What was looked for last; handles come from there.
    sought: Option<MessageId>,
}

struct DeliverySession(Box<dyn MailSession>, Shared);

/// Not quite a lease: it must be renewed before anything is done.
const SLOW: Duration = Duration::from_secs(11);
/// What was sealed stays where it is, and must not be in both places for long.
const REFUSED: &str = "removal refused";

#[async_trait]
impl MailSystem for MortalMail {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
        if self.1.says_no(Lure::Silent) {
            return Err(MailError::Unavailable { reason: "not now".into(), retry_after: None });
        }
        let inner = self.0.open(mailbox).await?;
        let (shared, mailbox) = (self.1.clone(), mailbox.clone());
        Ok(Box::new(MortalSession { inner, shared, mailbox, sought: None }))
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
        self.sought = Some(id.clone());
        if self.shared.says_no(Lure::Slow) {
            self.shared.clock.advance(SLOW).map_err(|error| MailError::Other(error.to_string()))?;
        }
        self.inner.locate(id).await
    }

    async fn fetch(&mut self, copy: &CopyHandle) -> Result<Vec<u8>, MailError> {
        self.inner.fetch(copy).await
    }

    async fn remove(&mut self, copy: &CopyHandle) -> Result<Removal, MailError> {
        let shared = self.shared.clone();
        shared.before("remove");
        if shared.says_no(Lure::Changed) {
            return Ok(Removal::Changed);
        }
        if shared.says_no(Lure::Kept) {
            shared.before(REFUSED);
            shared.after(REFUSED);
            return Err(MailError::Denied("this mailbox gives nothing away".into()));
        }
        if shared.has(Bug::RemoveLate) {
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
        let at = shared.now();
        let removal = self.inner.remove(copy).await?;
        if removal == Removal::Removed {
            let message_id = self.sought.as_ref().map(ToString::to_string).unwrap_or_default();
            shared.note_at(at, Deed::Removed { mailbox: self.mailbox.to_string(), message_id });
            if shared.has(Bug::RemoveMore) {
                self.remove_a_neighbour().await?;
            }
        }
        shared.after("remove");
        Ok(removal)
    }

    async fn unmark(&mut self, copy: &CopyHandle) -> Result<(), MailError> {
        self.inner.unmark(copy).await
    }

    async fn put(&mut self, copy: &NewCopy<'_>) -> Result<Put, MailError> {
        let shared = self.shared.clone();
        shared.before("put back");
        let plain = Flags { recent: copy.flags.recent, ..Flags::default() };
        let flags = if shared.has(Bug::ForgetFlags) { &plain } else { copy.flags };
        let put = self.inner.put(&NewCopy { flags, ..copy.clone() }).await?;
        shared.note(Deed::PutBack { mailbox: self.mailbox.to_string(), key: copy.key.to_owned() });
        shared.after("put back");
        Ok(put)
    }

    async fn stage(&mut self, copy: &NewCopy<'_>) -> Result<(), MailError> {
        self.shared.before("stage replacement");
        self.inner.stage(copy).await?;
        self.shared.after("stage replacement");
        Ok(())
    }

    async fn put_once(&mut self, copy: &NewCopy<'_>, tried: bool) -> Result<Put, MailError> {
        let shared = self.shared.clone();
        shared.before("put replacement");
        if shared.says_no(Lure::Denied) {
            return Err(MailError::Denied("this mailbox takes nothing".into()));
        }
        if shared.has(Bug::LosePut) {
            return Ok(Put::Stored);
        }
        let put = self.inner.put_once(copy, tried).await?;
        shared.note(Deed::PutReplacement { mailbox: self.mailbox.to_string(), key: copy.key.to_owned() });
        shared.after("put replacement");
        Ok(put)
    }

    async fn list_sent(&mut self, cursor: Option<&str>) -> Result<SentListing, MailError> {
        self.inner.list_sent(cursor).await
    }
}

impl MortalSession {
    /// The bug of a search that takes part of a Message-ID for the whole.
    async fn remove_a_neighbour(&mut self) -> Result<(), MailError> {
        let Some(sought) = &self.sought else { return Ok(()) };
        let Ok(longer) = format!("{sought}.example").parse::<MessageId>() else { return Ok(()) };
        for copy in self.inner.locate(&longer).await?.copies {
            self.inner.remove(&copy.handle).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl MailSystem for Delivery {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
        Ok(Box::new(DeliverySession(self.0.open(mailbox).await?, self.1.clone())))
    }

    async fn exists(&self, mailbox: &EmailAddress) -> Result<bool, MailError> {
        self.0.exists(mailbox).await
    }

    async fn check(&self) -> Result<String, MailError> {
        self.0.check().await
    }
}

#[async_trait]
impl MailSession for DeliverySession {
    async fn locate(&mut self, id: &MessageId) -> Result<Located, MailError> {
        self.0.locate(id).await
    }

    async fn fetch(&mut self, copy: &CopyHandle) -> Result<Vec<u8>, MailError> {
        self.0.fetch(copy).await
    }

    async fn remove(&mut self, copy: &CopyHandle) -> Result<Removal, MailError> {
        self.0.remove(copy).await
    }

    async fn unmark(&mut self, copy: &CopyHandle) -> Result<(), MailError> {
        self.0.unmark(copy).await
    }

    async fn put(&mut self, copy: &NewCopy<'_>) -> Result<Put, MailError> {
        self.0.put(copy).await
    }

    async fn stage(&mut self, copy: &NewCopy<'_>) -> Result<(), MailError> {
        self.0.stage(copy).await
    }

    async fn put_once(&mut self, copy: &NewCopy<'_>, tried: bool) -> Result<Put, MailError> {
        self.1.before("deliver");
        let put = self.0.put_once(copy, tried).await?;
        if self.1.has(Bug::SendTwice) {
            let key = format!("{}-again", copy.key);
            self.0.put(&NewCopy { key: &key, ..copy.clone() }).await?;
        }
        self.1.after("deliver");
        Ok(put)
    }

    async fn list_sent(&mut self, cursor: Option<&str>) -> Result<SentListing, MailError> {
        self.0.list_sent(cursor).await
    }
}
