//! Bytes from the server, cut into messages: lines with the literals inside them (RFC 3501 §4.3).
//!
//! Knows nothing of what they mean. Every size has a bound, so that a server can't fill our memory.

use std::{
    future::Future,
    io,
    ops::Range,
    pin::Pin,
    task::{Context, Poll, Waker},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

/// All lines of one message together; a search that finds a million messages takes 8 MB.
const LONGEST_LINE: usize = 32 << 20;
/// What one read asks for.
const PIECE: usize = 16 << 10;

pub trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// One message, without its last line end; where the literals stand in it is told, so that what is inside them
/// is never taken for syntax.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    pub bytes: Vec<u8>,
    pub literals: Vec<Range<usize>>,
}

#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// For each step of reading or writing.
    pub patience: Duration,
    /// Bytes of one literal.
    pub literal: usize,
}

pub struct Wire<S> {
    stream: S,
    bounds: Bounds,
    /// Read and not yet used: from `at` on.
    buffer: Vec<u8>,
    at: usize,
}

impl<S: Io> Wire<S> {
    pub fn new(stream: S, bounds: Bounds) -> Self {
        Self { stream, bounds, buffer: Vec::new(), at: 0 }
    }

    /// The stream, if nothing was read ahead of what was asked for.
    pub fn into_stream(self) -> Option<S> {
        (self.at == self.buffer.len()).then_some(self.stream)
    }

    pub fn boxed(self) -> Wire<Box<dyn Io>>
    where
        S: 'static,
    {
        let Self { stream, bounds, buffer, at } = self;
        Wire { stream: Box::new(stream), bounds, buffer, at }
    }

    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(64 << 10) {
            in_time(self.bounds.patience, self.stream.write_all(piece)).await?;
        }
        in_time(self.bounds.patience, self.stream.flush()).await
    }

    /// What the stream takes at once, and no more.
    pub fn send_now(&mut self, bytes: &[u8]) {
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(Ok(_)) = Pin::new(&mut self.stream).poll_write(&mut context, bytes) {
            let _ = Pin::new(&mut self.stream).poll_flush(&mut context);
        }
    }

    /// The next whole message.
    pub async fn receive(&mut self) -> io::Result<Message> {
        let mut message = Message::default();
        let mut lines = 0;
        loop {
            let end = self.line_end(LONGEST_LINE.saturating_sub(lines)).await?;
            let line = &self.buffer[self.at..end];
            lines += line.len();
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let first = message.bytes.is_empty();
            message.bytes.extend_from_slice(line);
            let literal = if first && is_talk(line) { None } else { literal_length(line) };
            self.at = end;
            let Some(length) = literal else { return Ok(message) };
            if length > self.bounds.literal {
                let told =
                    format!("the server sends {length} bytes at once; at most {}", self.bounds.literal);
                return Err(io::Error::new(io::ErrorKind::InvalidData, told));
            }
            self.literal(length, &mut message).await?;
        }
    }

    /// Where the line ends, its line end included.
    async fn line_end(&mut self, longest: usize) -> io::Result<usize> {
        let mut searched = self.at;
        loop {
            if let Some(found) = self.buffer[searched..].iter().position(|byte| *byte == b'\n') {
                return Ok(searched + found + 1);
            }
            if self.buffer.len() - self.at > longest {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the server's line doesn't end"));
            }
            self.buffer.drain(..self.at);
            self.at = 0;
            searched = self.buffer.len();
            self.more().await?;
        }
    }

    async fn literal(&mut self, length: usize, message: &mut Message) -> io::Result<()> {
        let start = message.bytes.len();
        while message.bytes.len() - start < length {
            if self.at == self.buffer.len() {
                self.buffer.clear();
                self.at = 0;
                self.more().await?;
            }
            let wanted = length - (message.bytes.len() - start);
            let end = self.buffer.len().min(self.at + wanted);
            message.bytes.extend_from_slice(&self.buffer[self.at..end]);
            self.at = end;
        }
        message.literals.push(start..start + length);
        Ok(())
    }

    async fn more(&mut self) -> io::Result<()> {
        self.buffer.reserve(PIECE);
        let read = in_time(self.bounds.patience, self.stream.read_buf(&mut self.buffer)).await?;
        if read == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server hung up"));
        }
        Ok(())
    }
}

