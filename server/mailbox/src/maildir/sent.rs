//! The Sent folders: every message in them, or quickly that nothing came or went.
//!
//! The cursor holds the change times of their directories and a digest of the unique names. Equal times alone
//! say "unchanged" only when the listing was made well after them; otherwise a change in the same tick of the
//! clock could hide behind them, and the names are compared too.

use super::{
    Mailbox,
    folder::{self, Folder},
    name::{Spot, Sub},
    sys::{Dir, Entry, Facts, Kind, mail_error},
};
use domain::mail_system::{MailError, SentListing, SentRef};
use sha2::{Digest, Sha256};
use std::{fmt::Write, io};

/// A directory that is looked at, before its names are.
struct Place {
    folder: Folder,
    sub: Sub,
    dir: Dir,
    facts: Facts,
}

impl Place {
    fn spot(&self, file: String) -> Spot {
        Spot { folder: self.folder.dir.clone(), sub: self.sub, file }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Cursor {
    times: String,
    /// No later change can have the same times.
    settled: bool,
    names: String,
}

pub fn list(mailbox: &Mailbox, cursor: Option<&str>) -> Result<SentListing, MailError> {
    listing(mailbox, cursor.and_then(Cursor::parse))
        .map_err(|error| mail_error("listing the Sent folders", &error))
}

fn listing(mailbox: &Mailbox, known: Option<Cursor>) -> io::Result<SentListing> {
    let mut places = places(mailbox)?;
    let times = digest(
        places.iter().map(|place| format!("{:?}{:?}{:?}", place.folder.dir, place.sub, place.facts.changed)),
    );
    let settled = places.iter().all(|place| mailbox.cache.is_past(&place.facts));
    if known.as_ref().is_some_and(|known| known.settled && known.times == times) {
        return Ok(SentListing::Unchanged);
    }
    let mut files = Vec::new();
    for place in &mut places {
        let entries = place.dir.list()?.entries;
        let place = &*place;
        files.extend(
            entries
                .into_iter()
                .filter(is_message)
                .map(|entry| place.spot(entry.name))
                .map(|spot| (place, spot)),
        );
    }
    if known.is_some_and(|known| known.names == names(files.iter().map(|(_, spot)| spot.locator()))) {
        return Ok(SentListing::Unchanged);
    }
    let mut messages = Vec::with_capacity(files.len());
    for (place, spot) in files {
        messages.extend(message(place, &spot)?);
    }
    // Met under two names while it was read or flagged.
    messages.sort_by(|a, b| a.locator.cmp(&b.locator));
    messages.dedup_by(|a, b| a.locator == b.locator);
    // Of what is handed out, not of what was listed: a message missed now makes the next listing differ.
    let names = names(messages.iter().map(|message| message.locator.clone()));
    Ok(SentListing::All { messages, cursor: Cursor { times, settled, names }.to_string() })
}

fn places(mailbox: &Mailbox) -> io::Result<Vec<Place>> {
    let (folders, _) = folder::list(&mailbox.root, mailbox.config.separator)?;
    let mut places = Vec::new();
    for folder in folders.into_iter().filter(|folder| is_sent(mailbox, folder)) {
        for sub in Sub::BOTH {
            match folder.open(&mailbox.root, sub) {
                Ok(dir) => {
                    let facts = dir.facts()?;
                    mailbox.cache.note_time(&facts);
                    places.push(Place { folder: folder.clone(), sub, dir, facts });
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(places)
}

fn is_sent(mailbox: &Mailbox, folder: &Folder) -> bool {
    let name = folder.name.0.to_lowercase();
    let name = name.strip_prefix("inbox/").unwrap_or(&name);
    mailbox.config.sent_folders.iter().any(|sent| sent.to_lowercase() == name)
}

fn is_message(entry: &Entry) -> bool {
    entry.kind == Kind::File && !entry.name.starts_with('.')
}

/// None when it was removed or renamed meanwhile; the next listing shows it.
fn message(place: &Place, spot: &Spot) -> io::Result<Option<SentRef>> {
    let facts = match place.dir.facts_of(&spot.file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        facts => facts?,
    };
    Ok(Some(SentRef {
        locator: spot.locator(),
        handle: spot.handle(),
        folder: place.folder.name.clone(),
        received_at: facts.modified,
        size: facts.size,
    }))
}

fn names(locators: impl Iterator<Item = String>) -> String {
    let mut locators: Vec<_> = locators.collect();
    locators.sort_unstable();
    locators.dedup();
    digest(locators.into_iter())
}

fn digest(parts: impl Iterator<Item = String>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';');
        let (Some("1"), Some(settled), Some(times), Some(names), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        Some(Self { times: times.to_owned(), settled: settled == "settled", names: names.to_owned() })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let settled = if self.settled { "settled" } else { "fresh" };
        write!(f, "1;{settled};{};{}", self.times, self.names)
    }
}
