//! Keeping the index of sent mail in step with the Sent folders.

mod position;
mod readings;

pub use readings::{FirstReading, Readings};

use crate::{
    ids::{PersonId, SentId},
    mail::ParsedMail,
    mail_system::{MailError, MailSession, SentChanges, SentGone, SentListing, SentRef},
    org::Person,
    portal::Portal,
    sent::{MAX_TEXT, SentMessage},
    store::StoreError,
};
use position::Position;
use readings::{Part, Turn};
use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};
use thiserror::Error;

/// So many messages are read before they are written down.
const BATCH: usize = 50;

/// The very newest are written down before all others: somebody may be waiting for them.
const NEWEST: usize = 10;

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
    /// Couldn't be read and aren't in the index. They are tried again later.
    pub unread: usize,
    /// Somebody else is at it right now.
    pub busy: bool,
}

/// Reads what is new in the person's Sent folders, newest first, and hides what is no longer there. Each piece of a
/// large folder is written with its cursor, and what of a piece is in the index already isn't read again: a stop loses
/// at most one batch. How far a first reading has come: [`Readings::first`].
///
/// Each piece has a session of its own, so that recalls that wait for one needn't wait for the end.
pub async fn refresh(portal: &Portal, owner: &Person) -> Result<Indexed, IndexError> {
    let Some(turn) = portal.readings.take(owner.id, Part::Everything) else {
        return Ok(Indexed { busy: true, ..Indexed::default() });
    };
    let mut position = position(portal, owner).await?.at(portal.world.now());
    if position.cursor.is_none() {
        turn.is_first();
    }
    let reader = Reader { portal, owner, turn };
    let mut done = Indexed::default();
    let mut more = reader.piece(&mut position, &mut done).await?;
    while more {
        let _place = portal.readings.goes_on().await;
        more = reader.piece(&mut position, &mut done).await?;
    }
    reader.turn.ended();
    Ok(done)
}

/// Puts what is newer than all that is known into the index while somebody else reads everything, which may take long:
/// whoever has just sent a mail must find it at once. The cursor stays as it is. False: somebody else is at this, too.
pub async fn catch_up(portal: &Portal, owner: &Person) -> Result<bool, IndexError> {
    let Some(turn) = portal.readings.take(owner.id, Part::Newest) else { return Ok(false) };
    let position = position(portal, owner).await?;
    let mut session = portal.mail.open(&owner.address).await?;
    let mut messages = match session.list_sent(position.cursor.as_deref()).await? {
        SentListing::Unchanged => return Ok(true),
        SentListing::All { messages, .. } => messages,
        SentListing::Changes(changes) => changes.added,
    };
    messages.sort_by_key(|message| Reverse(message.received_at));
    let known = known(portal, owner).await?;
    let newer = messages.iter().position(|message| known.contains_key(&message.locator));
    messages.truncate(newer.unwrap_or(messages.len()).min(NEWEST));
    Reader { portal, owner, turn }.index(session.as_mut(), &messages).await?;
    Ok(true)
}

/// What a listing means for the index.
struct Piece {
    added: Vec<SentRef>,
    gone: Vec<SentId>,
    cursor: String,
    more: bool,
}

/// One person's Sent folders being read.
struct Reader<'a> {
    portal: &'a Portal,
    owner: &'a Person,
    turn: Turn<'a>,
}

