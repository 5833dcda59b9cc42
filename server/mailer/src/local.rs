//! Sends without a mail server (the demo, the embedded default): who has a mailbox of ours gets the mail there,
//! everybody else's mail becomes a file in the outbox folder, for a person or another program to take.

use crate::{compose::compose, receipts::Receipts};
use async_trait::async_trait;
use domain::{
    ids::OutgoingId,
    mail::{EmailAddress, MessageId, ParsedMail},
    mail_system::{Flags, FolderName, MailError, MailSystem, NewCopy, Put},
    mailer::{Mailer, OutgoingMail, SendError},
};
use std::{io, path::PathBuf, sync::Arc};

pub struct LocalMailer {
    system: Arc<dyn MailSystem>,
    outbox: Receipts,
}

impl LocalMailer {
    /// `outbox` is made when it is first needed.
    pub fn new(outbox: PathBuf, system: Arc<dyn MailSystem>) -> Self {
        Self { system, outbox: Receipts::new(outbox) }
    }

    /// A mailbox can lose the mail again to its owner, so that looking there isn't enough: one receipt says
    /// which mail is about to be put there, the second that it was. Between the two the mail system tells, by what
    /// it keeps staged, whether the mail got there.
    async fn deliver(&self, id: OutgoingId, to: &EmailAddress, bytes: &[u8]) -> Result<(), SendError> {
        let mail = ParsedMail::read(bytes);
        let (Some(message_id), Some(date)) = (mail.message_id, mail.date) else {
            return Err(SendError::Never("the mail has no readable Message-ID or Date".into()));
        };
        let copy = NewCopy {
            key: &id.to_string(),
            bytes,
            folder: &FolderName::inbox(),
            flags: &Flags { recent: true, ..Flags::default() },
            received_at: date,
        };
        let mut mailbox = self.system.open(to).await.map_err(|error| refused(&error))?;
        let tried = self.read(delivering(id)).await?.is_some();
        if !tried {
            mailbox.stage(&copy).await.map_err(|error| refused(&error))?;
            self.write(delivering(id), message_id.as_str().into()).await?;
        }
        match mailbox.put_once(&copy, tried).await.map_err(|error| refused(&error))? {
            Put::Stored | Put::AlreadyThere => self.write(delivered(id), Vec::new()).await,
            Put::Unsure => Err(SendError::Unknown(format!(
                "the mail isn't in the mailbox of {to}, but it may have been: its owner can have deleted it"
            ))),
        }
    }

    /// `Some(false)` only when the mail was looked for everywhere.
    async fn was_delivered(&self, id: OutgoingId, to: &EmailAddress) -> Result<Option<bool>, SendError> {
        if self.is_done(id).await? {
            return Ok(Some(true));
        }
        let Some(begun) = self.read(delivering(id)).await? else { return Ok(Some(false)) };
        let message_id = str::from_utf8(&begun).ok().and_then(|id| id.parse::<MessageId>().ok());
        let Some(message_id) = message_id else { return Ok(None) };
        let located = self
            .system
            .open(to)
            .await
            .map_err(|error| refused(&error))?
            .locate(&message_id)
            .await
            .map_err(|error| refused(&error))?;
        Ok(match (located.copies.is_empty(), located.skipped.is_empty()) {
            (false, _) => Some(true),
            (true, true) => Some(false),
            (true, false) => None,
        })
    }

    async fn is_done(&self, id: OutgoingId) -> Result<bool, SendError> {
        Ok(self.read(delivered(id)).await?.is_some() || self.read(outbox_file(id)).await?.is_some())
    }

    async fn read(&self, name: String) -> Result<Option<Vec<u8>>, SendError> {
        self.blocking(move |outbox| outbox.read(&name)).await
    }

    async fn write(&self, name: String, bytes: Vec<u8>) -> Result<(), SendError> {
        self.blocking(move |outbox| outbox.write(&name, &bytes)).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Receipts) -> io::Result<T> + Send + 'static,
    ) -> Result<T, SendError> {
        let outbox = self.outbox.clone();
        let done = tokio::task::spawn_blocking(move || work(&outbox))
            .await
            .unwrap_or_else(|error| Err(error.into()));
        done.map_err(|error| {
            let folder = self.outbox.folder().display();
            SendError::Later(format!(
                "the outbox {folder} can't be used: {error}. It must be a folder that the server may write, on a disk with room"
            ))
        })
    }
}

#[async_trait]
impl Mailer for LocalMailer {
    fn compose(&self, mail: &OutgoingMail<'_>) -> Result<Vec<u8>, SendError> {
        compose(mail)
    }

    async fn send(
        &self,
        id: OutgoingId,
        _from: &EmailAddress,
        to: &EmailAddress,
        bytes: &[u8],
    ) -> Result<(), SendError> {
        if self.is_done(id).await? {
            return Ok(());
        }
        if self.system.exists(to).await.map_err(|error| refused(&error))? {
            self.deliver(id, to, bytes).await
        } else {
            self.write(outbox_file(id), bytes.to_vec()).await
        }
    }

    async fn was_sent(&self, id: OutgoingId, to: &EmailAddress) -> Option<bool> {
        self.was_delivered(id, to).await.ok().flatten()
    }

    async fn check(&self) -> Result<String, SendError> {
        self.blocking(Receipts::probe).await?;
        Ok(format!(
            "mail to our own mailboxes is delivered there; all other mail is written to {} and leaves this machine only if somebody takes it from there",
            self.outbox.folder().display()
        ))
    }
}

fn outbox_file(id: OutgoingId) -> String {
    format!("{id}.eml")
}

fn delivering(id: OutgoingId) -> String {
    format!("{id}.delivering")
}

fn delivered(id: OutgoingId) -> String {
    format!("{id}.delivered")
}

/// Nothing was put there, or the mail system will know.
fn refused(error: &MailError) -> SendError {
    if error.is_passing() || matches!(error, MailError::Denied(_)) {
        SendError::Later(error.to_string())
    } else {
        SendError::Never(error.to_string())
    }
}

#[cfg(test)]
mod tests;
