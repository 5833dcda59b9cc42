//! One signed-in connection: commands go out, their answers come back. After a step that failed in the middle
//! nothing more is sent on it.

use super::{
    answer::{Answer, Data, Kind, Status, Untagged},
    capability::Capable,
    command::{Command, Part},
    gate::Gate,
    trouble::{is_throttling, refused, unavailable},
    wire::{Io, Message, Wire},
};
use domain::mail_system::MailError;
use std::{io, sync::Arc, time::Duration};
use tokio::time::timeout;

/// A server that drips for so many times the patience of one step isn't listened to any longer.
const STEPS: u32 = 10;
/// Up to here a literal needn't be asked for with LITERAL- (RFC 7888).
const SMALL: usize = 4096;

pub struct Connection {
    wire: Wire<Box<dyn Io>>,
    pub capable: Capable,
    gate: Arc<Gate>,
    patience: Duration,
    tag: u32,
    /// Why nothing more is sent.
    lost: Option<String>,
}

pub struct Reply {
    pub status: Status,
    pub data: Vec<Untagged>,
}

impl Reply {
    /// Refusals become errors.
    pub fn accepted(self, doing: &str) -> Result<Self, MailError> {
        if self.status.kind == Kind::Ok { Ok(self) } else { Err(refused(doing, &self.status)) }
    }

