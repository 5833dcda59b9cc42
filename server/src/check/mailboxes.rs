//! Looks into the Maildirs and the outbox with its own eyes: not through the connector, whose work is being checked.

use anyhow::{Context as _, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Below the demo's folder.
pub struct Mailboxes {
    root: PathBuf,
    outbox: PathBuf,
}

/// One message as it lies there; equal when nobody could tell the difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lying {
    /// Directory below the Maildir; empty for the inbox.
    pub folder: String,
    /// In `new/`: no client has been shown it.
    pub is_new: bool,
    /// Letters behind `:2,`.
    pub flags: String,
    /// Its delivery, which Maildirs keep as the file's time.
    pub date: SystemTime,
    pub bytes: Vec<u8>,
}

impl Lying {
    pub fn is_read(&self) -> bool {
        self.flags.contains('S')
    }

    /// The unfolded values of a header field (RFC 5322 §2.2.3).
    pub fn header(&self, name: &str) -> Vec<String> {
        header(&self.bytes, name)
    }
}

impl Mailboxes {
    pub fn of(demo: &Path) -> Self {
        Self { root: demo.join("mail"), outbox: demo.join("outbox") }
    }

    /// Delivered copies of this message in every folder; its author's Sent isn't delivered to.
    pub fn copies(&self, mailbox: &str, message_id: &str) -> Result<Vec<Lying>> {
        self.having(mailbox, "Message-ID", message_id)
    }

    /// Mails that correct this message.
    pub fn corrections(&self, mailbox: &str, message_id: &str) -> Result<Vec<Lying>> {
        self.having(mailbox, "Supersedes", message_id)
    }

    fn having(&self, mailbox: &str, field: &str, message_id: &str) -> Result<Vec<Lying>> {
        let id = format!("<{message_id}>");
        let mut found: Vec<Lying> = self.all(mailbox)?;
        found.retain(|mail| mail.folder != ".Sent" && mail.header(field).contains(&id));
        found.sort();
        Ok(found)
    }

    /// Maildir++: the inbox, and beside its `cur` and `new` a directory for each folder of whatever depth.
    fn all(&self, mailbox: &str) -> Result<Vec<Lying>> {
        let (local, domain) = mailbox.split_once('@').context("an address without @")?;
        let root = self.root.join(domain).join(local).join("Maildir");
        let mut found = Vec::new();
        for folder in std::iter::once(root.clone()).chain(directories(&root)?) {
            for place in ["new", "cur"] {
                // A file that is renamed or taken away while we look isn't there for us.
                found.extend(files(&folder.join(place)).iter().filter_map(|file| read(&root, file)));
            }
        }
        Ok(found)
    }

    /// Mail that would have left the organisation.
    pub fn outbox(&self, message_id: &str) -> Result<Vec<Vec<u8>>> {
        let id = format!("<{message_id}>");
        let Ok(entries) = fs::read_dir(&self.outbox) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "eml") {
                found.push(fs::read(path)?);
            }
        }
        found.retain(|bytes| header(bytes, "Supersedes").contains(&id));
        Ok(found)
    }
}

fn directories(root: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root).with_context(|| format!("{} isn't there", root.display()))?;
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    Ok(paths.filter(|path| path.is_dir() && name(path).starts_with('.')).collect())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path()).collect()
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn read(root: &Path, file: &Path) -> Option<Lying> {
    let place = file.parent()?;
    let is_new = name(place) == "new";
    let folder = place.parent()?.strip_prefix(root).ok()?.to_str()?.to_owned();
    let flags = name(file).split_once(":2,").map_or("", |(_, flags)| flags).to_owned();
    let date = fs::metadata(file).ok()?.modified().ok()?;
    Some(Lying { folder, is_new, flags, date, bytes: fs::read(file).ok()? })
}

pub fn header(bytes: &[u8], name: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let block = text.split("\n\n").next().unwrap_or_default().replace("\n ", " ").replace("\n\t", " ");
    let fields = block.lines().filter_map(|line| line.split_once(':'));
    fields
        .filter(|(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_told_from_corrections_and_from_the_sent_one() {
        let demo = tempfile::tempdir().unwrap();
        let inbox = demo.path().join("mail/x.test/mei/Maildir");
        for (place, name, text) in [
            ("new", "1", "Message-ID: <a@x>\n\nold"),
            (".Sent/cur", "2:2,S", "Message-ID: <a@x>\n\nold"),
            (".Todo/cur", "3:2,FS", "message-id:\n <a@x>\n\nold"),
            ("cur", "4:2,", "Message-ID: <b@x>\nSupersedes: <a@x>\n\nnew"),
            ("tmp", "5", "Message-ID: <a@x>\n\nhalf"),
            ("cur", "6:2,", "Subject: x\n\nMessage-ID: <a@x>"),
        ] {
            fs::create_dir_all(inbox.join(place)).unwrap();
            fs::write(inbox.join(place).join(name), text).unwrap();
        }
        let mailboxes = Mailboxes::of(demo.path());
        let copies = mailboxes.copies("mei@x.test", "a@x").unwrap();
        let places: Vec<_> =
            copies.iter().map(|copy| (copy.folder.as_str(), copy.is_new, copy.is_read())).collect();
        assert_eq!(places, [("", true, false), (".Todo", false, true)]);
        assert_eq!(mailboxes.corrections("mei@x.test", "a@x").unwrap().len(), 1);
        assert!(mailboxes.outbox("a@x").unwrap().is_empty());
    }
}
