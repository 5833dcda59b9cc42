//! One located copy: reading it and removing it.

use super::{
    Mailbox, folder,
    name::{Spot, Sub, base},
    sys::mail_error,
    walk,
};
use domain::mail_system::{CopyHandle, MailError, Removal};
use std::io::{self, Read};

/// How often a message is followed that is renamed again while we open it.
const CHASES: usize = 8;

/// Read or moved meanwhile, it is found by the unique part of its name, in any folder.
pub fn fetch(mailbox: &Mailbox, handle: &CopyHandle) -> Result<Vec<u8>, MailError> {
    let mut spot = Spot::parse(handle)?;
    for _ in 0..CHASES {
        match read(mailbox, &spot) {
            Ok(bytes) => return Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(mail_error("reading the message", &error)),
        }
        let same = |sight: &walk::Sight<'_>| base(&sight.spot.file) == base(&spot.file);
        let walk = walk::all(mailbox, |sight| Ok(same(sight).then(|| sight.spot.clone())))?;
        spot = walk.found.into_iter().next().ok_or(MailError::Gone)?;
    }
    Err(MailError::Gone)
}

/// `unlink` of the exact name is the race guard: the name holds folder and flags, and a client that changes
/// either renames the file, so either it or we find the name gone.
pub fn remove(mailbox: &Mailbox, handle: &CopyHandle) -> Result<Removal, MailError> {
    let spot = Spot::parse(handle)?;
    match unlink(mailbox, &spot) {
        Ok(true) => Ok(Removal::Removed),
        Ok(false) => Ok(Removal::Changed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Removal::Changed),
        Err(error) => Err(mail_error("removing the message", &error)),
    }
}

/// False: the folder still shows the message. Some clients move by link and unlink, and we met them between
/// the two; what they made is another state of the copy, to be looked at again.
fn unlink(mailbox: &Mailbox, spot: &Spot) -> io::Result<bool> {
    let dir = folder::open(&mailbox.root, &spot.folder, spot.sub)?;
    dir.unlink(&spot.file)?;
    dir.sync()?;
    for sub in Sub::BOTH {
        let listing = match folder::open(&mailbox.root, &spot.folder, sub).and_then(|mut dir| dir.list()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            listing => listing?,
        };
        if listing.entries.iter().any(|entry| base(&entry.name) == base(&spot.file)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn read(mailbox: &Mailbox, spot: &Spot) -> io::Result<Vec<u8>> {
    let mut file = folder::open(&mailbox.root, &spot.folder, spot.sub)?.read(&spot.file)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
