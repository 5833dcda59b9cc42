//! What Dovecot's plugin `mail_log` wrote down: that somebody opened a message, even when they have marked it as unread
//! again since.
//!
//! The file is read from where the message came in, once for all mailboxes that have it; from then on only what was
//! added. One rotation is followed (`mail.log` to `mail.log.1`). Nothing here stops a recall: where the log can't be
//! read, or doesn't reach back far enough, the look says that only flags are known.

mod file;
mod line;

use super::session::Session;
use chrono_tz::Tz;
use domain::{
    mail::MessageId,
    mail_system::{Located, ReadEvidence},
    time::Timestamp,
};
use file::{Identity, LogFile};
use line::Opening;
use std::{
    collections::HashMap,
    io,
    ops::ControlFlow,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Messages that are remembered.
const MOST: usize = 64;
/// The same mail arrives a little earlier in the next mailbox.
const EARLIER: Duration = Duration::from_hours(1);

pub struct ReadLog {
    path: PathBuf,
    zone: Tz,
    known: Mutex<HashMap<String, Known>>,
}

/// What the log says of one message.
struct Known {
    /// Nothing older was looked for.
    from: Timestamp,
    /// Of the first line that could be read; None: there was none.
    oldest: Option<Timestamp>,
    /// By what the server calls the mailbox, in small letters.
    opened: HashMap<String, Timestamp>,
    /// The file that was read last, and how far.
    identity: Identity,
    next: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub opened_at: Option<Timestamp>,
    /// The log reaches back to the moment that was asked for.
    pub complete: bool,
}

impl ReadLog {
    pub fn new(path: PathBuf, zone: Tz) -> Self {
        Self { path, zone, known: Mutex::default() }
    }

    /// For the doctor.
    pub fn check(&self) -> Result<(), String> {
        let told = |error| format!("the log {} can't be read: {error}", self.path.display());
        LogFile::open(&self.path, self.zone).map(drop).map_err(told)
    }

    /// Blocks. Whether that user opened the message, which came in at `since` at the earliest.
    pub fn ask(&self, user: &str, id: &MessageId, since: Timestamp) -> io::Result<Told> {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = match all.remove(id.as_str()).filter(|known| known.from <= since) {
            Some(known) => known,
            None => self.begin(id, since.minus(EARLIER))?,
        };
        if !self.go_on(&mut known, id)? {
            known = self.begin(id, known.from)?;
        }
        let opened_at = known.opened.get(&user.to_lowercase()).copied();
        let complete = known.oldest.is_some_and(|oldest| oldest <= since);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(id.to_string(), known);
        Ok(Told { opened_at, complete })
    }

    fn begin(&self, id: &MessageId, from: Timestamp) -> io::Result<Known> {
        let mut current = LogFile::open(&self.path, self.zone)?;
        let mut known =
            Known { from, oldest: None, opened: HashMap::new(), identity: current.identity.clone(), next: 0 };
        // There needn't be one.
        if let Ok(mut rotated) = LogFile::open(&self.rotated(), self.zone) {
            let (start, first) = rotated.since(from)?;
            known.oldest = first;
            known.read(&mut rotated, start, id)?;
        }
        let (start, first) = current.since(from)?;
        known.oldest = known.oldest.or(first);
        known.read(&mut current, start, id)?;
        Ok(known)
    }

    /// False: what was read last is nowhere to be found.
    fn go_on(&self, known: &mut Known, id: &MessageId) -> io::Result<bool> {
        let mut current = LogFile::open(&self.path, self.zone)?;
        if !current.identity.continues(&known.identity) {
            let Ok(mut rotated) = LogFile::open(&self.rotated(), self.zone) else { return Ok(false) };
            if !rotated.identity.continues(&known.identity) || rotated.length < known.next {
                return Ok(false);
            }
            known.read(&mut rotated, known.next, id)?;
            known.next = 0;
        }
        if current.length < known.next {
            return Ok(false);
        }
        known.read(&mut current, known.next, id)?;
        Ok(true)
    }

    fn rotated(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".1");
        name.into()
    }
}

impl Known {
    fn read(&mut self, file: &mut LogFile, start: u64, id: &MessageId) -> io::Result<()> {
        let mut found = Vec::new();
        let next = file.lines(start, |text| {
            if let Some(opening) = Opening::read(text).filter(|opening| opening.is_of(id.as_str())) {
                found.push((opening.user.to_lowercase(), text.to_owned()));
            }
            ControlFlow::Continue(())
        })?;
        for (user, text) in found {
            if let Some(time) = file.time(&text) {
                let first = self.opened.entry(user).or_insert(time);
                *first = time.min(*first);
            }
        }
        (self.identity, self.next) = (file.identity.clone(), next);
        Ok(())
    }
}

impl Session {
    /// A person who opened one copy has read them all.
    pub async fn ask_log(&mut self, id: &MessageId, located: &mut Located) {
        let Some(log) = self.server.read_log.clone() else { return };
        let Some(since) = located.copies.iter().map(|copy| copy.received_at).min() else { return };
        let (user, id) = (self.config.user(&self.mailbox), id.clone());
        let asked = tokio::task::spawn_blocking(move || log.ask(&user, &id, since)).await;
        let told = asked.map_err(io::Error::other).flatten().unwrap_or_else(|error| {
            tracing::warn!(%error, "imap: the log of what was read can't be read; flags alone are known");
            Told { opened_at: None, complete: false }
        });
        located.evidence =
            if told.complete { ReadEvidence::FlagsAndLog } else { ReadEvidence::LogUnreadable };
        for copy in &mut located.copies {
            copy.flags.opened_at = told.opened_at;
        }
    }
}

#[cfg(test)]
mod tests;
