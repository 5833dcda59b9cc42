//! Finding a message by its Message-ID in all folders of a mailbox that its owner goes on using.
//!
//! HEADER search is a substring match without case (RFC 3501 §6.4.4), so each hit is verified by its header. Folders
//! are opened with EXAMINE: the owner's client sees nothing of it. A message that is moved while we look, from a
//! folder yet to come into one that was searched, would be missed; so at the end the folders are asked whether
//! anything came into them since, and those are searched again.

use super::{
    answer::{Data, Value, for_people},
    command::Command,
    folders::{Chosen, Folder, Folders},
    handle::{Spot, compared, flags_in, read_flags},
    put::Mark,
    session::{Access, Opened, Session},
    uids::Uids,
};
use crate::header;
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
pub const HEADER: &str = "BODY[";
const ITEMS: &str = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])";
const ITEMS_AND_MODSEQ: &str =
    "(UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])";

/// UIDVALIDITY and UIDNEXT: when both stay, nothing came.
type State = (u32, u32);
/// By the folder's name on the wire.
type Seen = HashMap<Vec<u8>, Searched>;

/// What a search of one folder came to.
struct Searched {
    /// None: it couldn't be read, and isn't tried again in this look.
    state: Option<State>,
    copies: Vec<FoundCopy>,
}

struct Around {
    chosen: Chosen,
    garbled: Vec<Skipped>,
    states: HashMap<Vec<u8>, State>,
}

impl Around {
    /// Folders that weren't searched yet, or into which something came since.
    fn due(&self, seen: &Seen) -> Vec<Folder> {
        let came = |folder: &&Folder| match seen.get(&folder.wire) {
            None => true,
            Some(Searched { state: None, .. }) => false,
            Some(Searched { state: Some(before), .. }) => {
                self.states.get(&folder.wire).is_some_and(|now| now != before)
            }
        };
        self.chosen.looked_at.iter().filter(came).cloned().collect()
    }
}

impl Session {
    pub async fn find(&mut self, id: &MessageId) -> Result<Located, MailError> {
        if !self.connection.capable.uidplus {
            return Err(MailError::Denied(
                "the server can't remove a single message (it has no UIDPLUS, RFC 4315): nothing is touched"
                    .into(),
            ));
        }
        let mut seen = Seen::new();
        let mut failed: Vec<Skipped> = Vec::new();
        let mut around = self.look_around(false).await?;
        for pass in 1.. {
            let due = around.due(&seen);
            if due.is_empty() {
                break;
            }
            if pass > PASSES {
                let reason = "it kept changing while we looked".to_owned();
                failed.push(Skipped { folder: FolderName::inbox(), what: "the mailbox".into(), reason });
                break;
            }
            for folder in due {
                self.search_into(&mut seen, &mut failed, &folder, id).await?;
            }
            around = self.look_around(true).await?;
        }
        let mut located = answer(around, seen, failed);
        self.ask_log(id, &mut located).await;
        let urgency = |copy: &FoundCopy| (copy.flags.is_read(), !copy.folder.is_inbox(), copy.folder.clone());
        located.copies.sort_by_cached_key(urgency);
        Ok(located)
    }

    async fn search_into(
        &mut self,
        seen: &mut Seen,
        failed: &mut Vec<Skipped>,
        folder: &Folder,
        id: &MessageId,
    ) -> Result<(), MailError> {
        seen.remove(&folder.wire);
        match self.search_folder(folder, id).await {
            Ok(searched) => {
                seen.insert(folder.wire.clone(), searched);
            }
            // Of the server, not of this folder: the whole look is made again later.
            Err(error @ MailError::Unavailable { .. }) => return Err(error),
            Err(error) if self.connection.is_lost() => return Err(error),
            // Deleted or renamed meanwhile: the next pass lists the folders again.
            Err(MailError::Gone) => {}
            Err(error) => {
                failed.push(skipped(&folder.name, &error.to_string()));
                seen.insert(folder.wire.clone(), Searched { state: None, copies: Vec::new() });
            }
        }
        Ok(())
    }

