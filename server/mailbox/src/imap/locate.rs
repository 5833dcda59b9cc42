//! Finding a message by its Message-ID in all folders of a mailbox that its owner goes on using.
//!
//! HEADER search is a substring match without case (RFC 3501 §6.4.4), so each hit is verified by its header. Folders
//! are opened with EXAMINE: the owner's client sees nothing of it. A message that is moved while we look, from a
//! folder yet to come into one that was searched, would be missed; so at the end the folders are asked whether
//! anything came into them since, and those are searched again. What was searched and stayed as it was isn't.
//! A small message is read along with what proves that it is the one.

use super::{
    answer::{Data, Value, for_people},
    around::Around,
    barren::State,
    command::Command,
    connection::Reply,
    folders::Folder,
    handle::{Spot, compared, flags_in, read_flags},
    put::Mark,
    session::{Access, Met, Opened, Session, hits},
    uids::Uids,
};
use crate::{ALONG, header};
use chrono::DateTime;
use domain::{
    mail::MessageId,
    mail_system::{FolderName, FoundCopy, Located, MailError, Skipped},
    time::Timestamp,
};
use std::collections::HashMap;

/// A mailbox that changes faster than this many looks is told as it is: incomplete.
const PASSES: usize = 8;
/// The header that decides is in the answers.
const HEADER: &str = "BODY[HEADER";
const WHOLE: &str = "BODY[]";

macro_rules! items_and {
    ($more:literal) => {
        concat!("(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]", $more, ")")
    };
}

/// Searched in one go: enough to save the waiting, few enough to hear of trouble in time.
const TOGETHER: usize = 16;

/// By the folder's name on the wire.
type Seen = HashMap<Vec<u8>, Searched>;

/// What a search of one folder came to.
struct Searched {
    /// None: it couldn't be read, and isn't tried again in this look.
    state: Option<State>,
    copies: Vec<FoundCopy>,
}

/// One folder's answers.
struct Answered<'f> {
    folder: &'f Folder,
    opened: Opened,
    hits: Vec<u32>,
}

impl Session {
    pub async fn find(&mut self, id: &MessageId) -> Result<Located, MailError> {
        if !self.connection.capable.uidplus {
            return Err(MailError::Denied(
                "the server can't remove a single message (it has no UIDPLUS, RFC 4315): nothing is touched"
                    .into(),
            ));
        }
        let (mut seen, mut failed) = (Seen::new(), Vec::new());
        // After an earlier look we know where to begin; the end is asked for anew in any case.
        let (mut around, mut fresh) = match self.around.take() {
            Some(around) => (around, false),
            None => (self.look_around(false).await?, true),
        };
        for pass in 1.. {
            let due = self.due(&around, &seen, id);
            if due.is_empty() && fresh {
                break;
            }
            if pass > PASSES {
                let reason = "it kept changing while we looked".to_owned();
                failed.push(Skipped { folder: FolderName::inbox(), what: Skipped::MAILBOX.into(), reason });
                break;
            }
            for some in due.chunks(TOGETHER) {
                for searched in seen.values_mut() {
                    // It may be what these have by now: read again, it is met only where it stands.
                    searched.copies.iter_mut().for_each(|copy| copy.content = None);
                }
                self.search_all(&around, &mut seen, &mut failed, some, id).await?;
            }
            (around, fresh) = (self.look_around(true).await?, true);
        }
        let mut located = answer(&around, seen, failed);
        self.around = Some(around);
        self.ask_log(id, &mut located).await;
        let urgency = |copy: &FoundCopy| (copy.flags.is_read(), !copy.folder.is_inbox(), copy.folder.clone());
        located.copies.sort_by_cached_key(urgency);
        Ok(located)
    }

    /// Folders to be searched: into which something came since it was looked for there. The inbox last: what is
    /// found is mostly there, and it is open still when that is read.
    fn due(&self, around: &Around, seen: &Seen, id: &MessageId) -> Vec<Folder> {
        let is_due = |folder: &&Folder| match seen.get(&folder.wire) {
            Some(Searched { state: None, .. }) => false,
            Some(Searched { state: Some(before), .. }) => {
                around.state(folder).is_some_and(|now| now != *before)
            }
            None => around.state(folder).is_none_or(|now| {
                !around.is_empty(folder)
                    && !self.holds_none_now(folder, id, now)
                    && !self.server.barren.is(&self.mailbox, id, &folder.wire, now)
            }),
        };
        let mut due: Vec<Folder> = around.chosen.looked_at.iter().filter(is_due).cloned().collect();
        due.sort_by_key(|folder| folder.name.is_inbox());
        due
    }

