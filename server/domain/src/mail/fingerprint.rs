//! The second half of a message's identity: what it says.
//!
//! A delivered copy differs from the Sent copy in trace headers, in Bcc, in line ends. The fingerprint
//! covers what must not differ: the author's headers and every byte of the body after line-end normalisation.

use super::parse::split_header;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// SHA-256 over From, Date, Subject, Message-ID (unfolded) and the body (LF, no trailing blank lines).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub [u8; 32]);

const HEADERS: [&str; 4] = ["from", "date", "subject", "message-id"];

impl Fingerprint {
    pub fn of(raw: &[u8]) -> Self {
        let (header, body) = split_header(raw);
        let mut hash = Sha256::new();
        hash.update(b"recant fingerprint 1\n");
        for name in HEADERS {
            for value in header_values(header, name) {
                hash.update(name.as_bytes());
                hash.update(b":");
                hash.update(&value);
                hash.update(b"\n");
            }
        }
        hash.update(b"\n");
        hash_body(&mut hash, body);
        Self(hash.finalize().into())
    }

    pub fn hex(&self) -> String {
        crate::hex::encode(&self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

/// Values of a header in order, unfolded, runs of blanks made one.
pub fn header_values(header: &[u8], name: &str) -> Vec<Vec<u8>> {
    let mut values: Vec<Vec<u8>> = Vec::new();
    let mut inside = false;
    for line in header.split(|byte| *byte == b'\n') {
        let folded = line.first().is_some_and(|byte| *byte == b' ' || *byte == b'\t');
        if folded {
            if inside && let Some(value) = values.last_mut() {
                value.push(b' ');
                value.extend_from_slice(line);
            }
            continue;
        }
        inside = false;
        if let Some(colon) = line.iter().position(|byte| *byte == b':')
            && line[..colon].trim_ascii_end().eq_ignore_ascii_case(name.as_bytes())
        {
            inside = true;
            values.push(line[colon + 1..].to_vec());
        }
    }
    values.iter().map(|value| squeeze(value)).collect()
}

fn squeeze(value: &[u8]) -> Vec<u8> {
    let words: Vec<&[u8]> = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    words.join(&b' ')
}

/// CR before LF is dropped, and so are line ends at the very end: mail systems add and remove those.
fn hash_body(hash: &mut Sha256, body: &[u8]) {
    let mut pending_line_ends = 0usize;
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.is_empty() {
            for _ in 0..pending_line_ends {
                hash.update(b"\n");
            }
            pending_line_ends = 0;
            hash.update(line);
        }
        pending_line_ends += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &[u8] = b"From: A <a@x>\nDate: Mon, 2 Feb 2026 09:00:00 +0800\nBcc: c@x\nSubject: long\n subject\nMessage-ID: <1@x>\n\nHello\n\nBye\n";

    #[test]
    fn delivery_does_not_change_it() {
        let delivered = b"Return-Path: <a@x>\r\nReceived: from y\r\n by z\r\nFrom:  A <a@x>\r\nDate: Mon, 2 Feb 2026 09:00:00 +0800\r\nSubject: long subject\r\nMessage-ID:\r\n <1@x>\r\n\r\nHello\r\n\r\nBye\r\n\r\n";
        assert_eq!(Fingerprint::of(SENT), Fingerprint::of(delivered));
    }

    #[test]
    fn another_text_subject_or_sender_does() {
        let text = std::str::from_utf8(SENT).unwrap();
        for (from, to) in [
            ("Hello", "Hallo"),
            ("Hello\n\nBye", "Hello\nBye"),
            ("long", "short"),
            ("A <a@x>", "B <a@x>"),
            ("09:00", "09:01"),
        ] {
            let other = text.replace(from, to);
            assert_ne!(Fingerprint::of(SENT), Fingerprint::of(other.as_bytes()), "{from} → {to}");
        }
    }

    #[test]
    fn odd_input_has_one_too() {
        for raw in [&b""[..], b"\n", b"no header end", b"\xff\xfe: \x00\n\n\x80"] {
            assert_eq!(Fingerprint::of(raw), Fingerprint::of(raw));
        }
        assert_ne!(Fingerprint::of(b""), Fingerprint::of(b"Subject: x\n"));
    }
}
