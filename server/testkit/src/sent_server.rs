//! An IMAP server without QRESYNC on which everybody has the same Sent folder: as much in it as a test says, and as
//! slow or as broken as it wants.

use crate::fake_imap::{CUT, FakeImap};
use anyhow::Result;
use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

const LIST: &str =
    "* LIST (\\HasNoChildren) \"/\" INBOX\r\n* LIST (\\HasNoChildren) \"/\" Sent\r\n$T OK done\r\n";
const WHOLE: &str = "(UID BODY.PEEK[])";

/// Messages are numbered by UID from 1, the newest has the highest.
pub struct SentServer {
    imap: FakeImap,
    folder: Arc<Folder>,
}

struct Folder {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    uids: BTreeSet<u32>,
    next: u32,
    /// Up to here nothing can be fetched now.
    held: u32,
    /// Instead of the message.
    answers: HashMap<u32, String>,
    without_date: BTreeSet<u32>,
    fetched: Vec<u32>,
}

impl SentServer {
    pub fn start(messages: u32) -> Result<Self> {
        let state = State { uids: (1..=messages).collect(), next: messages + 1, ..State::default() };
        let folder = Arc::new(Folder { state: Mutex::new(state), changed: Condvar::new() });
        let served = folder.clone();
        Ok(Self { imap: FakeImap::start(move |command| served.answer(command))?, folder })
    }

    pub fn port(&self) -> u16 {
        self.imap.port
    }

    pub fn delete(&self, uid: u32) {
        self.folder.state().uids.remove(&uid);
    }

    pub fn send(&self) {
        let mut state = self.folder.state();
        let uid = state.next;
        state.uids.insert(uid);
        state.next += 1;
    }

    /// Instead of this message, whoever asks for it.
    pub fn breaks(&self, uid: u32, answer: &str) {
        self.folder.state().answers.insert(uid, answer.to_owned());
    }

    /// The connection ends when this one is asked for.
    pub fn cuts(&self, uid: u32) {
        self.breaks(uid, CUT);
    }

    /// The server doesn't know any more when it came.
    pub fn forget_date(&self, uid: u32) {
        self.folder.state().without_date.insert(uid);
    }

    pub fn mends(&self) {
        self.folder.state().answers.clear();
    }

    /// Whoever wants to read one of these waits until they are let go: `hold(0)`.
    pub fn hold(&self, up_to: u32) {
        self.folder.state().held = up_to;
        self.folder.changed.notify_all();
    }

    /// Asked for as a whole, in this order.
    pub fn fetched(&self) -> Vec<u32> {
        self.folder.state().fetched.clone()
    }
}

impl Folder {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, command: &str) -> Option<String> {
        let is = |start: &str| command.starts_with(start);
        if is("LIST") {
            return Some(LIST.to_owned());
        }
        if is("UID FETCH") && command.ends_with(WHOLE) {
            return Some(self.message(uids(command).first().copied()?));
        }
        let state = self.state();
        let (count, next) = if command.contains("Sent") { (state.uids.len(), state.next) } else { (0, 1) };
        let there = |uid: &u32| state.uids.contains(uid);
        let mut data = String::new();
        match () {
            () if is("STATUS") => {
                let name = if next > 1 { "Sent" } else { "INBOX" };
                let _ = write!(data, "* STATUS {name} (UIDVALIDITY 7 UIDNEXT {next} MESSAGES {count})\r\n");
            }
            () if is("EXAMINE") => {
                let _ = write!(
                    data,
                    "* {count} EXISTS\r\n* OK [UIDVALIDITY 7] here\r\n* OK [UIDNEXT {next}] next\r\n"
                );
            }
            () if is("UID SEARCH") => {
                data.push_str("* SEARCH");
                for uid in within(&state.uids, command) {
                    let _ = write!(data, " {uid}");
                }
                data.push_str("\r\n");
            }
            () if is("UID FETCH") => {
                for uid in uids(command).into_iter().filter(there) {
                    let received = if state.without_date.contains(&uid) {
                        "0".to_owned()
                    } else {
                        format!(" 2-Feb-2026 {:02}:{:02}:00 +0000", uid / 60 % 24, uid % 60)
                    };
                    let _ = write!(
                        data,
                        "* {uid} FETCH (UID {uid} INTERNALDATE \"{received}\" RFC822.SIZE {})\r\n",
                        raw(uid).len()
                    );
                }
            }
            () => return None,
        }
        data.push_str("$T OK done\r\n");
        Some(data)
    }

    fn message(&self, uid: u32) -> String {
        let mut state = self.state();
        state.fetched.push(uid);
        let state =
            self.changed.wait_while(state, |state| uid <= state.held).unwrap_or_else(PoisonError::into_inner);
        let raw = raw(uid);
        match state.answers.get(&uid) {
            Some(answer) => answer.clone(),
            None if !state.uids.contains(&uid) => "$T OK done\r\n".to_owned(),
            None => {
                format!("* {uid} FETCH (UID {uid} BODY[] {{{}}}\r\n{raw})\r\n$T OK done\r\n", raw.len())
            }
        }
    }
}

fn raw(uid: u32) -> String {
    format!(
        "From: ann@office.test\r\nSubject: Letter-{uid}\r\nMessage-ID: <{uid}@office.test>\r\n\r\nHello.\r\n"
    )
}

/// The ends of the ranges in `UID … 3:5,9 …`.
fn ranges(command: &str) -> impl Iterator<Item = (u32, u32)> {
    let set = command.split(' ').find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    set.unwrap_or_default().split(',').filter_map(|part| {
        let (first, last) = part.split_once(':').unwrap_or((part, part));
        Some((first.parse().ok()?, if last == "*" { u32::MAX } else { last.parse().ok()? }))
    })
}

fn within(there: &BTreeSet<u32>, command: &str) -> Vec<u32> {
    ranges(command).flat_map(|(first, last)| there.range(first..=last).copied()).collect()
}

fn uids(command: &str) -> Vec<u32> {
    ranges(command).flat_map(|(first, last)| first..=last).collect()
}