pub async fn in_time<T>(patience: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(patience, work).await.unwrap_or_else(|_| {
        let told = format!("no answer within {} s", patience.as_secs());
        Err(io::Error::new(io::ErrorKind::TimedOut, told))
    })
}

/// A status ends in text for people, which may look like anything.
fn is_talk(line: &[u8]) -> bool {
    let word = line.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// `…{123}` announces a literal; `~{123}` too (RFC 3516).
fn literal_length(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"}")?;
    let digits = &line[line.iter().rposition(|byte| *byte == b'{')? + 1..];
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(str::from_utf8(digits).ok()?.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;

    const BOUNDS: Bounds = Bounds { patience: Duration::from_secs(5), literal: 100 };

    async fn received(sent: &[u8], pieces: usize) -> io::Result<Vec<Message>> {
        let (mut server, client) = duplex(pieces);
        let sent = sent.to_vec();
        let server = tokio::spawn(async move { server.write_all(&sent).await });
        let mut wire = Wire::new(client, BOUNDS);
        let mut messages = Vec::new();
        loop {
            match wire.receive().await {
                Ok(message) => messages.push(message),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(error),
            }
        }
        server.await.unwrap().unwrap();
        Ok(messages)
    }

    #[tokio::test]
    async fn messages_are_cut_wherever_the_pieces_end() {
        let sent = b"* OK hi {9}\r\n* 1 FETCH (BODY[] {12}\r\nA\r\n* BYE\r\n{3 UID {0}\r\n)\r\na1 OK\n";
        for pieces in [1, 2, 3, 7, 1000] {
            let messages = received(sent, pieces).await.unwrap();
            assert_eq!(messages.len(), 3, "{messages:?}");
            assert_eq!(messages[0].literals, []);
            let inside: Vec<&[u8]> =
                messages[1].literals.iter().map(|range| &messages[1].bytes[range.clone()]).collect();
            assert_eq!(inside, [b"A\r\n* BYE\r\n{3".as_slice(), b""]);
            assert_eq!(messages[2].bytes, b"a1 OK");
        }
    }

    #[tokio::test]
    async fn what_is_too_long_is_refused_before_it_is_read() {
        for sent in ["* 1 FETCH (BODY[] {101}\r\n", "* 1 FETCH (BODY[] {99999999999999999999999}\r\n"] {
            assert!(received(sent.as_bytes(), 1000).await.is_err(), "{sent}");
        }
        assert_eq!(received(b"* LIST () \"/\" {x}\r\n", 10).await.unwrap().len(), 1, "no literal");
    }

    /// What ends in the very piece that goes beyond the bound is still taken; then nothing is left for the next line.
    #[tokio::test]
    async fn lines_that_fill_the_bound_are_the_last() {
        let mut sent = vec![b'x'; LONGEST_LINE];
        sent.extend_from_slice(b" {0}\r\n");
        sent.extend_from_slice(&vec![b'x'; PIECE * 2]);
        let error = received(&sent, PIECE).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[tokio::test]
    async fn what_was_read_ahead_keeps_the_stream() {
        let (mut server, client) = duplex(1000);
        server.write_all(b"a1 OK go\r\na2 OK injected\r\n").await.unwrap();
        let mut wire = Wire::new(client, BOUNDS);
        assert_eq!(wire.receive().await.unwrap().bytes, b"a1 OK go");
        assert!(wire.into_stream().is_none());
    }

    #[tokio::test]
    async fn a_silent_server_is_not_waited_for() {
        let (_server, client) = duplex(1000);
        let hasty = Bounds { patience: Duration::from_millis(10), ..BOUNDS };
        let error = Wire::new(client, hasty).receive().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
