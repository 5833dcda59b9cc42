//! What came into the Sent folders and what left them since the last time.
//!
//! A message in a folder is known by UIDVALIDITY and UID, whatever its flags; so UIDNEXT and the number of messages
//! together tell whether anything changed (RFC 3501 §2.3.1.1). What left is told by QRESYNC (RFC 7162) where it is
//! offered, else by a search for what is still there. A folder met for the first time is listed in pieces, newest
//! first; the cursor says how far that went, so that it goes on after a stop.

mod message;

use super::{
    answer::Value,
    command::Command,
    folders::{Folder, is_named},
    session::{Access, Opened, Session},
    uids::Uids,
};
use domain::{
    hex,
    mail_system::{MailError, SentChanges, SentGone, SentListing},
};
use std::collections::HashMap;

/// Messages of one answer, beside those that came since the last.
const PIECE: usize = 500;

/// How far a folder was listed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    validity: u32,
    /// From here on upwards nothing was listed.
    next: u32,
    /// Below it nothing was listed; 1 when all is.
    low: u32,
    /// In the folder, whether listed or not.
    messages: u32,
    modseq: u64,
}

/// By the folder's name on the wire.
type Cursor = HashMap<Vec<u8>, Known>;

impl Session {
    pub async fn sent_since(&mut self, cursor: Option<&str>) -> Result<SentListing, MailError> {
        let before = cursor.and_then(parse).unwrap_or_default();
        let folders: Vec<Folder> =
            self.folders().await?.all.into_iter().filter(|folder| self.is_sent(folder)).collect();
        let mut changes = SentChanges::default();
        for gone in before.keys().filter(|wire| !folders.iter().any(|folder| folder.wire == **wire)) {
            changes.gone.push(SentGone::AllBut { prefix: prefix(gone), kept: Vec::new() });
        }
        let mut after = Cursor::new();
        // Side by side, so that what is newest of each comes first.
        let unfinished = |folder: &&Folder| before.get(&folder.wire).is_none_or(|known| known.low > 1);
        let share = (PIECE / folders.iter().filter(unfinished).count().max(1)).max(1);
        for folder in &folders {
            let known = before.get(&folder.wire);
            match self.folder_since(folder, known, share, &mut changes).await {
                Ok(known) => {
                    after.insert(folder.wire.clone(), known);
                }
                // Deleted meanwhile; the next listing shows it.
                Err(MailError::Gone) => {
                    after.extend(known.map(|known| (folder.wire.clone(), known.clone())));
                }
                Err(error) => return Err(error),
            }
        }
        if after == before && cursor.is_some() {
            return Ok(SentListing::Unchanged);
        }
        changes.total = Some(after.values().map(|known| u64::from(known.messages)).sum());
        changes.more = after.values().any(|known| known.low > 1);
        changes.cursor = written(&after);
        Ok(SentListing::Changes(changes))
    }

    fn is_sent(&self, folder: &Folder) -> bool {
        folder.holds_mail() && (folder.is("\\sent") || is_named(&folder.name, &self.config.sent_folders))
    }

    async fn folder_since(
        &mut self,
        folder: &Folder,
        known: Option<&Known>,
        share: usize,
        changes: &mut SentChanges,
    ) -> Result<Known, MailError> {
        if let Some(known) = known
            && known.low <= 1
            && self.stands(folder, known).await?
        {
            return Ok(known.clone());
        }
        let (opened, vanished) = self.enter_since(folder, known).await?;
        if let Some(known) = known.filter(|known| known.validity != opened.validity) {
            changes.gone.push(SentGone::AllBut {
                prefix: of_validity(&folder.wire, known.validity),
                kept: Vec::new(),
            });
        }
        let known = known.filter(|known| known.validity == opened.validity);
        let mut state = known.cloned().unwrap_or(Known {
            validity: opened.validity,
            next: opened.next,
            low: opened.next,
            messages: 0,
            modseq: 0,
        });
        let came = self.list_new(folder, &opened, &mut state, changes).await?;
        let as_many = |known: &Known| u64::from(opened.messages) == u64::from(known.messages) + came;
        match (vanished, known) {
            (Some(uids), _) => changes.gone.extend(each(folder, &opened, &uids)),
            (None, Some(known)) if as_many(known) => {}
            (None, _) => changes.gone.push(self.still_there(folder, &opened).await?),
        }
        self.list_old(folder, &opened, &mut state, share, changes).await?;
        state.messages = opened.messages;
        state.modseq = opened.modseq;
        Ok(state)
    }