    /// Answers of that name, whole. An error when one of them couldn't be read: the rest isn't all.
    pub fn all(&self, name: &str) -> Result<Vec<&Data>, MailError> {
        let mut found = Vec::new();
        for untagged in &self.data {
            match untagged {
                Untagged::Data(data) if data.name == name => found.push(data),
                Untagged::Garbled(garbled) if garbled == name => {
                    return Err(MailError::Other(format!("an answer {name} of the server can't be read")));
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// The argument of a response code, in the tagged answer or in one before it.
    pub fn code(&self, code: &str) -> Option<&str> {
        let untagged = self.data.iter().filter_map(|untagged| match untagged {
            Untagged::Status(status) => Some(status),
            Untagged::Data(_) | Untagged::Garbled(_) => None,
        });
        let mut all = std::iter::once(&self.status).chain(untagged);
        all.find(|status| status.code == code).map(|status| status.argument.as_str())
    }
}

impl Connection {
    pub fn new(wire: Wire<Box<dyn Io>>, capable: Capable, gate: Arc<Gate>, patience: Duration) -> Self {
        Self { wire, capable, gate, patience, tag: 0, lost: None }
    }

    /// Sends LOGOUT without waiting for anything.
    pub fn say_goodbye(&mut self) {
        self.lost = Some("it was ended".into());
        self.wire.send_now(b"bye LOGOUT\r\n");
    }

    pub fn is_lost(&self) -> bool {
        self.lost.is_some()
    }

    /// Whatever the server decides. `doing` stands in errors.
    pub async fn ask(&mut self, doing: &str, command: Command) -> Result<Reply, MailError> {
        self.ask_with(doing, command, |_| None).await
    }

    /// Success, or an error.
    pub async fn run(&mut self, doing: &str, command: Command) -> Result<Reply, MailError> {
        self.ask(doing, command).await?.accepted(doing)
    }

    /// `reply` answers a challenge that isn't for a literal (SASL).
    pub async fn ask_with(
        &mut self,
        doing: &str,
        command: Command,
        reply: impl FnMut(&[u8]) -> Option<Vec<u8>> + Send,
    ) -> Result<Reply, MailError> {
        self.begin(doing)?;
        let exchanged = timeout(self.patience * STEPS, self.exchange(command, reply)).await;
        let reply = self.end(doing, exchanged.unwrap_or_else(|_| Err(too_slow())))?;
        self.obey(&reply.status);
        Ok(reply)
    }

    /// Several commands in one go, and whatever the server decides about each, in their order (RFC 3501 §5.5). For
    /// commands of which none is dangerous when the one before it was refused.
    pub async fn ask_all(&mut self, doing: &str, commands: Vec<Command>) -> Result<Vec<Reply>, MailError> {
        let waits = |part: &Part| matches!(part, Part::Literal(bytes) if !self.is_unasked(bytes));
        if self.gate.is_one_by_one() || commands.iter().flat_map(|command| &command.parts).any(waits) {
            let mut replies = Vec::new();
            for command in commands {
                replies.push(self.ask(doing, command).await?);
            }
            return Ok(replies);
        }
        self.begin(doing)?;
        let exchanged = timeout(self.patience * STEPS, self.exchange_all(commands)).await;
        let replies = self.end(doing, exchanged.unwrap_or_else(|_| Err(too_slow())))?;
        for reply in &replies {
            self.obey(&reply.status);
        }
        Ok(replies)
    }

    fn begin(&mut self, doing: &str) -> Result<(), MailError> {
        if let Some(reason) = &self.lost {
            return Err(MailError::Unavailable { reason: format!("{doing}: {reason}"), retry_after: None });
        }
        // Dropped in the middle by its caller, the exchange must not be gone on with.
        self.lost = Some("the session was left in the middle of a command".into());
        Ok(())
    }

    fn end<T>(&mut self, doing: &str, exchanged: Result<T, Broken>) -> Result<T, MailError> {
        match exchanged {
            Ok(answered) => {
                self.lost = None;
                Ok(answered)
            }
            Err(Broken::Bye(status)) => {
                self.obey(&status);
                self.lost = Some("the server has said goodbye".into());
                Err(refused(doing, &status))
            }
            Err(Broken::Io(error)) => {
                self.lost = Some(error.to_string());
                Err(unavailable(doing, &error))
            }
            Err(Broken::Unasked) => {
                let told = "the server answers what wasn't asked";
                self.lost = Some(told.into());
                Err(unavailable(doing, &io::Error::new(io::ErrorKind::InvalidData, told)))
            }
        }
    }

    fn obey(&self, status: &Status) {
        if is_throttling(status) {
            self.gate.too_much();
        }
    }

    /// May the literal be sent without waiting for leave?
    fn is_unasked(&self, literal: &[u8]) -> bool {
        self.capable.literal_plus || (self.capable.literal_minus && literal.len() <= SMALL)
    }

    async fn exchange_all(&mut self, commands: Vec<Command>) -> Result<Vec<Reply>, Broken> {
        let (mut lines, mut tags) = (Vec::new(), Vec::new());
        for command in commands {
            self.tag += 1;
            let tag = format!("r{}", self.tag);
            lines.extend_from_slice(format!("{tag} ").as_bytes());
            for part in command.parts {
                match part {
                    Part::Line(bytes) => lines.extend_from_slice(&bytes),
                    Part::Literal(bytes) => {
                        lines.extend_from_slice(format!("{{{}+}}\r\n", bytes.len()).as_bytes());
                        lines.extend_from_slice(&bytes);
                    }
                }
            }
            lines.extend_from_slice(b"\r\n");
            tags.push(tag);
        }
        self.wire.send(&lines).await?;
        let (mut replies, mut bye) = (Vec::new(), None);
        for tag in tags {
            let mut heard = Heard { tag, data: Vec::new(), bye };
            let status = loop {
                match heard.hear(self.wire.receive().await) {
                    Ok(Heed::Status(status)) => break status,
                    Ok(Heed::GoOn(_) | Heed::Nothing) => {}
                    Err(Broken::Unasked) => {
                        self.gate.mixed_up();
                        return Err(Broken::Unasked);
                    }
                    Err(broken) => return Err(broken),
                }
            };
            bye = heard.bye;
            replies.push(Reply { status, data: heard.data });
        }
        Ok(replies)
    }

    async fn exchange(
        &mut self,
        command: Command,
        mut reply: impl FnMut(&[u8]) -> Option<Vec<u8>> + Send,
    ) -> Result<Reply, Broken> {
        self.tag += 1;
        let tag = format!("r{}", self.tag);
        let mut heard = Heard { tag: tag.clone(), data: Vec::new(), bye: None };
        let mut line = format!("{tag} ").into_bytes();
        for part in command.parts {
            match part {
                Part::Line(bytes) => line.extend_from_slice(&bytes),
                Part::Literal(bytes) => {
                    let unasked = self.is_unasked(&bytes);
                    let sign = if unasked { "+" } else { "" };
                    line.extend_from_slice(format!("{{{}{sign}}}\r\n", bytes.len()).as_bytes());
                    if !unasked {
                        self.wire.send(&std::mem::take(&mut line)).await?;
                        if let Some(status) = self.may_go_on(&mut heard).await? {
                            return Ok(Reply { status, data: heard.data });
                        }
                    }
                    line.extend_from_slice(&bytes);
                }
            }
        }
        line.extend_from_slice(b"\r\n");
        self.wire.send(&line).await?;
        loop {
            match heard.hear(self.wire.receive().await)? {
                Heed::Status(status) => return Ok(Reply { status, data: heard.data }),
                Heed::GoOn(challenge) => {
                    let mut answer = reply(&challenge).unwrap_or_default();
                    answer.extend_from_slice(b"\r\n");
                    self.wire.send(&answer).await?;
                }
                Heed::Nothing => {}
            }
        }
    }

    /// The status, when the server doesn't want the literal.
    async fn may_go_on(&mut self, heard: &mut Heard) -> Result<Option<Status>, Broken> {
        loop {
            match heard.hear(self.wire.receive().await)? {
                Heed::Status(status) => return Ok(Some(status)),
                Heed::GoOn(_) => return Ok(None),
                Heed::Nothing => {}
            }
        }
    }
}

fn too_slow() -> Broken {
    Broken::Io(io::ErrorKind::TimedOut.into())
}

enum Broken {
    Io(io::Error),
    Bye(Status),
    /// An answer to something else than what comes next: nobody knows any more what belongs to what.
    Unasked,
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What came since a command was sent.
struct Heard {
    tag: String,
    data: Vec<Untagged>,
    /// The reason for a hang-up that follows.
    bye: Option<Status>,
}

enum Heed {
    Status(Status),
    GoOn(Vec<u8>),
    Nothing,
}

impl Heard {
    fn hear(&mut self, message: io::Result<Message>) -> Result<Heed, Broken> {
        let message = match (message, self.bye.take()) {
            (Ok(message), bye) => {
                self.bye = bye;
                message
            }
            (Err(_), Some(bye)) => return Err(Broken::Bye(bye)),
            (Err(error), None) => return Err(Broken::Io(error)),
        };
        match Answer::read(&message) {
            Answer::Tagged(tag, status) if tag == self.tag => return Ok(Heed::Status(status)),
            Answer::Tagged(..) => return Err(Broken::Unasked),
            Answer::GoOn(challenge) => return Ok(Heed::GoOn(challenge)),
            Answer::Untagged(Untagged::Status(status)) if status.kind == Kind::Bye => self.bye = Some(status),
            Answer::Untagged(untagged) => {
                if let Untagged::Garbled(name) = &untagged {
                    tracing::debug!(name, "imap: data that can't be read");
                }
                self.data.push(untagged);
            }
        }
        Ok(Heed::Nothing)
    }
}
