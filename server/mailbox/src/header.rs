//! The Message-ID of a message file, without reading the message: the header block is read in pieces until
//! the field was met. Malformed mail is normal here; only a header that never ends is refused.

use std::io::{self, Read};

/// What one read asks for; most headers fit.
const PIECE: usize = 8 * 1024;
/// A longer header is nobody's mail, and no reason to read 30 MB.
const LIMIT: usize = 256 * 1024;
const FIELD: &[u8] = b"message-id";

/// The first Message-ID without brackets, bytes that aren't UTF-8 replaced as the parser in `domain` does.
/// None: the header ended without one.
pub fn message_id(mut message: impl Read) -> io::Result<Option<String>> {
    let mut block = Vec::with_capacity(PIECE);
    let mut lines = Lines::default();
    loop {
        let read = message.by_ref().take(PIECE as u64).read_to_end(&mut block)?;
        match lines.search(&block, read == 0) {
            Progress::Id(id) => return Ok(Some(id)),
            Progress::End => return Ok(None),
            Progress::More if block.len() >= LIMIT => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "no Message-ID in 256 KiB of header"));
            }
            Progress::More => {}
        }
    }
}

enum Progress {
    Id(String),
    End,
    More,
}

/// Goes on where it stopped when more of the block is there.
#[derive(Default)]
struct Lines {
    at: usize,
    /// Value of the Message-ID field whose last line may still come.
    value: Option<Vec<u8>>,
}

impl Lines {
    fn search(&mut self, block: &[u8], complete: bool) -> Progress {
        while let Some(line) = self.next_line(block, complete) {
            let continues = matches!(line.first(), Some(b' ' | b'\t'));
            if let (Some(value), true) = (&mut self.value, continues) {
                value.extend_from_slice(line);
                continue;
            }
            if let Some(id) = self.value.take().and_then(|value| id_in(&value)) {
                return Progress::Id(id);
            }
            if line.is_empty() {
                return Progress::End;
            }
            self.value = value_of(line).map(<[u8]>::to_vec);
        }
        match (complete, self.value.take()) {
            (true, value) => value.and_then(|value| id_in(&value)).map_or(Progress::End, Progress::Id),
            (false, value) => {
                self.value = value;
                Progress::More
            }
        }
    }

    /// Without its line end, CRLF or LF.
    fn next_line<'a>(&mut self, block: &'a [u8], complete: bool) -> Option<&'a [u8]> {
        let rest = block.get(self.at..).filter(|rest| !rest.is_empty())?;
        let (line, used) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => (&rest[..end], end + 1),
            None if complete => (rest, rest.len()),
            None => return None,
        };
        self.at += used;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

fn value_of(line: &[u8]) -> Option<&[u8]> {
    let (name, value) = line.split_at_checked(FIELD.len())?;
    if !name.eq_ignore_ascii_case(FIELD) {
        return None;
    }
    value.trim_ascii_start().strip_prefix(b":")
}

/// What stands in the first pair of brackets; where there are none, the whole value.
fn id_in(value: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(value);
    let inner = text.split_once('<').map_or(&*text, |(_, rest)| rest.split('>').next().unwrap_or(rest));
    Some(inner.trim().to_owned()).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// Gives one byte at a time, as a slow network file system may.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(&mut buffer[..length])
        }
    }

    #[rstest]
    #[case::plain("From: a\r\nMessage-ID: <a@b>\r\n\r\nx", Some("a@b"))]
    #[case::unix_lines("From: a\nMessage-ID: <a@b>\n\nx", Some("a@b"))]
    #[case::any_case("mEssAge-iD:<a@b>\r\n\r\n", Some("a@b"))]
    #[case::blank_before_colon("Message-ID : <a@b>\n\n", Some("a@b"))]
    #[case::folded("Message-ID:\r\n\t<a@b>\r\nTo: x\r\n\r\n", Some("a@b"))]
    #[case::comment("Message-ID: (old) <a@b> (new)\n\n", Some("a@b"))]
    #[case::two("Message-ID: <first@b>\nMessage-ID: <second@b>\n\n", Some("first@b"))]
    #[case::two_in_one("Message-ID: <first@b> <second@b>\n\n", Some("first@b"))]
    #[case::empty_then_one("Message-ID: \nMessage-ID: <a@b>\n\n", Some("a@b"))]
    #[case::no_brackets("Message-ID: a.b\n\n", Some("a.b"))]
    #[case::nothing_after_it("Message-ID: <a@b>", Some("a@b"))]
    #[case::only_in_body("To: x\r\n\r\nMessage-ID: <a@b>\r\n\r\n", None)]
    #[case::another_field("X-Message-ID: <a@b>\nMessage-IDs: <c@d>\n\n", None)]
    #[case::in_a_folded_line("Subject: x\n Message-ID: <a@b>\n\n", None)]
    #[case::no_header("\n\nbody", None)]
    #[case::zero_length("", None)]
    #[case::mbox_line("From a@b Mon\nMessage-ID: <a@b>\n\n", Some("a@b"))]
    fn reads_the_first_id(#[case] message: &str, #[case] id: Option<&str>) {
        assert_eq!(message_id(message.as_bytes()).unwrap().as_deref(), id);
        assert_eq!(message_id(Drip(message.as_bytes())).unwrap().as_deref(), id, "in small pieces");
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(message_id(&b"Message-ID: <a\xFF@b>\n\n"[..]).unwrap().unwrap(), "a\u{FFFD}@b");
    }

    #[test]
    fn a_long_header_is_read_a_header_without_end_is_not() {
        let received = "Received: from somewhere\r\n".repeat(5000);
        let long = format!("{received}Message-ID: <a@b>\r\n\r\n");
        assert_eq!(message_id(long.as_bytes()).unwrap().as_deref(), Some("a@b"));
        let endless = io::repeat(b'x');
        assert!(message_id(endless).is_err());
        assert!(message_id(io::Cursor::new("X: y\n").chain(io::repeat(b' '))).is_err());
    }
}
