//! Putting a copy into a mailbox: at most once per key, whole or not at all, and on disk before we say so.
//!
//! The message is written to the mailbox's `tmp/` and linked from there (a link, unlike a rename, never
//! overwrites). Puts into one mailbox wait for each other, also across processes, so that two acts with the
//! same key can't both find it missing. The key stands in the unique part of the file name, which survives
//! reading and flagging, and Dovecot's MOVE. Whoever copies the message and deletes the first one takes the key
//! away: a caller that doesn't know whether its put happened looks for the message before it puts again.
//!
//! What must never stand there twice is staged: it waits in `tmp/`, and putting it is one rename, which takes it
//! away from there. A staged file that is gone was put.

use super::{
    Mailbox, folder,
    name::{self, Spot},
    sys::{self, Dir, mail_error},
    walk,
};
use domain::{
    mail_system::{MailError, NewCopy, Put},
    time::Timestamp,
};
use std::{
    fs::{File, FileTimes},
    io::{self, Write},
    time::{Duration, UNIX_EPOCH},
};

pub fn put(mailbox: &Mailbox, copy: &NewCopy<'_>) -> Result<Put, MailError> {
    let desk = Desk::at(mailbox, copy)?;
    desk.clear().map_err(|error| failed(&error))?;
    if let Some(spot) = find(mailbox, copy.key)? {
        // An earlier put may have ended between the link and its sync.
        sync(mailbox, &spot).map_err(|error| failed(&error))?;
        return Ok(Put::AlreadyThere);
    }
    let (target, file) = desk.place()?;
    let _draft = desk.write(&target).map_err(|error| failed(&error))?;
    match desk.tmp.link(&desk.name, &target, &file) {
        Ok(()) => target.sync().map(|()| Put::Stored).map_err(|error| failed(&error)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Put::AlreadyThere),
        Err(error) => Err(failed(&error)),
    }
}

/// Leaves the message in `tmp/`, where mail clients don't look; what nobody fetches there is old after 36 hours, and
/// the mail system may take it away.
pub fn stage(mailbox: &Mailbox, copy: &NewCopy<'_>) -> Result<(), MailError> {
    let desk = Desk::at(mailbox, copy)?;
    desk.clear().map_err(|error| failed(&error))?;
    desk.write(&mailbox.root).map_err(|error| failed(&error))?.keep();
    desk.tmp.sync().map_err(|error| failed(&error))
}

pub fn put_once(mailbox: &Mailbox, copy: &NewCopy<'_>, tried: bool) -> Result<Put, MailError> {
    let desk = Desk::at(mailbox, copy)?;
    if let Some(spot) = find(mailbox, copy.key)? {
        sync(mailbox, &spot).map_err(|error| failed(&error))?;
        return Ok(Put::AlreadyThere);
    }
    let (target, file) = desk.place()?;
    match desk.tmp.read(&desk.name) {
        Ok(staged) => hand_over(&staged, &target).map_err(|error| failed(&error))?,
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&error)),
        Err(_) if tried => return Ok(Put::Unsure),
        Err(_) => desk.write(&target).map_err(|error| failed(&error))?.keep(),
    }
    // Nobody else makes names with this key, and we hold the lock: it can't overwrite.
    desk.tmp.rename(&desk.name, &target, &file).map_err(|error| failed(&error))?;
    target.sync().and_then(|()| desk.tmp.sync()).map(|()| Put::Stored).map_err(|error| failed(&error))
}

fn failed(error: &io::Error) -> MailError {
    mail_error("storing the message", error)
}

/// The mailbox's `tmp/`, for one message at a time.
struct Desk<'a> {
    mailbox: &'a Mailbox,
    copy: &'a NewCopy<'a>,
    tmp: Dir,
    /// The message's name in `tmp/`.
    name: String,
    _turn: File,
}

impl<'a> Desk<'a> {
    fn at(mailbox: &'a Mailbox, copy: &'a NewCopy<'a>) -> Result<Self, MailError> {
        if copy.key.is_empty() || !copy.key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(MailError::Other(format!("{:?} is no key for a copy", copy.key)));
        }
        let tmp = open_tmp(mailbox).map_err(|error| failed(&error))?;
        let turn = tmp.lock().map_err(|error| failed(&error))?;
        Ok(Self { mailbox, copy, tmp, name: format!("R{}.recant", copy.key), _turn: turn })
    }

    /// Takes away what a crash left. Never written over: it may be a second name of a message that arrived.
    fn clear(&self) -> io::Result<()> {
        match self.tmp.unlink(&self.name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The directory it belongs in, made if it is missing, and its name there.
    fn place(&self) -> Result<(Dir, String), MailError> {
        let Mailbox { root, config, .. } = self.mailbox;
        let folder = folder::ensure(root, self.copy.folder, config.separator)?;
        let (sub, file) = name::for_new(self.copy);
        let target = folder.open(root, sub).map_err(|error| failed(&error))?;
        Ok((target, file))
    }

    fn write(&self, like: &Dir) -> io::Result<Draft<'_>> {
        let mut file = self.tmp.create(&self.name)?;
        let draft = Draft { tmp: &self.tmp, name: &self.name, kept: false };
        file.write_all(self.copy.bytes)?;
        file.set_times(FileTimes::new().set_modified(system_time(self.copy.received_at)))?;
        hand_over(&file, like)?;
        Ok(draft)
    }
}

/// Gives it the owner and mode of the directory it is meant for, durably.
fn hand_over(file: &File, like: &Dir) -> io::Result<()> {
    let like = like.facts()?;
    sys::hand_over(file, like.owner, like.mode & 0o666)?;
    file.sync_all()
}

fn open_tmp(mailbox: &Mailbox) -> io::Result<Dir> {
    folder::make(&mailbox.root, "tmp", &mailbox.root.facts()?)?;
    mailbox.root.sub("tmp")
}

/// "It isn't there" must be certain, or a message would stand there twice.
fn find(mailbox: &Mailbox, key: &str) -> Result<Option<Spot>, MailError> {
    let ours = |sight: &walk::Sight<'_>| name::has_key(&sight.spot.file, key);
    let walk = walk::all(mailbox, |sight| Ok(ours(sight).then(|| sight.spot.clone())))?;
    match walk.found.into_iter().next() {
        None if !walk.settled => Err(MailError::Unavailable {
            reason: "the mailbox kept changing while we looked".into(),
            retry_after: Some(Duration::from_secs(1)),
        }),
        found => Ok(found),
    }
}

fn sync(mailbox: &Mailbox, spot: &Spot) -> io::Result<()> {
    folder::open(&mailbox.root, &spot.folder, spot.sub)?.sync()
}

/// The name in `tmp/`; gone when this is dropped, however the put ended.
struct Draft<'a> {
    tmp: &'a Dir,
    name: &'a str,
    kept: bool,
}

impl Draft<'_> {
    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        if let Err(error) = self.tmp.unlink(self.name)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(name = self.name, %error, "a temporary file stays in tmp/");
        }
    }
}

fn system_time(Timestamp(millis): Timestamp) -> std::time::SystemTime {
    let span = Duration::from_millis(millis.unsigned_abs());
    let time = if millis < 0 { UNIX_EPOCH.checked_sub(span) } else { UNIX_EPOCH.checked_add(span) };
    time.unwrap_or(UNIX_EPOCH)
}
