//! An IMAP server that keeps what it is given, with the manners that a test gives it: what a healthy server never does
//! and others always do. For one client at a time.

use crate::fake_imap::FakeImap;
use anyhow::Result;
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

const CAPABILITIES: &str = "IMAP4rev1 UIDPLUS UNSELECT NAMESPACE SASL-IR LITERAL+ AUTH=PLAIN";
const VALIDITY: u32 = 7;

/// Where the next UID is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Everywhere,
    /// Not when a folder is opened.
    InStatus,
    Nowhere,
}

#[derive(Clone, Copy)]
pub struct Manners {
    pub next: Next,
    /// What becomes of a message that is appended.
    pub kept: fn(&str) -> String,
    /// RFC822.SIZE of a message of so many bytes.
    pub size: fn(usize) -> usize,
}

impl Default for Manners {
    fn default() -> Self {
        Self { next: Next::Everywhere, kept: ToOwned::to_owned, size: |size| size }
    }
}

pub struct KeepingImap {
    pub fake: FakeImap,
    folders: Arc<Mutex<Folders>>,
}

#[derive(Default)]
struct Folders {
    all: BTreeMap<String, Folder>,
    opened: String,
}

#[derive(Default)]
struct Folder {
    messages: Vec<Message>,
    last: usize,
}

struct Message {
    uid: usize,
    flags: String,
    date: String,
    raw: String,
}

impl KeepingImap {
    pub fn start(folders: &[&str], manners: Manners) -> Result<Self> {
        let all = folders.iter().map(|name| ((*name).to_owned(), Folder::default())).collect();
        let folders = Arc::new(Mutex::new(Folders { all, opened: String::new() }));
        let asked = folders.clone();
        let fake = FakeImap::start(move |command| {
            Some(asked.lock().unwrap_or_else(PoisonError::into_inner).answer(command, manners))
        })?;
        Ok(Self { fake, folders })
    }

    /// Delivered, so kept as it came.
    pub fn deliver(&self, folder: &str, date: &str, raw: &str) {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.all.entry(folder.to_owned()).or_default().add("", date, raw.to_owned());
    }

    /// How often something was said that begins like this.
    pub fn count(&self, start: &str) -> usize {
        self.fake.heard().iter().filter(|command| command.starts_with(start)).count()
    }

    pub fn messages(&self, folder: &str) -> Vec<String> {
        let folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.all[folder].messages.iter().map(|message| message.raw.clone()).collect()
    }
}

impl Folders {
    fn answer(&mut self, command: &str, manners: Manners) -> String {
        let words: Vec<&str> = command.split(' ').collect();
        let name = command.split('"').nth(1).unwrap_or_default().to_owned();
        let data = match words.as_slice() {
            ["AUTHENTICATE", ..] => return format!("$T OK [CAPABILITY {CAPABILITIES}] in\r\n"),
            ["LIST", ..] => {
                let lines = self.all.keys().map(|name| format!("* LIST () \"/\" \"{name}\"\r\n"));
                lines.collect::<Vec<_>>().concat()
            }
            ["STATUS", ..] => self.status(&name, manners),
            ["EXAMINE" | "SELECT", ..] => {
                let opened = self.open(&name, manners);
                self.opened = name;
                opened
            }
            ["APPEND", ..] => return self.append(&name, command, manners),
            ["UID", "SEARCH", asked @ ..] => self.search(asked),
            ["UID", "FETCH", uid, ..] => self.fetch(uid, command, manners),
            ["UID", "STORE", uid, change, ..] => self.store(uid, change),
            ["UID", "EXPUNGE", uid] => {
                let now = self.now();
                now.messages.retain(|message| {
                    message.uid.to_string() != **uid || !message.flags.contains("\\Deleted")
                });
                String::new()
            }
            _ => String::new(),
        };
        format!("{data}$T OK done\r\n")
    }

    fn now(&mut self) -> &mut Folder {
        self.all.entry(self.opened.clone()).or_default()
    }

    fn status(&self, name: &str, manners: Manners) -> String {
        let folder = &self.all[name];
        let next = match manners.next {
            Next::Nowhere => String::new(),
            Next::Everywhere | Next::InStatus => format!(" UIDNEXT {}", folder.last + 1),
        };
        format!("* STATUS \"{name}\" (MESSAGES {} UIDVALIDITY {VALIDITY}{next})\r\n", folder.messages.len())
    }

