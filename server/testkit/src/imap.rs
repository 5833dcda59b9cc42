//! A mail reader for tests: what a person's client sees and does, over plain IMAP (RFC 3501, MOVE of RFC 6851).
//!
//! Folder names are given and answered as the protocol writes them (modified UTF-7), so that tests don't lean
//! on the encoder they test. Blocking; one command at a time.

use anyhow::{Context, Result, bail};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

pub struct ImapClient {
    stream: BufReader<TcpStream>,
    tag: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImapMail {
    pub uid: u32,
    /// Sorted.
    pub flags: Vec<String>,
    /// INTERNALDATE as written.
    pub received: String,
    pub raw: Vec<u8>,
}

/// One line of an answer, its literals taken out.
struct Answer {
    text: String,
    literals: Vec<Vec<u8>>,
}

impl ImapClient {
    pub fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut client = Self { stream: BufReader::new(stream), tag: 0 };
        let greeting = client.answer()?.text;
        if !greeting.starts_with("* OK") {
            bail!("not an IMAP greeting: {greeting}");
        }
        Ok(client)
    }

    pub fn login(&mut self, user: &str, password: &str) -> Result<()> {
        self.command(&format!("LOGIN {} {}", quoted(user), quoted(password))).map(drop)
    }

    /// The number of messages in it.
    pub fn select(&mut self, folder: &str) -> Result<u32> {
        let answers = self.command(&format!("SELECT {}", quoted(folder)))?;
        let exists =
            answers.iter().find_map(|answer| answer.text.strip_prefix("* ")?.strip_suffix(" EXISTS"));
        exists.context("no EXISTS")?.parse().context("EXISTS without a number")
    }

    /// Everything in the selected folder, without setting \Seen.
    pub fn mails(&mut self) -> Result<Vec<ImapMail>> {
        self.command("NOOP")?;
        let answers = self.command("UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])")?;
        answers.into_iter().filter(|answer| answer.text.contains(" FETCH (")).map(Answer::into_mail).collect()
    }

    /// `change` such as `+FLAGS (\Seen)`.
    pub fn store(&mut self, uid: u32, change: &str) -> Result<()> {
        self.command(&format!("UID STORE {uid} {change}")).map(drop)
    }

    pub fn move_to(&mut self, uid: u32, folder: &str) -> Result<()> {
        self.command(&format!("UID MOVE {uid} {}", quoted(folder))).map(drop)
    }

    pub fn copy_to(&mut self, uid: u32, folder: &str) -> Result<()> {
        self.command(&format!("UID COPY {uid} {}", quoted(folder))).map(drop)
    }

    /// Of this message only (RFC 4315).
    pub fn expunge(&mut self, uid: u32) -> Result<()> {
        self.command(&format!("UID EXPUNGE {uid}")).map(drop)
    }

    pub fn create(&mut self, folder: &str) -> Result<()> {
        self.command(&format!("CREATE {}", quoted(folder))).map(drop)
    }

    /// Lets somebody else look into it and mark what is in it (RFC 4314).
    pub fn grant(&mut self, folder: &str, to: &str) -> Result<()> {
        self.command(&format!("SETACL {} {} lrsw", quoted(folder), quoted(to))).map(drop)
    }

    pub fn delete(&mut self, folder: &str) -> Result<()> {
        self.command(&format!("DELETE {}", quoted(folder))).map(drop)
    }

    /// Names of all folders.
    pub fn list(&mut self) -> Result<Vec<String>> {
        let name = |answer: Answer| {
            let rest = answer.text.strip_prefix("* LIST ")?.split_once(") ")?.1.split_once(' ')?.1.to_owned();
            Some(rest.trim_matches('"').replace("\\\"", "\"").replace("\\\\", "\\"))
        };
        Ok(self.command("LIST \"\" *")?.into_iter().filter_map(name).collect())
    }

    /// The untagged answers to a command that succeeded.
    fn command(&mut self, command: &str) -> Result<Vec<Answer>> {
        self.tag += 1;
        let tag = format!("t{} ", self.tag);
        self.stream.get_mut().write_all(format!("{tag}{command}\r\n").as_bytes())?;
        let mut answers = Vec::new();
        loop {
            let answer = self.answer().with_context(|| format!("after {command}"))?;
            match answer.text.strip_prefix(&tag) {
                None => answers.push(answer),
                Some(status) if status.starts_with("OK") => return Ok(answers),
                Some(status) => bail!("{command}: {status}"),
            }
        }
    }

    fn answer(&mut self) -> Result<Answer> {
        let mut answer = Answer { text: String::new(), literals: Vec::new() };
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line)? == 0 {
                bail!("the server hung up");
            }
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end();
            let literal = line.strip_suffix('}').and_then(|line| line.rsplit_once('{'));
            let Some((before, length)) =
                literal.and_then(|(before, length)| Some((before, length.parse().ok()?)))
            else {
                answer.text.push_str(line);
                return Ok(answer);
            };
            answer.text.push_str(before);
            let mut bytes = vec![0; length];
            self.stream.read_exact(&mut bytes)?;
            answer.literals.push(bytes);
        }
    }
}

impl Answer {
    fn into_mail(mut self) -> Result<ImapMail> {
        let between = |start: &str, end: char| {
            let rest = self.text.split_once(start).with_context(|| format!("no {start} in {}", self.text))?.1;
            Ok::<_, anyhow::Error>(rest.split(end).next().unwrap_or_default().to_owned())
        };
        let uid = between("UID ", ' ')?.parse()?;
        let received = between("INTERNALDATE \"", '"')?;
        let mut flags: Vec<_> = between("FLAGS (", ')')?.split_whitespace().map(String::from).collect();
        flags.sort();
        Ok(ImapMail { uid, flags, received, raw: self.literals.pop().context("no body")? })
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