    /// Nothing came and nothing left, by the folder's numbers alone.
    async fn stands(&mut self, folder: &Folder, known: &Known) -> Result<bool, MailError> {
        let command = Command::new("STATUS").text(&folder.wire).word("(UIDVALIDITY UIDNEXT MESSAGES)");
        let reply = self.connection.run("asking for the Sent folder", command).await?;
        let numbers = reply.all("STATUS")?.into_iter().next_back().map(|data| {
            let number = |name| data.item(name).and_then(Value::number);
            (number("UIDVALIDITY"), number("UIDNEXT"), number("MESSAGES"))
        });
        let expected = (Some(known.validity.into()), Some(known.next.into()), Some(known.messages.into()));
        Ok(numbers == Some(expected))
    }

    /// With QRESYNC: which of the UIDs that were there left the folder.
    async fn enter_since(
        &mut self,
        folder: &Folder,
        known: Option<&Known>,
    ) -> Result<(Opened, Option<Uids>), MailError> {
        let Some(known) = known.filter(|known| self.connection.capable.qresync && known.modseq > 0) else {
            return Ok((self.enter_counted(folder).await?, None));
        };
        if !self.resyncs().await? {
            return Ok((self.enter_counted(folder).await?, None));
        }
        let command = Command::new("EXAMINE").text(&folder.wire).resync(known.validity, known.modseq);
        let (opened, reply) = self.enter_with(&folder.wire, Access::Look, command).await?;
        if opened.next == 0 {
            return Ok((self.enter_counted(folder).await?, None));
        }
        let mut vanished = Vec::new();
        for data in reply.all("VANISHED")? {
            let text = data.values.last().and_then(Value::bytes).and_then(|bytes| str::from_utf8(bytes).ok());
            let Some(uids) = text.and_then(Uids::parse) else {
                return Err(MailError::Other("what vanished can't be read".into()));
            };
            // Below what was listed, too: it may have been written before the cursor was. A server may name more than
            // ever was there.
            let met = uids.within(1, known.next);
            if met.count() > u64::from(known.messages) + 1000 {
                return Ok((opened, None));
            }
            vanished.extend(met.iter(usize::MAX));
        }
        Ok((opened, Some(Uids::of(vanished))))
    }

    /// QRESYNC is turned on only while no folder is open (RFC 5161 §3.1). False: this one can't be left.
    async fn resyncs(&mut self) -> Result<bool, MailError> {
        if !self.resync {
            self.leave_quietly().await;
            if self.opened.is_some() {
                return Ok(false);
            }
            self.connection.run("turning QRESYNC on", Command::new("ENABLE QRESYNC")).await?;
            self.resync = true;
        }
        Ok(true)
    }

    /// What came since; how many.
    async fn list_new(
        &mut self,
        folder: &Folder,
        opened: &Opened,
        state: &mut Known,
        changes: &mut SentChanges,
    ) -> Result<u64, MailError> {
        if opened.next <= state.next {
            return Ok(0);
        }
        let uids = Uids::range(state.next, Some(opened.next - 1));
        let came = self.search(Command::new("UID SEARCH UID").uids(&uids)).await?;
        let left = u64::from(opened.next - state.next).saturating_sub(came.len() as u64);
        if left > PIECE as u64 {
            changes.gone.push(self.still_there(folder, opened).await?);
        } else if left > 0 {
            // Nobody was told of them, and yet one may be in the index: what is newest is written before the cursor.
            let left = (state.next..opened.next).filter(|uid| came.binary_search(uid).is_err());
            changes.gone.extend(each(folder, opened, &Uids::of(left)));
        }
        for piece in came.chunks(PIECE) {
            self.list(folder, opened, piece, changes).await?;
        }
        state.next = opened.next;
        Ok(came.len() as u64)
    }

