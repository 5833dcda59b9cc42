//! A mail root in a temporary folder, with the hand of a mail client that renames, flags and moves.

use domain::{
    mail::MessageId,
    mail_system::{Flags, FolderName, FoundCopy, Located, MailSession, MailSystem, NewCopy},
    time::Timestamp,
};
use mailbox::maildir::{MaildirConfig, MaildirSystem};
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

pub struct Post {
    pub temp: tempfile::TempDir,
    pub system: MaildirSystem,
}

impl Post {
    pub fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let post = Self { system: MaildirSystem::new(MaildirConfig::new(temp.path())).unwrap(), temp };
        for sub in ["cur", "new", "tmp"] {
            fs::create_dir_all(post.path(sub)).unwrap();
        }
        post
    }

    /// Below the Maildir of mei@x.test.
    pub fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.temp.path().join("x.test/mei/Maildir").join(below)
    }

    pub async fn open(&self) -> Box<dyn MailSession> {
        self.system.open(&"mei@x.test".parse().unwrap()).await.unwrap()
    }

    /// `at`: path below the Maildir, such as `.Sent/cur/1.a:2,S`. Received at 1.5 s.
    pub fn deliver(&self, at: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(at);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_millis(1500)).unwrap();
    }

    pub fn rename(&self, from: &str, to: &str) {
        fs::create_dir_all(self.path(to).parent().unwrap()).unwrap();
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// All message files, as paths below the Maildir.
    pub fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        let folders = fs::read_dir(self.path("")).unwrap().map(|entry| entry.unwrap().path());
        let hidden =
            folders.filter(|path| path.file_name().is_some_and(|name| name.as_encoded_bytes()[0] == b'.'));
        for folder in hidden.chain([self.path("")]) {
            for sub in ["new", "cur", "tmp"] {
                let entries = fs::read_dir(folder.join(sub)).into_iter().flatten();
                files.extend(entries.map(|entry| entry.unwrap().path()));
            }
        }
        let below = |path: &PathBuf| path.strip_prefix(self.path("")).unwrap().to_str().unwrap().to_owned();
        let mut files: Vec<_> = files.iter().map(below).collect();
        files.sort();
        files
    }
}

pub fn id(text: &str) -> MessageId {
    text.parse().unwrap()
}

pub fn folder(name: &str) -> FolderName {
    FolderName(name.into())
}

pub fn mail(id: &str) -> String {
    format!("From: lin@x.test\r\nMessage-ID: <{id}>\r\nSubject: x\r\n\r\nHello\r\n")
}

/// As the engine puts back what it found.
pub fn again<'a>(found: &'a FoundCopy, bytes: &'a [u8], key: &'a str) -> NewCopy<'a> {
    NewCopy { key, bytes, folder: &found.folder, flags: &found.flags, received_at: found.received_at }
}

pub fn new_copy<'a>(key: &'a str, folder: &'a FolderName, flags: &'a Flags, bytes: &'a [u8]) -> NewCopy<'a> {
    NewCopy { key, bytes, folder, flags, received_at: Timestamp(1_700_000_000_123) }
}

/// What must be the same after a copy went and came back.
pub fn state(copy: &FoundCopy) -> (FolderName, Flags, Timestamp, u64) {
    (copy.folder.clone(), copy.flags.clone(), copy.received_at, copy.size)
}

pub fn only(located: Located) -> FoundCopy {
    assert_eq!(located.skipped, []);
    let [copy] = <[FoundCopy; 1]>::try_from(located.copies).expect("one copy");
    copy
}
