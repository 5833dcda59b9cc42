//! Keeping the index of sent mail in step with the Sent folders.

use crate::{
    ids::{PersonId, SentId},
    mail::ParsedMail,
    mail_system::{MailError, MailSession, SentChanges, SentGone, SentListing, SentRef},
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

/// Reads what is new in the person's Sent folders, newest first, and hides what is no longer there. Each piece of a
/// large folder is written with its cursor: a stop loses at most one.
pub async fn refresh(portal: &Portal, owner: &Person) -> Result<Indexed, IndexError> {
    let Some(_turn) = Turn::take(portal, owner.id) else {
        return Ok(Indexed { busy: true, ..Indexed::default() });
    };
    let mut session = portal.mail.open(&owner.address).await?;
    let mut tx = portal.store.read().await?;
    let mut cursor = tx.sent_cursor(owner.id).await?;
    drop(tx);
    let mut done = Indexed::default();
    loop {
        let piece = match session.list_sent(cursor.as_deref()).await? {
            SentListing::Unchanged => return Ok(done),
            SentListing::All { messages, cursor } => all(portal, owner, messages, cursor).await?,
            SentListing::Changes(changes) => some(portal, owner, changes).await?,
        };
        done.added += add(portal, owner, session.as_mut(), piece.added).await?;
        done.gone += piece.gone.len();
        let mut tx = portal.store.write().await?;
        tx.hide_sent(&piece.gone).await?;
        tx.set_sent_cursor(owner.id, &piece.cursor).await?;
        tx.commit().await?;
        if !piece.more {
            return Ok(done);
        }
        cursor = Some(piece.cursor);
    }
}

/// What a listing means for the index.
struct Piece {
    added: Vec<SentRef>,
    gone: Vec<SentId>,
    cursor: String,
    more: bool,
}

async fn all(
    portal: &Portal,
    owner: &Person,
    mut messages: Vec<SentRef>,
    cursor: String,
) -> Result<Piece, IndexError> {
    let known = known(portal, owner).await?;
    let present: HashSet<&str> = messages.iter().map(|message| message.locator.as_str()).collect();
    let gone =
        known.iter().filter(|(locator, _)| !present.contains(locator.as_str())).map(|(_, id)| *id).collect();
    messages.retain(|message| !known.contains_key(&message.locator));
    Ok(Piece { added: messages, gone, cursor, more: false })
}

async fn some(portal: &Portal, owner: &Person, changes: SentChanges) -> Result<Piece, IndexError> {
    let SentChanges { added, gone, cursor, more } = changes;
    let gone = if gone.is_empty() { Vec::new() } else { named(&gone, &known(portal, owner).await?) };
    Ok(Piece { added, gone, cursor, more })
}

/// Those of the known ones that left.
fn named(gone: &[SentGone], known: &HashMap<String, SentId>) -> Vec<SentId> {
    let mut ids = HashSet::new();
    for gone in gone {
        match gone {
            SentGone::One(locator) => ids.extend(known.get(locator)),
            SentGone::AllBut { prefix, kept } => {
                let kept: HashSet<&str> = kept.iter().map(String::as_str).collect();
                let left = |locator: &str| locator.starts_with(prefix) && !kept.contains(locator);
                ids.extend(known.iter().filter(|(locator, _)| left(locator)).map(|(_, id)| id));
            }
        }
    }
    ids.into_iter().collect()
}

async fn known(portal: &Portal, owner: &Person) -> Result<HashMap<String, SentId>, StoreError> {
    let mut tx = portal.store.read().await?;
    Ok(tx.sent_locators(owner.id).await?.into_iter().collect())
}

async fn add(
    portal: &Portal,
    owner: &Person,
    session: &mut dyn MailSession,
    mut messages: Vec<SentRef>,
) -> Result<usize, IndexError> {
    messages.sort_by_key(|message| std::cmp::Reverse(message.received_at));
    let mut added = 0;
    for batch in messages.chunks(BATCH) {
        added += index_batch(portal, owner, session, batch).await?;
    }
    Ok(added)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_named_has_left() {
        let ids: Vec<SentId> = (0..4).map(|n| SentId(uuid::Uuid::from_u128(n))).collect();
        let locators = ["Sent\t7/1", "Sent\t7/2", "Sent\t71/1", "Old\t7/1"];
        let known: HashMap<String, SentId> =
            locators.iter().map(|locator| (*locator).to_owned()).zip(ids.clone()).collect();
        let one = |locator: &str| SentGone::One(locator.to_owned());
        let all_but = |prefix: &str, kept: &[&str]| SentGone::AllBut {
            prefix: prefix.to_owned(),
            kept: kept.iter().map(|locator| (*locator).to_owned()).collect(),
        };
        let left = |gone: &[SentGone]| {
            let mut left = named(gone, &known);
            left.sort_by_key(|id| id.0);
            left
        };
        assert_eq!(left(&[one("Sent\t7/2"), one("Sent\t7/9")]), ids[1..2]);
        assert_eq!(left(&[all_but("Sent\t7/", &["Sent\t7/2"])]), ids[..1]);
        assert_eq!(left(&[all_but("Old\t", &[]), one("Old\t7/1")]), ids[3..]);
        assert_eq!(left(&[]), []);
    }
}
