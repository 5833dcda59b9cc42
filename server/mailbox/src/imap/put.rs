//! Putting a copy into a folder, once per key.
//!
//! IMAP keeps no key with a message: a keyword would stay visible to its owner, and Maildir has room for 26 of
//! them. So a copy is recognised. What the portal took carries a [`Mark`]: how far the UIDs of its folder had come
//! when it was located. What says the same and has the same date beyond the mark can only have come back; one before
//! it is another copy that its owner keeps beside it. What never stood there (a replacement) has no mark and a
//! Message-ID of its own, and is looked for in all folders.

use super::{
    alike::{Likeness, compare},
    answer::{Kind, Value},
    command::{Command, is_atom},
    folders::{Folder, Folders},
    handle::Spot,
    locate::{needle, received},
    session::{Access, Opened, Session, fetched},
    trouble::refused,
    uids::Uids,
};
use crate::header;
use domain::{
    mail::Fingerprint,
    mail_system::{Flags, MailError, NewCopy, Put},
    time::Timestamp,
};
use std::fmt;

const STORING: &str = "storing the message";

/// Among the keywords of what was located, in brackets that no keyword of IMAP can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    validity: u32,
    next: u32,
}

impl Mark {
    /// `hits`: the UIDs of all that may be the message, ascending. Where the server doesn't tell its next UID the mark
    /// is beyond these: nothing else is looked for when a copy has gone back.
    pub fn beyond(opened: &Opened, hits: &[u32]) -> Self {
        let next =
            if opened.next > 0 { opened.next } else { hits.last().map_or(1, |uid| uid.saturating_add(1)) };
        Self { validity: opened.validity, next }
    }

    fn among(flags: &Flags) -> Option<Self> {
        flags.keywords.iter().find_map(|word| Self::read(word))
    }

    fn read(word: &str) -> Option<Self> {
        let (validity, next) = word.strip_prefix("imap(before ")?.strip_suffix(')')?.split_once('.')?;
        Some(Self { validity: validity.parse().ok()?, next: next.parse().ok()? })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "imap(before {}.{})", self.validity, self.next)
    }
}

impl Session {
    pub async fn put_back(&mut self, copy: &NewCopy<'_>) -> Result<Put, MailError> {
        check_key(copy)?;
        let folders = self.folders().await?;
        if self.stands_already(copy, &folders).await? {
            return Ok(Put::AlreadyThere);
        }
        self.store(copy, &folders).await
    }

    /// A message that isn't there may have been, and its owner may have deleted it: nothing tells.
    pub async fn put_unless_tried(&mut self, copy: &NewCopy<'_>, tried: bool) -> Result<Put, MailError> {
        check_key(copy)?;
        let folders = self.folders().await?;
        if !tried {
            return self.store(copy, &folders).await;
        }
        let stands = self.stands_already(copy, &folders).await?;
        Ok(if stands { Put::AlreadyThere } else { Put::Unsure })
    }

