//! A mail server that keeps what it is given and misbehaves as told: refuses, hangs up, or falls silent at
//! any step of RFC 5321. Plain TCP on a free loopback port; gone when it is dropped.

use anyhow::Result;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufStream},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Where in a session a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Greeting,
    Auth,
    Sender,
    Recipient,
    /// The DATA command, before the content.
    Data,
    /// The content is on its way: hanging up here reads none of it.
    Upload,
    /// The whole content arrived. The server keeps the mail and then hangs up or stays silent;
    /// with an answer of refusal it doesn't keep it.
    Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// For example `451 4.3.0 try again later`.
    Answer(&'static str),
    HangUp,
    /// The connection stays open, no answer comes.
    Silence,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedMail {
    /// Envelope addresses with the parameters behind them, as sent: `<a@x> SMTPUTF8`.
    pub from: String,
    pub to: Vec<String>,
    /// As the sender composed it: CRLF, transparency undone (RFC 5321 §4.5.2).
    pub raw: Vec<u8>,
}

#[derive(Default)]
struct State {
    mails: Vec<ReceivedMail>,
    faults: VecDeque<(Step, Fault)>,
    connections: usize,
    commands: Vec<String>,
}

pub struct SmtpServer {
    pub port: u16,
    state: Arc<Mutex<State>>,
    accepting: JoinHandle<()>,
}

impl SmtpServer {
    /// With the extensions that most servers offer.
    pub async fn start() -> Result<Self> {
        Self::offering(&["8BITMIME", "SMTPUTF8", "AUTH PLAIN LOGIN"]).await
    }

    pub async fn offering(extensions: &'static [&'static str]) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                locked(&shared).connections += 1;
                let stream = BufStream::new(stream);
                // A session that the client broke off is no event here: what arrived is on record.
                tokio::spawn(Session { stream, state: Arc::clone(&shared), extensions }.run());
            }
        });
        Ok(Self { port, state, accepting })
    }

    /// Faults strike once each, in this order; in between all goes well.
    #[must_use]
    pub fn failing(self, step: Step, fault: Fault) -> Self {
        locked(&self.state).faults.push_back((step, fault));
        self
    }

    pub fn mails(&self) -> Vec<ReceivedMail> {
        locked(&self.state).mails.clone()
    }

    pub fn connections(&self) -> usize {
        locked(&self.state).connections
    }

    /// Every command line, in order of arrival.
    pub fn commands(&self) -> Vec<String> {
        locked(&self.state).commands.clone()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The session is over: the client left, or a fault ended it.
struct Over;

impl From<std::io::Error> for Over {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

struct Session {
    stream: BufStream<TcpStream>,
    state: Arc<Mutex<State>>,
    extensions: &'static [&'static str],
}

impl Session {
    async fn run(mut self) {
        let _over = self.talk().await;
    }

    async fn talk(&mut self) -> Result<(), Over> {
        self.answer(Step::Greeting, "220 testkit ESMTP").await?;
        let (mut from, mut to) = (String::new(), Vec::new());
        loop {
            let line = self.command().await?;
            let argument = line.split_once(':').map(|(_, argument)| argument.to_owned()).unwrap_or_default();
            match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
                "EHLO" => self.offer().await?,
                "AUTH" => self.sign_in(&line).await?,
                "MAIL" => {
                    (from, to) = (argument, Vec::new());
                    self.answer(Step::Sender, "250 2.1.0 ok").await?;
                }
                "RCPT" => {
                    if self.answer(Step::Recipient, "250 2.1.5 ok").await? {
                        to.push(argument);
                    }
                }
                "DATA" => self.receive(&from, &to).await?,
                "NOOP" | "RSET" => self.say("250 2.0.0 ok").await?,
                "QUIT" => return self.say("221 2.0.0 bye").await,
                _ => self.say("502 5.5.1 not known here").await?,
            }
        }
    }

    async fn offer(&mut self) -> Result<(), Over> {
        let mut lines = vec!["testkit"];
        lines.extend(self.extensions);
        let last = lines.len() - 1;
        for (at, line) in lines.into_iter().enumerate() {
            self.say(&format!("250{}{line}", if at == last { ' ' } else { '-' })).await?;
        }
        Ok(())
    }

    /// Any password is right, unless a fault says otherwise.
    async fn sign_in(&mut self, line: &str) -> Result<(), Over> {
        if line.to_ascii_uppercase().starts_with("AUTH LOGIN") {
            for prompt in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
                self.say(prompt).await?;
                self.command().await?;
            }
        }
        self.answer(Step::Auth, "235 2.7.0 welcome").await.map(drop)
    }

    async fn receive(&mut self, from: &str, to: &[String]) -> Result<(), Over> {
        if !self.answer(Step::Data, "354 go on").await? {
            return Ok(());
        }
        if let Some(fault) = self.fault(Step::Upload) {
            return self.strike(fault).await;
        }
        let raw = self.content().await?;
        let fault = self.fault(Step::Content);
        if !matches!(fault, Some(Fault::Answer(_))) {
            locked(&self.state).mails.push(ReceivedMail { from: from.to_owned(), to: to.to_vec(), raw });
        }
        match fault {
            Some(fault) => self.strike(fault).await,
            None => self.say("250 2.0.0 taken").await,
        }
    }

    /// Up to the line with the single dot.
    async fn content(&mut self) -> Result<Vec<u8>, Over> {
        let mut raw = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Err(Over);
            }
            match line.as_slice() {
                b".\r\n" => return Ok(raw),
                [b'.', rest @ ..] => raw.extend_from_slice(rest),
                whole => raw.extend_from_slice(whole),
            }
        }
    }

    async fn command(&mut self) -> Result<String, Over> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            return Err(Over);
        }
        let line = line.trim_end().to_owned();
        locked(&self.state).commands.push(line.clone());
        Ok(line)
    }

    /// True: all went well, the usual answer was given.
    async fn answer(&mut self, step: Step, usual: &str) -> Result<bool, Over> {
        let Some(fault) = self.fault(step) else {
            self.say(usual).await?;
            return Ok(true);
        };
        self.strike(fault).await.map(|()| false)
    }

    fn fault(&self, step: Step) -> Option<Fault> {
        let mut state = locked(&self.state);
        let due = state.faults.front().is_some_and(|(at, _)| *at == step);
        due.then(|| state.faults.pop_front()).flatten().map(|(_, fault)| fault)
    }

    async fn strike(&mut self, fault: Fault) -> Result<(), Over> {
        match fault {
            Fault::Answer(line) => self.say(line).await,
            Fault::HangUp => Err(Over),
            Fault::Silence => {
                tokio::io::copy(&mut self.stream, &mut tokio::io::sink()).await?;
                Err(Over)
            }
        }
    }

    async fn say(&mut self, line: &str) -> Result<(), Over> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        Ok(self.stream.flush().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says each line and reads one answer line; an empty answer means that the server hung up.
    async fn dialogue(server: &SmtpServer, lines: &[&str]) -> Vec<String> {
        let mut stream = BufStream::new(TcpStream::connect(("127.0.0.1", server.port)).await.unwrap());
        let mut answers = Vec::new();
        for line in [&[""], lines].concat() {
            if !line.is_empty() {
                stream.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
                stream.flush().await.unwrap();
            }
            let mut answer = String::new();
            stream.read_line(&mut answer).await.unwrap();
            answers.push(answer.trim_end().to_owned());
        }
        answers
    }

    const WHOLE: [&str; 4] = ["MAIL FROM:<a@x>", "RCPT TO:<b@y>", "DATA", "Subject: x\r\n\r\n..dot\r\n."];

    #[tokio::test]
    async fn keeps_what_it_took() {
        let server = SmtpServer::start().await.unwrap();
        let answers = dialogue(&server, &WHOLE).await;
        assert_eq!(answers.last().unwrap(), "250 2.0.0 taken");
        let mail = ReceivedMail {
            from: "<a@x>".into(),
            to: vec!["<b@y>".into()],
            raw: b"Subject: x\r\n\r\n.dot\r\n".to_vec(),
        };
        assert_eq!(server.mails(), [mail]);
    }

    #[tokio::test]
    async fn refuses_once_and_keeps_nothing() {
        let server = SmtpServer::start().await.unwrap();
        let server = server
            .failing(Step::Recipient, Fault::Answer("550 5.1.1 nobody"))
            .failing(Step::Content, Fault::Answer("451 later"));
        assert_eq!(dialogue(&server, &WHOLE[..2]).await[2], "550 5.1.1 nobody");
        assert_eq!(dialogue(&server, &WHOLE).await[4], "451 later");
        assert_eq!(server.mails(), []);
        assert_eq!(dialogue(&server, &WHOLE).await[4], "250 2.0.0 taken");
        assert_eq!((server.mails().len(), server.connections()), (1, 3));
    }

    #[tokio::test]
    async fn hangs_up_with_the_mail_in_its_hands() {
        let server = SmtpServer::start().await.unwrap().failing(Step::Content, Fault::HangUp);
        assert_eq!(dialogue(&server, &WHOLE).await[4], "");
        assert_eq!(server.mails().len(), 1);
    }
}
