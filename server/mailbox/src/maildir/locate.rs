//! Finding a message by its Message-ID, as far as the header must be read for it and no further.

use super::{Mailbox, sys, walk, walk::Sight};
use crate::{ALONG, header};
use domain::{
    mail::MessageId,
    mail_system::{FoundCopy, Located, MailError},
};
use std::{
    fs::File,
    io::{self, Read, Seek},
};

pub fn locate(mailbox: &Mailbox, id: &MessageId) -> Result<Located, MailError> {
    let walk = walk::all(mailbox, |sight| look(mailbox, sight, id.as_str()))?;
    let mut copies = walk.found;
    copies.sort_by_cached_key(|copy| {
        (copy.flags.seen, !copy.folder.is_inbox(), copy.folder.clone(), copy.handle.0.clone())
    });
    Ok(Located { copies, searched: walk.searched, skipped: walk.skipped, ..Located::default() })
}

fn look(mailbox: &Mailbox, sight: &Sight<'_>, id: &str) -> io::Result<Option<FoundCopy>> {
    let Sight { folder, dir, device, inode, spot } = sight;
    if mailbox.cache.knows(*device, *inode) && mailbox.cache.is_another(&dir.facts_of(&spot.file)?, id) {
        return Ok(None);
    }
    let file = dir.read(&spot.file)?;
    let facts = sys::facts_of_file(&file)?;
    let found = header::message_id(&file)?;
    mailbox.cache.learn(&facts, found.as_deref());
    if found.as_deref() != Some(id) {
        return Ok(None);
    }
    Ok(Some(FoundCopy {
        handle: spot.handle(),
        folder: folder.name.clone(),
        flags: spot.flags(),
        received_at: facts.modified,
        size: facts.size,
        content: if facts.size < ALONG { whole(&file).ok() } else { None },
    }))
}

fn whole(mut file: &File) -> io::Result<Vec<u8>> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maildir::{Cache, Dir, MaildirConfig};
    use std::{fs, sync::Arc};

    #[test]
    fn a_known_file_is_not_opened_and_a_changed_one_is() {
        let temp = tempfile::tempdir().unwrap();
        let cur = temp.path().join("cur");
        fs::create_dir(&cur).unwrap();
        fs::write(cur.join("1.a:2,"), "Message-ID: <wanted@x>\n\n").unwrap();
        let root = Dir::open(temp.path()).unwrap();
        let cache = Arc::new(Cache::new(100));
        // A lie that only a look into the file could uncover.
        cache.learn(&root.sub("cur").unwrap().facts_of("1.a:2,").unwrap(), Some("another@x"));
        let mailbox = Mailbox { config: Arc::new(MaildirConfig::new(temp.path())), cache, root };
        let found = || locate(&mailbox, &"wanted@x".parse().unwrap()).unwrap().copies.len();
        assert_eq!(found(), 0, "it was not opened");
        fs::rename(cur.join("1.a:2,"), cur.join("1.a:2,S")).unwrap();
        assert_eq!(found(), 1, "another state of the file");
        fs::write(cur.join("1.a:2,S"), "Message-ID: <wonted@x>\n\n").unwrap();
        assert_eq!(found(), 0, "a match is never taken from memory");
        fs::write(cur.join("1.a:2,S"), "Message-ID: <wanted@x>\n\n").unwrap();
        assert_eq!(found(), 1, "even against the rules: same name, same length, other content");
    }
}