    fn open(&self, name: &str, manners: Manners) -> String {
        let folder = &self.all[name];
        let next = match manners.next {
            Next::Everywhere => format!("* OK [UIDNEXT {}] next\r\n", folder.last + 1),
            Next::InStatus | Next::Nowhere => String::new(),
        };
        format!("* {} EXISTS\r\n* OK [UIDVALIDITY {VALIDITY}] here\r\n{next}", folder.messages.len())
    }

    /// `APPEND "INBOX" (\Seen) "02-Feb-2026 01:00:00 +0000" {12+}…`
    fn append(&mut self, name: &str, command: &str, manners: Manners) -> String {
        let flags = command.split(['(', ')']).nth(1).unwrap_or_default();
        let date = command.split('"').nth(3).unwrap_or_default();
        let literal = command.split_once("+}").map_or("", |(_, literal)| literal);
        let folder = self.all.entry(name.to_owned()).or_default();
        let uid = folder.add(flags, date, (manners.kept)(literal));
        format!("$T OK [APPENDUID {VALIDITY} {uid}] stored\r\n")
    }

    /// `UID 6:* HEADER Message-ID "m@x.test"`, or one of both.
    fn search(&mut self, asked: &[&str]) -> String {
        let after = |word| asked.iter().position(|asked| *asked == word).and_then(|at| asked.get(at + 1));
        let needle = after("Message-ID").map_or("", |needle| needle.trim_matches('"'));
        let set = after("UID").copied().unwrap_or("1:*");
        let fits = |message: &&Message| holds(set, message.uid) && message.raw.contains(needle);
        let found = self.now().messages.iter().filter(fits).map(|message| format!(" {}", message.uid));
        format!("* SEARCH{}\r\n", found.collect::<Vec<_>>().concat())
    }

    fn fetch(&mut self, uids: &str, command: &str, manners: Manners) -> String {
        let wanted = self.now().messages.iter().filter(|message| holds(uids, message.uid));
        let mut told = String::new();
        for Message { uid, flags, date, raw } in wanted {
            let size = (manners.size)(raw.len());
            let _ = write!(
                told,
                "* 1 FETCH (UID {uid} FLAGS ({flags}) INTERNALDATE \"{date}\" RFC822.SIZE {size}"
            );
            if command.contains("HEADER.FIELDS") {
                let id = raw.lines().find(|line| line.starts_with("Message-ID")).unwrap_or_default();
                let _ =
                    write!(told, " BODY[HEADER.FIELDS (MESSAGE-ID)] {{{}}}\r\n{id}\r\n\r\n", id.len() + 4);
            }
            let part = if command.contains("BODY.PEEK[]<") { "BODY[]<0>" } else { "BODY[]" };
            if command.contains("BODY.PEEK[]") {
                let _ = write!(told, " {part} {{{}}}\r\n{raw}", raw.len());
            }
            told.push_str(")\r\n");
        }
        told
    }

    /// Of \Deleted alone.
    fn store(&mut self, uid: &str, change: &str) -> String {
        for message in self.now().messages.iter_mut().filter(|message| message.uid.to_string() == uid) {
            let others = message.flags.split(' ').filter(|flag| !["", "\\Deleted"].contains(flag));
            let deleted = change.starts_with('+').then_some("\\Deleted");
            message.flags = others.chain(deleted).collect::<Vec<_>>().join(" ");
        }
        String::new()
    }
}

impl Folder {
    fn add(&mut self, flags: &str, date: &str, raw: String) -> usize {
        self.last += 1;
        self.messages.push(Message { uid: self.last, flags: flags.to_owned(), date: date.to_owned(), raw });
        self.last
    }
}

/// `3:5,9` or `6:*`.
fn holds(set: &str, uid: usize) -> bool {
    set.split(',').any(|range| {
        let (first, last) = range.split_once(':').unwrap_or((range, range));
        (first.parse().unwrap_or(1)..=last.parse().unwrap_or(usize::MAX)).contains(&uid)
    })
}