    async fn stands_already(&mut self, copy: &NewCopy<'_>, folders: &Folders) -> Result<bool, MailError> {
        let mut places: Vec<&Folder> = folders.all.iter().filter(|folder| folder.holds_mail()).collect();
        if Mark::among(copy.flags).is_some() {
            let there = folders.find(copy.folder);
            places.retain(|folder| Some(*folder) == there);
        }
        for place in places {
            if let Some(spot) = self.find_put(&place.wire, copy).await? {
                self.put.push((copy.key.to_owned(), spot));
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn store(&mut self, copy: &NewCopy<'_>, folders: &Folders) -> Result<Put, MailError> {
        let place = match folders.find(copy.folder).filter(|folder| folder.holds_mail()) {
            Some(folder) => folder.wire.clone(),
            None => self.create(&folders.encode(copy.folder)?).await?,
        };
        self.append(&place, copy).await?;
        Ok(Put::Stored)
    }

    /// The copy that an earlier put of this key left there.
    async fn find_put(&mut self, place: &[u8], copy: &NewCopy<'_>) -> Result<Option<Spot>, MailError> {
        let opened = match self.enter(place, Access::Look).await {
            Ok(opened) => opened,
            Err(MailError::Gone) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mark = Mark::among(copy.flags).filter(|mark| mark.validity == opened.validity);
        let first = mark.map_or(1, |mark| mark.next);
        if opened.messages == 0 || (opened.next > 0 && first >= opened.next) {
            return Ok(None);
        }
        let command = Command::new("UID SEARCH UID").uids(&Uids::range(first, None));
        let command = match header::message_id(copy.bytes).ok().flatten() {
            Some(id) => command.word("HEADER Message-ID").text(needle(&id).as_bytes()),
            // Nothing else is searched for as quickly.
            None => command
                .word("LARGER")
                .number((copy.bytes.len() as u64).saturating_sub(1))
                .word("SMALLER")
                .number(copy.bytes.len() as u64 + 1),
        };
        let hits: Vec<u32> = self.search(command).await?.into_iter().filter(|uid| *uid >= first).collect();
        for uid in hits {
            let spot =
                Spot { folder: place.to_vec(), validity: opened.validity, uid, modseq: 0, flags: vec![] };
            let taken = self.put.iter().any(|(key, put)| *put == spot && key != copy.key);
            if !taken && self.is_same(uid, copy).await? {
                return Ok(Some(spot));
            }
        }
        Ok(None)
    }

    /// A message of our own making is known by its content; with a mark its date and the way it came count, too.
    async fn is_same(&mut self, uid: u32, copy: &NewCopy<'_>) -> Result<bool, MailError> {
        let uids = Uids::one(uid);
        let marked = Mark::among(copy.flags).is_some();
        if marked {
            let facts = self.fetch_items(&uids, "(UID INTERNALDATE)", &["INTERNALDATE"]).await?;
            let Some((_, data)) = facts.first() else { return Ok(false) };
            if received(data)?.secs() != copy.received_at.secs() {
                return Ok(false);
            }
        }
        let command = Command::new("UID FETCH").uids(&uids).word("(UID BODY.PEEK[])");
        let reply = self.connection.run("comparing a message", command).await?;
        let found = fetched(&reply, &uids, &["BODY["])?;
        let body = found.first().and_then(|(_, data)| data.item("BODY[")).and_then(Value::text);
        let Some(body) = body else { return Ok(false) };
        if !marked {
            return Ok(Fingerprint::of(body) == Fingerprint::of(copy.bytes));
        }
        match compare(body, copy.bytes) {
            Likeness::Same | Likeness::Changed => Ok(true),
            // Put there again it would look like this again, and stand there once more with each try.
            Likeness::Distorted if same_id(body, copy.bytes) => Err(MailError::Other(
                "the server keeps the message with another content than it was given".into(),
            )),
            Likeness::Another | Likeness::Distorted => Ok(false),
        }
    }

    async fn append(&mut self, place: &[u8], copy: &NewCopy<'_>) -> Result<(), MailError> {
        let mut reply = self.connection.ask(STORING, append(place, copy)).await?;
        if reply.status.code == "TRYCREATE" {
            self.create(place).await?;
            reply = self.connection.ask(STORING, append(place, copy)).await?;
        }
        if reply.status.kind != Kind::Ok {
            return Err(refused(STORING, &reply.status));
        }
        if let Some(spot) = reply.code("APPENDUID").and_then(|argument| spot(place, argument)) {
            self.put.push((copy.key.to_owned(), spot));
        }
        Ok(())
    }

    /// Seen in the owner's client, which lists what is subscribed.
    async fn create(&mut self, place: &[u8]) -> Result<Vec<u8>, MailError> {
        let doing = format!("making the folder {}", String::from_utf8_lossy(place));
        let reply = self.connection.ask(&doing, Command::new("CREATE").text(place)).await?;
        if reply.status.kind != Kind::Ok && reply.status.code != "ALREADYEXISTS" {
            return Err(refused(&doing, &reply.status));
        }
        if let Err(error) = self.connection.run(&doing, Command::new("SUBSCRIBE").text(place)).await {
            tracing::info!(%error, "imap: a folder that was made isn't subscribed");
        }
        Ok(place.to_vec())
    }
}

/// What was searched for is a part of it.
fn same_id(found: &[u8], put: &[u8]) -> bool {
    let [found, put] = [found, put].map(|raw| header::message_id(raw).ok().flatten());
    found.is_some() && found == put
}

fn check_key(copy: &NewCopy<'_>) -> Result<(), MailError> {
    if copy.key.is_empty() || !copy.key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(MailError::Other(format!("{:?} is no key for a copy", copy.key)));
    }
    Ok(())
}

fn append(place: &[u8], copy: &NewCopy<'_>) -> Command {
    let flags = flags(copy.flags);
    let flags: Vec<&[u8]> = flags.iter().map(String::as_bytes).collect();
    Command::new("APPEND")
        .text(place)
        .list(&flags)
        .text(date(copy.received_at).as_bytes())
        .literal(copy.bytes)
}

/// `\Recent` can't be given; the server does so itself.
fn flags(flags: &Flags) -> Vec<String> {
    let known = [
        (flags.seen, "\\Seen"),
        (flags.answered, "\\Answered"),
        (flags.flagged, "\\Flagged"),
        (flags.deleted, "\\Deleted"),
        (flags.draft, "\\Draft"),
    ];
    let known = known.into_iter().filter(|(set, _)| *set).map(|(_, flag)| flag.to_owned());
    known.chain(flags.keywords.iter().filter(|word| is_atom(word)).cloned()).collect()
}

/// RFC 3501 §9, `date-time`. The instant is kept; its zone isn't known.
fn date(time: Timestamp) -> String {
    time.utc().format("%d-%b-%Y %H:%M:%S +0000").to_string()
}

/// `APPENDUID 1700000000 42`
fn spot(place: &[u8], argument: &str) -> Option<Spot> {
    let (validity, uid) = argument.split_once(' ')?;
    let (validity, uid) = (validity.parse().ok()?, uid.parse().ok()?);
    Some(Spot { folder: place.to_vec(), validity, uid, modseq: 0, flags: vec![] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_no_keyword_and_leads_back() {
        let mark = Mark { validity: 1_700_000_000, next: 42 };
        assert_eq!(Mark::read(&mark.to_string()), Some(mark));
        assert!(!is_atom(&mark.to_string()), "it can't reach the server");
        for other in ["$Forwarded", "imap", "imap(before 1)", "maildir:a"] {
            assert_eq!(Mark::read(other), None);
        }
        let keywords = vec!["$Tag".to_owned(), mark.to_string(), "tüte".into()];
        let all = Flags { seen: true, recent: true, keywords, ..Flags::default() };
        assert_eq!(flags(&all), ["\\Seen", "$Tag"]);
        assert_eq!(Mark::among(&all), Some(mark));
    }

    #[test]
    fn dates_are_written_as_the_standard_asks() {
        assert_eq!(date(Timestamp(1_769_994_000_999)), "02-Feb-2026 01:00:00 +0000");
    }
}
