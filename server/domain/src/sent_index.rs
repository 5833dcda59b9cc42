//! Keeping the index of sent mail in step with the Sent folders.

use crate::{
    ids::{PersonId, SentId},
    mail::ParsedMail,
    mail_system::{MailError, MailSession, SentListing, SentRef},
    org::Person,
    portal::Portal,
    sent::{MAX_TEXT, SentMessage},
    store::StoreError,
};
use std::{
    collections::{HashMap, HashSet},
    sync::PoisonError,
};
use thiserror::Error;

/// So many messages are read before they are written down.
const BATCH: usize = 50;

#[derive(Debug, Error)]
pub enum IndexError {
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    pub added: usize,
    pub gone: usize,
    /// Somebody else is at it right now.
    pub busy: bool,
}

/// Reads what is new in the person's Sent folders, newest first, and hides what is no longer there.
pub async fn refresh(portal: &Portal, owner: &Person) -> Result<Indexed, IndexError> {
    let Some(_turn) = Turn::take(portal, owner.id) else {
        return Ok(Indexed { busy: true, ..Indexed::default() });
    };
    let mut session = portal.mail.open(&owner.address).await?;
    let mut tx = portal.store.read().await?;
    let cursor = tx.sent_cursor(owner.id).await?;
    let known: HashMap<String, SentId> = tx.sent_locators(owner.id).await?.into_iter().collect();
    drop(tx);
    let SentListing::All { mut messages, cursor } = session.list_sent(cursor.as_deref()).await? else {
        return Ok(Indexed::default());
    };
    let present: HashSet<&str> = messages.iter().map(|message| message.locator.as_str()).collect();
    let gone: Vec<SentId> =
        known.iter().filter(|(locator, _)| !present.contains(locator.as_str())).map(|(_, id)| *id).collect();
    messages.retain(|message| !known.contains_key(&message.locator));
    messages.sort_by_key(|message| std::cmp::Reverse(message.received_at));
    let mut added = 0;
    for batch in messages.chunks(BATCH) {
        added += index_batch(portal, owner, session.as_mut(), batch).await?;
    }
    let mut tx = portal.store.write().await?;
    tx.hide_sent(&gone).await?;
    tx.set_sent_cursor(owner.id, &cursor).await?;
    tx.commit().await?;
    Ok(Indexed { added, gone: gone.len(), busy: false })
}

async fn index_batch(
    portal: &Portal,
    owner: &Person,
    session: &mut dyn MailSession,
    batch: &[SentRef],
) -> Result<usize, IndexError> {
    let mut rows = Vec::with_capacity(batch.len());
    for message in batch {
        match session.fetch(&message.handle).await {
            Ok(raw) => rows.push(row(portal.world.id(), owner.id, message, ParsedMail::read(&raw))),
            // Deleted or locked since the listing: the next refresh sees it as it is then.
            Err(error @ (MailError::Gone | MailError::Denied(_))) => {
                tracing::info!(owner = %owner.address, %error, "sent message not indexed");
            }
            Err(other) => return Err(other.into()),
        }
    }
    let mut tx = portal.store.write().await?;
    tx.insert_sent(&rows).await?;
    tx.commit().await?;
    Ok(rows.len())
}

fn row(id: SentId, owner: PersonId, place: &SentRef, mail: ParsedMail) -> SentMessage {
    SentMessage {
        id,
        owner,
        folder: place.folder.clone(),
        locator: place.locator.clone(),
        message_id: mail.message_id,
        references: mail.references,
        subject: mail.subject,
        // The Date header is the sender's own clock; without one the mail system's time counts.
        sent_at: mail.date.unwrap_or(place.received_at),
        from: mail.from,
        to: mail.to,
        cc: mail.cc,
        bcc: mail.bcc,
        attachments: mail.attachments,
        text: mail.text.chars().take(MAX_TEXT).collect(),
        fingerprint: mail.fingerprint,
        size: place.size,
    }
}

/// One refresh per person at a time; given back when dropped, whatever happened.
struct Turn<'a> {
    portal: &'a Portal,
    owner: PersonId,
}

impl<'a> Turn<'a> {
    fn take(portal: &'a Portal, owner: PersonId) -> Option<Self> {
        let fresh = portal.indexing.lock().unwrap_or_else(PoisonError::into_inner).insert(owner);
        fresh.then_some(Self { portal, owner })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.portal.indexing.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.owner);
    }
}
