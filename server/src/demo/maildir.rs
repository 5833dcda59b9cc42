//! Writes the demo's mail as Maildirs, without the connector: it seeds an empty place and needs no locks.

use super::{mails, people::Cast, placement::Placement};
use domain::{
    mail_system::{Flags, FolderName},
    time::Timestamp,
};
use mailbox::mutf7;
use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub mailboxes: usize,
    pub messages: usize,
    /// Files.
    pub copies: usize,
    pub bytes: u64,
}

/// Everybody's mailbox as `root/<domain>/<local part>/Maildir`. The caller has removed what was there before.
pub async fn write(root: PathBuf, seed: u64, now: Timestamp) -> io::Result<Written> {
    tokio::task::spawn_blocking(move || write_all(&root, seed, now)).await.map_err(io::Error::other)?
}

fn write_all(root: &Path, seed: u64, now: Timestamp) -> io::Result<Written> {
    let mut writer = Writer { root, made: HashSet::new(), written: Written::default() };
    let cast = Cast::new(seed);
    for owner in cast.people.iter().map(|person| &person.party).chain([&cast.tenders.party]) {
        for name in ["INBOX", "Sent", "Trash"] {
            writer.folder(&owner.address, &FolderName(name.to_owned()))?;
        }
        writer.written.mailboxes += 1;
    }
    for mail in mails(seed, now) {
        for placement in &mail.placements {
            writer.copy(placement, &mail.copy(placement))?;
        }
        writer.written.messages += 1;
    }
    Ok(writer.written)
}

struct Writer<'a> {
    root: &'a Path,
    made: HashSet<PathBuf>,
    written: Written,
}

impl Writer<'_> {
    /// Made when it is missing, with all that a client expects of it.
    fn folder(&mut self, mailbox: &str, name: &FolderName) -> io::Result<PathBuf> {
        let (local, domain) = mailbox.split_once('@').unwrap_or((mailbox, "local"));
        let maildir = self.root.join(domain).join(local).join("Maildir");
        let folder = if name.is_inbox() { maildir } else { maildir.join(directory(name)) };
        if self.made.insert(folder.clone()) {
            for sub in ["tmp", "new", "cur"] {
                fs::create_dir_all(folder.join(sub))?;
            }
            if !name.is_inbox() {
                File::create(folder.join("maildirfolder"))?;
            }
        }
        Ok(folder)
    }

    fn copy(&mut self, placement: &Placement, bytes: &[u8]) -> io::Result<()> {
        let folder = self.folder(&placement.mailbox, &placement.folder)?;
        let received = placement.received_at;
        let unique = format!("{}.M{:06}P1.demo,S={}", received.secs(), self.written.copies, bytes.len());
        let path = if placement.flags.recent {
            folder.join("new").join(unique)
        } else {
            folder.join("cur").join(format!("{unique}:2,{}", letters(&placement.flags)))
        };
        let mut file = File::create_new(path)?;
        file.write_all(bytes)?;
        let millis = u64::try_from(received.0).unwrap_or(0);
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))?;
        self.written.copies += 1;
        self.written.bytes += u64::try_from(bytes.len()).unwrap_or(0);
        Ok(())
    }
}

/// Maildir++: every level after a dot, in modified UTF-7.
fn directory(name: &FolderName) -> String {
    name.0.split('/').flat_map(|part| [".".to_owned(), mutf7::encode(part)]).collect()
}

/// In the order of their letters, as the Maildir convention asks.
fn letters(flags: &Flags) -> String {
    let all = [
        (flags.draft, 'D'),
        (flags.flagged, 'F'),
        (flags.answered, 'R'),
        (flags.seen, 'S'),
        (flags.deleted, 'T'),
    ];
    all.into_iter().filter_map(|(set, letter)| set.then_some(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everybody_has_a_mailbox_and_every_copy_its_file_and_date() {
        let root = tempfile::tempdir().unwrap();
        let now = Timestamp::from_secs(1_769_994_000);
        let written = write(root.path().to_owned(), 1, now).await.unwrap();
        assert_eq!(written.mailboxes, 61);
        assert!(written.bytes < 120_000_000);
        let all = mails(1, now);
        assert_eq!(written.copies, all.iter().map(|mail| mail.placements.len()).sum::<usize>());
        let maildir = root.path().join("chengyu.example/lin.xiaotang/Maildir");
        let newest = fs::read_dir(maildir.join(".Sent/cur")).unwrap();
        let newest = newest
            .map(|entry| entry.unwrap())
            .max_by_key(|entry| entry.metadata().unwrap().modified().unwrap());
        let newest = newest.unwrap();
        assert!(newest.file_name().to_str().unwrap().ends_with(":2,S"));
        let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now.secs()).unwrap())
            - Duration::from_mins(3);
        assert_eq!(newest.metadata().unwrap().modified().unwrap(), expected);
        assert_eq!(directory(&FolderName("项目/R&D".into())), ".&mHl27g-.R&-D");
    }
}