    /// The folders as they are now; `states`: with what tells whether anything came into them.
    async fn look_around(&mut self, states: bool) -> Result<Around, MailError> {
        const STATES: &str = "asking what came into the folders";
        let foreign = self.foreign().await?;
        let capable = &self.connection.capable;
        if !states {
            let folders = self.folders().await?;
            let garbled = folders.garbled.clone();
            let chosen = folders.choose(&foreign, &self.config.left_out);
            return Ok(Around { chosen, garbled, states: HashMap::new() });
        }
        let mut now = HashMap::new();
        let folders = if capable.list_status && capable.special_use {
            let option = "RETURN (SPECIAL-USE STATUS (UIDVALIDITY UIDNEXT))";
            let command = Command::new("LIST").text(b"").text(b"*").word(option);
            let reply = self.connection.run(STATES, command).await?;
            now.extend(reply.all("STATUS")?.into_iter().filter_map(state));
            Folders::of(&reply.all("LIST")?)
        } else {
            self.folders().await?
        };
        let garbled = folders.garbled.clone();
        let chosen = folders.choose(&foreign, &self.config.left_out);
        for folder in chosen.looked_at.iter().filter(|_| now.is_empty()).collect::<Vec<_>>() {
            let command = Command::new("STATUS").text(&folder.wire).word("(UIDVALIDITY UIDNEXT)");
            let reply = self.connection.ask(STATES, command).await?;
            now.extend(reply.all("STATUS")?.into_iter().filter_map(state));
        }
        Ok(Around { chosen, garbled, states: now })
    }

    async fn search_folder(&mut self, folder: &Folder, id: &MessageId) -> Result<Searched, MailError> {
        let opened = self.enter(&folder.wire, Access::Look).await?;
        let state = (opened.validity, opened.next);
        let mut copies = Vec::new();
        if opened.messages > 0 {
            let command = Command::new("UID SEARCH HEADER Message-ID").text(needle(id.as_str()).as_bytes());
            let hits = self.search(command).await?;
            copies = self.verified(folder, &opened, &hits, id).await?;
        }
        Ok(Searched { state: Some(state), copies })
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
        for hits in hits.chunks(500) {
            let uids = Uids::of(hits.iter().copied());
            let items = if opened.modseq > 0 { ITEMS_AND_MODSEQ } else { ITEMS };
            for (uid, data) in self.fetch_items(&uids, items, &["FLAGS", HEADER]).await? {
                let block = data.item(HEADER).and_then(Value::bytes).unwrap_or_default();
                let found = header::message_id(block).ok().flatten();
                if found.as_deref() == Some(id.as_str()) {
                    copies.push(copy(folder, opened, uid, &data)?);
                }
            }
        }
        Ok(copies)
    }
}

fn answer(around: Around, mut seen: Seen, mut skipped: Vec<Skipped>) -> Located {
    skipped.extend(around.garbled);
    let mut located = Located { left_out: around.chosen.left_out, skipped, ..Located::default() };
    for folder in around.chosen.looked_at {
        if let Some(searched) = seen.remove(&folder.wire) {
            located.copies.extend(searched.copies);
            if searched.state.is_some() {
                located.searched.push(folder.name);
            }
        }
    }
    located
}

fn copy(folder: &Folder, opened: &Opened, uid: u32, data: &Data) -> Result<FoundCopy, MailError> {
    let words = flags_in(data).unwrap_or_default();
    let modseq = data.item("MODSEQ").and_then(|value| value.list()?.first()?.number()).unwrap_or(0);
    let spot =
        Spot { folder: folder.wire.clone(), validity: opened.validity, uid, modseq, flags: compared(&words) };
    let mut flags = read_flags(&words);
    flags.keywords.extend(Mark::of(opened).map(|mark| mark.to_string()));
    Ok(FoundCopy {
        handle: spot.handle(),
        folder: folder.name.clone(),
        flags,
        received_at: received(data)?,
        size: data.item("RFC822.SIZE").and_then(Value::number).unwrap_or(0),
    })
}

pub fn received(data: &Data) -> Result<Timestamp, MailError> {
    let text = data.item("INTERNALDATE").and_then(Value::bytes).unwrap_or_default();
    let text = String::from_utf8_lossy(text);
    DateTime::parse_from_str(text.trim(), "%d-%b-%Y %H:%M:%S %z")
        .map(|time| Timestamp::from_secs(time.timestamp()))
        .map_err(|_| MailError::Other(format!("the server's date can't be read: {}", for_people(&text))))
}

fn state(data: &Data) -> Option<(Vec<u8>, (u32, u32))> {
    let folder = data.values.first()?.bytes()?.to_vec();
    let number = |name| u32::try_from(data.item(name)?.number()?).ok();
    Some((folder, (number("UIDVALIDITY")?, number("UIDNEXT")?)))
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