impl Reader<'_> {
    /// Is there more?
    async fn piece(&self, position: &mut Position, done: &mut Indexed) -> Result<bool, IndexError> {
        let mut session = self.portal.mail.open(&self.owner.address).await?;
        let piece = match session.list_sent(position.cursor.as_deref()).await? {
            SentListing::Unchanged => return Ok(false),
            SentListing::All { messages, cursor } => self.all(messages, cursor).await?,
            SentListing::Changes(changes) => self.some(changes).await?,
        };
        let listed = piece.added.len();
        let added = self.add(session.as_mut(), piece.added).await?;
        drop(session);
        done.added += added;
        done.gone += piece.gone.len();
        done.unread += listed - added;
        position.cursor = Some(piece.cursor);
        if added < listed {
            position.unread = Some(self.portal.world.now());
        }
        let mut tx = self.portal.store.write().await?;
        tx.hide_sent(&piece.gone).await?;
        tx.set_sent_cursor(self.owner.id, &position.kept()).await?;
        tx.commit().await?;
        Ok(piece.more)
    }

    async fn all(&self, mut messages: Vec<SentRef>, cursor: String) -> Result<Piece, IndexError> {
        let known = known(self.portal, self.owner).await?;
        let present: HashSet<&str> = messages.iter().map(|message| message.locator.as_str()).collect();
        let gone: Vec<SentId> = known
            .iter()
            .filter(|(locator, _)| !present.contains(locator.as_str()))
            .map(|(_, id)| *id)
            .collect();
        self.turn.counted(Some(messages.len() as u64), Some(known.len() - gone.len()));
        messages.retain(|message| !known.contains_key(&message.locator));
        Ok(Piece { added: messages, gone, cursor, more: false })
    }

    async fn some(&self, changes: SentChanges) -> Result<Piece, IndexError> {
        let SentChanges { mut added, gone, cursor, more, total } = changes;
        if more {
            self.turn.is_first();
        }
        // An earlier reading may have been stopped in the middle of this piece.
        let resumes = more || added.len() > BATCH;
        let known =
            if resumes || !gone.is_empty() { known(self.portal, self.owner).await? } else { HashMap::new() };
        let gone = named(&gone, &known);
        self.turn.counted(total, resumes.then(|| known.len() - gone.len()));
        added.retain(|message| !known.contains_key(&message.locator));
        Ok(Piece { added, gone, cursor, more })
    }

    async fn add(
        &self,
        session: &mut dyn MailSession,
        mut messages: Vec<SentRef>,
    ) -> Result<usize, IndexError> {
        messages.sort_by_key(|message| Reverse(message.received_at));
        let (newest, others) = messages.split_at(messages.len().min(NEWEST));
        let mut added = 0;
        for batch in std::iter::once(newest).chain(others.chunks(BATCH)) {
            added += self.index(session, batch).await?;
        }
        Ok(added)
    }

    /// How many of them are in the index now.
    async fn index(&self, session: &mut dyn MailSession, batch: &[SentRef]) -> Result<usize, IndexError> {
        let mut rows = Vec::with_capacity(batch.len());
        let mut broke_off = None;
        for message in batch {
            match self.read(session, message).await {
                Ok(raw) => {
                    let id = self.portal.world.id();
                    rows.push(row(id, self.owner.id, message, ParsedMail::read(&raw)));
                }
                Err(error @ (MailError::Unavailable { .. } | MailError::NoSuchMailbox(_))) => {
                    self.turn.broke_off(&message.locator);
                    broke_off = Some(error);
                    break;
                }
                // Deleted, locked, broken or too large: one message must not keep all others out of the index.
                Err(error) => {
                    let (owner, locator) = (&self.owner.address, &message.locator);
                    tracing::warn!(%owner, locator, size = message.size, %error, "sent message not indexed");
                }
            }
        }
        if !rows.is_empty() {
            let mut tx = self.portal.store.write().await?;
            tx.insert_sent(&rows).await?;
            tx.commit().await?;
        }
        self.turn.wrote(rows.len());
        broke_off.map_or(Ok(rows.len()), |error| Err(error.into()))
    }

    async fn read(&self, session: &mut dyn MailSession, message: &SentRef) -> Result<Vec<u8>, MailError> {
        if self.turn.breaks_at(&message.locator) {
            return Err(MailError::Other("the mail system breaks off whenever it is asked for it".into()));
        }
        session.fetch_sent(message).await
    }
}

async fn position(portal: &Portal, owner: &Person) -> Result<Position, StoreError> {
    Ok(Position::parse(portal.store.read().await?.sent_cursor(owner.id).await?))
}

async fn known(portal: &Portal, owner: &Person) -> Result<HashMap<String, SentId>, StoreError> {
    Ok(portal.store.read().await?.sent_locators(owner.id).await?.into_iter().collect())
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