    /// Searched by this session, which took whatever it met there, and nothing came since.
    fn holds_none_now(&self, folder: &Folder, id: &MessageId, now: State) -> bool {
        let met = self.met.get(&folder.wire).filter(|met| met.id == *id && met.state == now);
        now.next > 0 && met.is_some_and(|met| met.copies.is_empty())
    }

    async fn search_all(
        &mut self,
        around: &Around,
        seen: &mut Seen,
        failed: &mut Vec<Skipped>,
        folders: &[Folder],
        id: &MessageId,
    ) -> Result<(), MailError> {
        let commands = folders.iter().flat_map(|folder| {
            let search = Command::new("UID SEARCH HEADER Message-ID").text(needle(id.as_str()).as_bytes());
            [self.opening(&folder.wire, Access::Look), search]
        });
        let commands = commands.collect();
        let mut replies = self.connection.ask_all("searching the folders", commands).await?.into_iter();
        let mut found = Vec::new();
        for folder in folders {
            seen.remove(&folder.wire);
            let (Some(opening), Some(search)) = (replies.next(), replies.next()) else { break };
            match self.answered(folder, opening, search) {
                Ok(answered) => found.push(answered),
                Err(error) => self.not_searched(seen, failed, folder, error)?,
            }
        }
        // The last one is still open.
        for Answered { folder, opened, hits } in found.into_iter().rev() {
            match self.verified(folder, &opened, &hits, id).await {
                Ok(copies) => {
                    let state = around.state_opened(folder, &opened);
                    if copies.is_empty() {
                        self.server.barren.note(&self.mailbox, id, &folder.wire, state);
                    }
                    let met = copies.iter().map(|copy| copy.handle.clone()).collect();
                    self.met.insert(folder.wire.clone(), Met { id: id.clone(), state, copies: met });
                    seen.insert(folder.wire.clone(), Searched { state: Some(state), copies });
                }
                Err(error) => self.not_searched(seen, failed, folder, error)?,
            }
        }
        Ok(())
    }

    fn answered<'f>(
        &mut self,
        folder: &'f Folder,
        opening: Reply,
        search: Reply,
    ) -> Result<Answered<'f>, MailError> {
        // Refused, it left nothing open: what the search says then isn't about this folder.
        let (opened, _) = self.has_entered(&folder.wire, Access::Look, opening)?;
        let hits = if opened.messages > 0 { hits(search)? } else { Vec::new() };
        Ok(Answered { folder, opened, hits })
    }

    fn not_searched(
        &self,
        seen: &mut Seen,
        failed: &mut Vec<Skipped>,
        folder: &Folder,
        error: MailError,
    ) -> Result<(), MailError> {
        match error {
            // Of the server, not of this folder: the whole look is made again later.
            MailError::Unavailable { .. } => Err(error),
            _ if self.connection.is_lost() => Err(error),
            // Deleted or renamed meanwhile: the next pass lists the folders again.
            MailError::Gone => Ok(()),
            _ => {
                failed.push(skipped(&folder.name, &error.to_string()));
                seen.insert(folder.wire.clone(), Searched { state: None, copies: Vec::new() });
                Ok(())
            }
        }
    }

    /// Those whose header has exactly this id.
    async fn verified(
        &mut self,
        folder: &Folder,
        opened: &Opened,
        hits: &[u32],
        id: &MessageId,
    ) -> Result<Vec<FoundCopy>, MailError> {
        let mut copies = Vec::new();
        let is_open = self.opened.as_ref().is_some_and(|now| now.folder == folder.wire);
        if !hits.is_empty()
            && !is_open
            && self.enter(&folder.wire, Access::Look).await?.validity != opened.validity
        {
            return Err(MailError::Gone);
        }
        let items = items(opened.modseq > 0, hits.len() == 1);
        let mark = Mark::beyond(opened, hits);
        for hits in hits.chunks(500) {
            let uids = Uids::of(hits.iter().copied());
            for (uid, data) in self.fetch_items(&uids, items, &["FLAGS", HEADER]).await? {
                let block = data.item(HEADER).and_then(Value::bytes).unwrap_or_default();
                let found = header::message_id(block).ok().flatten();
                if found.as_deref() == Some(id.as_str()) {
                    copies.push(copy(folder, opened, mark, uid, &data)?);
                }
            }
        }
        Ok(copies)
    }
}

