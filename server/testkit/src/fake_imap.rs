//! An IMAP server that does what a test tells it to: the faults that a healthy server never shows.
//!
//! By itself it keeps one message in one folder and serves it as the standard says. A test puts answers of its
//! own in front: whole, broken, or none.

use anyhow::Result;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// In an answer: the tag of the command.
pub const TAG: &str = "$T";
/// In an answer: the connection is cut here.
pub const CUT: &str = "\0cut";

/// What it says when nobody tells it otherwise.
pub const CAPABILITIES: &str =
    "IMAP4rev1 UIDPLUS CONDSTORE ENABLE UNSELECT NAMESPACE SASL-IR LITERAL+ AUTH=PLAIN AUTH=XOAUTH2";
pub const MESSAGE: &str = "From: lin@x.test\r\nMessage-ID: <m@x.test>\r\nSubject: x\r\n\r\nHello\r\n";
/// Of the one message.
pub const UID: u32 = 5;

pub struct FakeImap {
    pub port: u16,
    shared: Arc<Shared>,
}

/// To a command without its tag, literals included; None: as usual.
type Answer = dyn Fn(&str) -> Option<String> + Send + Sync;

struct Shared {
    greeting: String,
    answer: Box<Answer>,
    heard: Mutex<Vec<String>>,
    expunged: AtomicBool,
    ended: AtomicBool,
}

impl FakeImap {
    pub fn start(answer: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Result<Self> {
        Self::greeting("* OK ready\r\n", answer)
    }

    pub fn greeting(
        greeting: &str,
        answer: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            greeting: greeting.to_owned(),
            answer: Box::new(answer),
            heard: Mutex::default(),
            expunged: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        });
        let server = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if server.ended.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), server) = (stream, server.clone()) else { return };
                thread::spawn(move || server.serve(stream));
            }
        });
        Ok(Self { port, shared })
    }

    /// All commands so far, without tags.
    pub fn heard(&self) -> Vec<String> {
        self.shared.heard().clone()
    }
}

impl Drop for FakeImap {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // Wakes the listener up, which then ends.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    fn serve(&self, stream: TcpStream) {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
        let mut stream = BufReader::new(stream);
        if !say(&mut stream, &self.greeting) {
            return;
        }
        while let Some((tag, command)) = hear(&mut stream) {
            self.heard().push(command.clone());
            let answer = (self.answer)(&command).unwrap_or_else(|| self.usual(&command));
            if !say(&mut stream, &answer.replace(TAG, &tag)) {
                return;
            }
        }
    }

    fn heard(&self) -> MutexGuard<'_, Vec<String>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn usual(&self, command: &str) -> String {
        let expunged = self.expunged.load(Ordering::SeqCst);
        let exists = u8::from(!expunged);
        let is = |start: &str| command.starts_with(start);
        if is("UID EXPUNGE") {
            self.expunged.store(true, Ordering::SeqCst);
        }
        let data = match () {
            () if is("CAPABILITY") => format!("* CAPABILITY {CAPABILITIES}\r\n"),
            () if is("AUTHENTICATE") || is("LOGIN") => {
                return format!("$T OK [CAPABILITY {CAPABILITIES}] in\r\n");
            }
            () if is("NAMESPACE") => "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n".to_owned(),
            () if is("LIST") => "* LIST (\\HasNoChildren) \"/\" INBOX\r\n".to_owned(),
            () if is("STATUS") => format!("* STATUS INBOX (UIDVALIDITY 7 UIDNEXT 6 MESSAGES {exists})\r\n"),
            () if is("EXAMINE") || is("SELECT") => format!(
                "* FLAGS (\\Seen \\Deleted)\r\n* {exists} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 7] here\r\n\
                 * OK [UIDNEXT 6] next\r\n* OK [HIGHESTMODSEQ 100] so far\r\n"
            ),
            () if is("UID SEARCH") && expunged => "* SEARCH\r\n".to_owned(),
            () if is("UID SEARCH") => format!("* SEARCH {UID}\r\n"),
            () if is("UID FETCH") && expunged => String::new(),
            () if is("UID FETCH") && command.contains("(UID BODY.PEEK[])") => {
                format!("* 1 FETCH (UID {UID} BODY[] {{{}}}\r\n{MESSAGE})\r\n", MESSAGE.len())
            }
            () if is("UID FETCH") => told("", command.contains(" BODY.PEEK[]<0.")),
            () if is("UID STORE") => format!("* 1 FETCH (UID {UID} MODSEQ (101))\r\n"),
            () if is("UID EXPUNGE") => "* 1 EXPUNGE\r\n".to_owned(),
            () if is("APPEND") => return "$T OK [APPENDUID 7 6] stored\r\n".to_owned(),
            () if is("LOGOUT") => "* BYE\r\n".to_owned(),
            () => String::new(),
        };
        format!("{data}$T OK done\r\n")
    }
}

/// What is told of the one message when it is located, with these flags.
pub fn located(flags: &str) -> String {
    told(flags, false)
}

fn told(flags: &str, along: bool) -> String {
    let header = "Message-ID: <m@x.test>\r\n\r\n";
    let whole = format!(" BODY[]<0> {{{}}}\r\n{MESSAGE}", MESSAGE.len());
    format!(
        "* 1 FETCH (UID {UID} FLAGS ({flags}) INTERNALDATE \" 2-Feb-2026 09:00:00 +0800\" RFC822.SIZE {} MODSEQ (99) \
         BODY[HEADER.FIELDS (MESSAGE-ID)] {{{}}}\r\n{header}{})\r\n",
        MESSAGE.len(),
        header.len(),
        if along { &whole } else { "" }
    )
}

/// False: cut.
fn say(stream: &mut BufReader<TcpStream>, text: &str) -> bool {
    let (text, cut) = text.split_once(CUT).map_or((text, false), |(before, _)| (before, true));
    stream.get_mut().write_all(text.as_bytes()).is_ok() && !cut
}

/// Tag and command; literals stand in it as they came, announced.
fn hear(stream: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let mut command = String::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        command.push_str(&line);
        let Some((_, digits)) = line.strip_suffix('}').and_then(|line| line.rsplit_once('{')) else { break };
        let (digits, unasked) = digits.strip_suffix('+').map_or((digits, false), |digits| (digits, true));
        let mut bytes = vec![0; digits.parse().ok()?];
        if !unasked && !say(stream, "+ go on\r\n") {
            return None;
        }
        stream.read_exact(&mut bytes).ok()?;
        command.push_str(&String::from_utf8_lossy(&bytes));
    }
    let (tag, command) = command.split_once(' ')?;
    Some((tag.to_owned(), command.to_owned()))
}
