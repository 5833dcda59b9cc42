//! Finding a message by its Message-ID, as far as the header must be read for it and no further.

use super::{Mailbox, header, sys, walk, walk::Sight};
use domain::{
    mail::MessageId,
    mail_system::{FoundCopy, Located, MailError},
};
use std::io;

pub fn locate(mailbox: &Mailbox, id: &MessageId) -> Result<Located, MailError> {
    let walk = walk::all(mailbox, |sight| look(mailbox, sight, id.as_str()))?;
    let mut copies = walk.found;
    copies.sort_by_cached_key(|copy| (copy.flags.seen, !copy.folder.is_inbox(), copy.folder.clone(), copy.handle.0.clone()));
    Ok(Located { copies, searched: walk.searched, skipped: walk.skipped })
}

fn look(mailbox: &Mailbox, sight: &Sight<'_>, id: &str) -> io::Result<Option<FoundCopy>> {
    let Sight { folder, dir, device, inode, spot } = sight;
    if mailbox.cache.knows(*device, *inode) && mailbox.cache.is_another(&dir.facts_of(&spot.file)?, id) {
        return Ok(None);
    }
    let file = dir.read(&spot.file)?;
    let facts = sys::facts_of_file(&file)?;
    let found = header::message_id(file)?;
    mailbox.cache.learn(&facts, found.as_deref());
    Ok((found.as_deref() == Some(id)).then(|| FoundCopy {
        handle: spot.handle(),
        folder: folder.name.clone(),
        flags: spot.flags(),
        received_at: facts.modified,
        size: facts.size,
    }))
}
