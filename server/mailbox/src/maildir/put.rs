//! Putting a copy into a mailbox: at most once per key, whole or not at all, and on disk before we say so.
//!
//! The message is written to the mailbox's `tmp/` and linked from there (a link, unlike a rename, never
//! overwrites). Puts into one mailbox wait for each other, also across processes, so that two acts with the
//! same key can't both find it missing. The key stands in the unique part of the file name, which survives
//! reading and flagging, and Dovecot's MOVE. Whoever copies the message and deletes the first one takes the key
//! away: a caller that doesn't know whether its put happened looks for the message before it puts again.

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
    fs::FileTimes,
    io::{self, Write},
    time::{Duration, UNIX_EPOCH},
};

pub fn put(mailbox: &Mailbox, copy: &NewCopy<'_>) -> Result<Put, MailError> {
    if copy.key.is_empty() || !copy.key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(MailError::Other(format!("{:?} is no key for a copy", copy.key)));
    }
    let failed = |error: io::Error| mail_error("storing the message", &error);
    let tmp = open_tmp(mailbox).map_err(failed)?;
    let _turn = tmp.lock().map_err(failed)?;
    let draft = Draft::clear(&tmp, copy.key).map_err(failed)?;
    if let Some(spot) = find(mailbox, copy.key)? {
        // An earlier put may have ended between the link and its sync.
        sync(mailbox, &spot).map_err(failed)?;
        return Ok(Put::AlreadyThere);
    }
    let folder = folder::ensure(&mailbox.root, copy.folder, mailbox.config.separator, mailbox.config.owner)?;
    let (sub, file) = name::for_new(copy);
    let target = folder.open(&mailbox.root).and_then(|folder| folder.sub(sub.as_str())).map_err(failed)?;
    draft.write(mailbox, &target, copy).map_err(failed)?;
    match tmp.link(&draft.name, &target, &file) {
        Ok(()) => target.sync().map(|()| Put::Stored).map_err(failed),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Put::AlreadyThere),
        Err(error) => Err(failed(error)),
    }
}

fn open_tmp(mailbox: &Mailbox) -> io::Result<Dir> {
    folder::make(&mailbox.root, "tmp", &mailbox.root.facts()?, mailbox.config.owner)?;
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
    folder::open(&mailbox.root, &spot.folder)?.sub(spot.sub.as_str())?.sync()
}

/// The name in `tmp/`; gone when this is dropped, however the put ended.
struct Draft<'a> {
    tmp: &'a Dir,
    name: String,
}

impl<'a> Draft<'a> {
    /// Takes away what a crash left. Never written over: it may be a second name of a message that arrived.
    fn clear(tmp: &'a Dir, key: &str) -> io::Result<Self> {
        let name = format!("R{key}.recant");
        match tmp.unlink(&name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(Self { tmp, name }),
        }
    }

    fn write(&self, mailbox: &Mailbox, target: &Dir, copy: &NewCopy<'_>) -> io::Result<()> {
        let like = target.facts()?;
        let mut file = self.tmp.create(&self.name)?;
        file.write_all(copy.bytes)?;
        sys::hand_over(&file, mailbox.config.owner.unwrap_or(like.owner), like.mode & 0o666)?;
        file.set_times(FileTimes::new().set_modified(system_time(copy.received_at)))?;
        file.sync_all()
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.tmp.unlink(&self.name)
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
