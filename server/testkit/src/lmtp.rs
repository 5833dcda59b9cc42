//! Handing mail to a server as its own mail transport does (LMTP, RFC 2033).

use anyhow::{Result, bail};
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(30);

pub struct Lmtp(BufReader<TcpStream>);

impl Lmtp {
    pub fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut lmtp = Self(BufReader::new(stream));
        lmtp.answer("connecting")?;
        Ok(lmtp)
    }

    /// One message; an error when one recipient is refused.
    pub fn deliver(mut self, from: &str, recipients: &[&str], raw: &[u8]) -> Result<()> {
        self.command("LHLO test")?;
        self.command(&format!("MAIL FROM:<{from}>"))?;
        for recipient in recipients {
            self.command(&format!("RCPT TO:<{recipient}>"))?;
        }
        self.command("DATA")?;
        self.0.get_mut().write_all(&transparent(raw))?;
        recipients.iter().try_for_each(|_| self.answer("the message"))
    }

    fn command(&mut self, command: &str) -> Result<()> {
        self.0.get_mut().write_all(format!("{command}\r\n").as_bytes())?;
        self.answer(command)
    }

    fn answer(&mut self, to: &str) -> Result<()> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line)? == 0 {
                bail!("LMTP hung up after {to}");
            }
            match (line.as_bytes().first(), line.as_bytes().get(3)) {
                (Some(b'2' | b'3'), Some(b'-')) => {}
                (Some(b'2' | b'3'), _) => return Ok(()),
                _ => bail!("LMTP after {to}: {}", line.trim_end()),
            }
        }
    }
}

/// CRLF line ends, dots doubled at the start of a line, and the end (RFC 5321 §4.5.2).
fn transparent(raw: &[u8]) -> Vec<u8> {
    let mut sent = Vec::with_capacity(raw.len() + 100);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.first() == Some(&b'.') {
            sent.push(b'.');
        }
        sent.extend_from_slice(line);
        sent.extend_from_slice(b"\r\n");
    }
    sent.extend_from_slice(b".\r\n");
    sent
}