/// What is asked of a hit. One alone is most likely what we look for, and comes along: what is shorter than the limit
/// is whole, whatever the server says of its size.
fn items(modseq: bool, along: bool) -> &'static str {
    const _: () = assert!(ALONG == 65_536, "as it is written here");
    match (modseq, along) {
        (false, false) => items_and!(""),
        (false, true) => items_and!(" BODY.PEEK[]<0.65536>"),
        (true, false) => items_and!(" MODSEQ"),
        (true, true) => items_and!(" MODSEQ BODY.PEEK[]<0.65536>"),
    }
}

fn answer(around: &Around, mut seen: Seen, mut skipped: Vec<Skipped>) -> Located {
    skipped.extend(around.garbled.iter().cloned());
    let mut located = Located { left_out: around.chosen.left_out.clone(), skipped, ..Located::default() };
    for folder in &around.chosen.looked_at {
        match seen.remove(&folder.wire) {
            Some(Searched { state: None, .. }) => {}
            Some(searched) => {
                located.copies.extend(searched.copies);
                // A copy may have come since: where nobody says so, the folder wasn't seen to its end.
                match around.untold.iter().find(|untold| untold.folder == folder.name) {
                    Some(untold) => located.skipped.push(untold.clone()),
                    None => located.searched.push(folder.name.clone()),
                }
            }
            // Empty, or searched before: it wasn't there or was taken since, and nothing came.
            None => located.searched.push(folder.name.clone()),
        }
    }
    located
}

fn copy(folder: &Folder, opened: &Opened, mark: Mark, uid: u32, data: &Data) -> Result<FoundCopy, MailError> {
    let words = flags_in(data).unwrap_or_default();
    let modseq = data.item("MODSEQ").and_then(|value| value.list()?.first()?.number()).unwrap_or(0);
    let spot =
        Spot { folder: folder.wire.clone(), validity: opened.validity, uid, modseq, flags: compared(&words) };
    let mut flags = read_flags(&words);
    flags.keywords.push(mark.to_string());
    Ok(FoundCopy {
        handle: spot.handle(),
        folder: folder.name.clone(),
        flags,
        received_at: received(data)?,
        size: data.item("RFC822.SIZE").and_then(Value::number).unwrap_or(0),
        content: data
            .item(WHOLE)
            .and_then(Value::text)
            .filter(|text| !text.is_empty() && (text.len() as u64) < ALONG)
            .map(<[u8]>::to_vec),
    })
}

pub fn received(data: &Data) -> Result<Timestamp, MailError> {
    let text = data.item("INTERNALDATE").and_then(Value::bytes).unwrap_or_default();
    let text = String::from_utf8_lossy(text);
    DateTime::parse_from_str(text.trim(), "%d-%b-%Y %H:%M:%S %z")
        .map(|time| Timestamp::from_secs(time.timestamp()))
        .map_err(|_| MailError::Other(format!("the server's date can't be read: {}", for_people(&text))))
}

/// What is searched for: the longest part that is plain ASCII. Servers differ in how they search the rest, and find
/// too much rather than too little with a part; nothing at all finds every message that has the header.
pub fn needle(id: &str) -> &str {
    let plain = id.split(|c: char| !matches!(c, '!'..='~') || c == '"' || c == '\\');
    plain.max_by_key(|part| part.len()).unwrap_or_default()
}

pub fn skipped(folder: &FolderName, reason: &str) -> Skipped {
    Skipped { folder: folder.clone(), what: "folder".into(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_for_is_plain() {
        assert_eq!(needle("a.b@c"), "a.b@c");
        assert_eq!(needle("a\u{FFFD}bcd@é"), "bcd@");
        assert_eq!(needle("a\"bc\\d"), "bc");
        assert_eq!(needle("é"), "");
    }
}