    /// The next piece of what was there when the folder was first met.
    async fn list_old(
        &mut self,
        folder: &Folder,
        opened: &Opened,
        state: &mut Known,
        share: usize,
        changes: &mut SentChanges,
    ) -> Result<(), MailError> {
        if state.low <= 1 {
            return Ok(());
        }
        let older = if opened.messages == 0 {
            Vec::new()
        } else {
            let uids = Uids::range(1, Some(state.low - 1));
            self.search(Command::new("UID SEARCH UID").uids(&uids)).await?
        };
        let piece = &older[older.len().saturating_sub(share)..];
        self.list(folder, opened, piece, changes).await?;
        state.low = if piece.len() == older.len() { 1 } else { piece.first().copied().unwrap_or(1) };
        Ok(())
    }

    /// All of the folder, listed or not: the index may be ahead of the cursor, and what of it stands there must stay.
    async fn still_there(&mut self, folder: &Folder, opened: &Opened) -> Result<SentGone, MailError> {
        let there = if opened.messages == 0 {
            Vec::new()
        } else {
            self.search(Command::new("UID SEARCH UID").uids(&Uids::range(1, None))).await?
        };
        let kept = there.into_iter().map(|uid| locator(&folder.wire, opened.validity, uid)).collect();
        Ok(SentGone::AllBut { prefix: of_validity(&folder.wire, opened.validity), kept })
    }
}

fn each(folder: &Folder, opened: &Opened, uids: &Uids) -> Vec<SentGone> {
    uids.iter(usize::MAX).map(|uid| SentGone::One(locator(&folder.wire, opened.validity, uid))).collect()
}

fn locator(wire: &[u8], validity: u32, uid: u32) -> String {
    format!("{}{uid}", of_validity(wire, validity))
}

fn of_validity(wire: &[u8], validity: u32) -> String {
    format!("{}{validity}/", prefix(wire))
}

/// No folder's prefix begins with another's: a tab can't stand in a name that isn't in hexadecimal digits here.
fn prefix(wire: &[u8]) -> String {
    let plain = wire.iter().all(|byte| matches!(byte, b' '..=b'~'));
    let name =
        if plain { String::from_utf8_lossy(wire).into_owned() } else { format!("\t{}", hex::encode(wire)) };
    format!("{name}\t")
}

fn parse(text: &str) -> Option<Cursor> {
    let entries = text.strip_prefix("imap1;")?;
    let entry = |entry: &str| {
        let mut parts = entry.split(',');
        let mut next = || parts.next();
        let folder = super::handle::bytes_of(next()?)?;
        let known = Known {
            validity: next()?.parse().ok()?,
            next: next()?.parse().ok()?,
            low: next()?.parse().ok()?,
            messages: next()?.parse().ok()?,
            modseq: next()?.parse().ok()?,
        };
        Some((folder, known))
    };
    entries.split(';').filter(|text| !text.is_empty()).map(entry).collect()
}

fn written(cursor: &Cursor) -> String {
    let mut entries: Vec<String> = cursor
        .iter()
        .map(|(folder, Known { validity, next, low, messages, modseq })| {
            format!("{},{validity},{next},{low},{messages},{modseq}", hex::encode(folder))
        })
        .collect();
    entries.sort();
    format!("imap1;{}", entries.join(";"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_and_a_strange_one_begins_anew() {
        let known = Known { validity: 7, next: 30, low: 12, messages: 18, modseq: 99 };
        let cursor: Cursor = [("Sent".into(), known.clone()), ("&XfJT0ZAB-".into(), known)].into();
        assert_eq!(parse(&written(&cursor)), Some(cursor));
        assert_eq!(parse(&written(&Cursor::new())), Some(Cursor::new()));
        for strange in ["1;settled;a;b", "imap1;zz,1,2,3,4,5", "imap1;00,1,2", ""] {
            assert_eq!(parse(strange), None, "{strange}");
        }
    }

    #[test]
    fn no_folder_s_prefix_begins_with_another_s() {
        assert!(!locator(b"Sent/2025", 7, 1).starts_with(&prefix(b"Sent")));
        assert!(locator(b"Sent", 7, 1).starts_with(&of_validity(b"Sent", 7)));
        assert!(!locator(b"Sent", 71, 1).starts_with(&of_validity(b"Sent", 7)));
        assert!(!prefix(b"a\tb").starts_with(&prefix(b"a")));
    }
}
