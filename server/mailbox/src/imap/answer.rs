//! What a message of the server says (RFC 3501 §7): its grammar, read more generously than it is written.
//!
//! Bytes beyond ASCII are met in folder names, keywords and texts for people, and unknown data among the known; none
//! of it may cost us an answer. What can't be read at all is kept as [`Untagged::Garbled`], so that nobody takes
//! an answer for complete that isn't.

use super::wire::Message;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `+ …`
    GoOn(Vec<u8>),
    Tagged(String, Status),
    Untagged(Untagged),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untagged {
    Status(Status),
    Data(Data),
    /// Not understood; the name as far as one was there, such as `FETCH`.
    Garbled(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// In front of the name: `* 3 EXISTS`.
    pub number: Option<u32>,
    /// In capitals.
    pub name: String,
    pub values: Vec<Value>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Atom, number, flag, `NIL`.
    Word(Vec<u8>),
    /// Quoted or a literal.
    Text(Vec<u8>),
    List(Vec<Value>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Ok,
    No,
    Bad,
    Bye,
    Preauth,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub kind: Kind,
    /// In capitals; empty without one.
    pub code: String,
    /// What follows the code inside its brackets.
    pub argument: String,
    /// For people: one line, no controls, cut.
    pub text: String,
}

impl Value {
    /// Word or text.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Word(bytes) | Self::Text(bytes) => Some(bytes),
            Self::List(_) => None,
        }
    }

    /// What can be no `NIL`.
    pub fn text(&self) -> Option<&[u8]> {
        match self {
            Self::Text(bytes) => Some(bytes),
            Self::Word(_) | Self::List(_) => None,
        }
    }

    pub fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(bytes) if bytes.eq_ignore_ascii_case(word.as_bytes()))
    }

    pub fn number(&self) -> Option<u64> {
        str::from_utf8(self.bytes()?).ok()?.parse().ok()
    }

    pub fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(values) => Some(values),
            Self::Word(_) | Self::Text(_) => None,
        }
    }
}

impl Data {
    /// The value after `name` in the list of a FETCH or STATUS answer. Of a section its beginning is enough: `BODY[]`
    /// stands for `BODY[]<0>`, too, and `BODY[` for any.
    pub fn item(&self, name: &str) -> Option<&Value> {
        let pairs = self.values.iter().find_map(Value::list)?;
        let is_it = |value: &Value| match value {
            Value::Word(word) if name.contains('[') => {
                word.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
            }
            word => word.is_word(name),
        };
        pairs.as_chunks::<2>().0.iter().find(|pair| is_it(&pair[0])).map(|pair| &pair[1])
    }
}

impl Answer {
    pub fn read(message: &Message) -> Self {
        let bytes = message.bytes.as_slice();
        if let Some(rest) = bytes.strip_prefix(b"+") {
            return Self::GoOn(rest.trim_ascii().to_vec());
        }
        let (first, rest) = word(bytes);
        if first == b"*" {
            return Self::Untagged(untagged(message, rest));
        }
        match status(rest) {
            Some(status) => Self::Tagged(String::from_utf8_lossy(first).into_owned(), status),
            None => Self::Untagged(Untagged::Garbled(String::new())),
        }
    }
}

fn untagged(message: &Message, rest: &[u8]) -> Untagged {
    if let Some(status) = status(rest) {
        return Untagged::Status(status);
    }
    let (first, after) = word(rest);
    let number = str::from_utf8(first).ok().and_then(|text| text.parse().ok());
    let (name, _) = if number.is_some() { word(after) } else { (first, after) };
    let name = String::from_utf8_lossy(name).to_ascii_uppercase();
    // Where the values begin in the whole message, literals included.
    let at = message.bytes.len() - rest.len();
    let head = if number.is_some() { first.len() + 1 + name.len() } else { name.len() };
    let values = Reader { message, at: at + head }.values();
    match values {
        Some(values) if !name.is_empty() => Untagged::Data(Data { number, name, values }),
        _ => Untagged::Garbled(name),
    }
}

/// Up to the next blank, and what follows it.
fn word(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == b' ') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}

fn status(bytes: &[u8]) -> Option<Status> {
    let (kind, rest) = word(bytes);
    let kind = match kind.to_ascii_uppercase().as_slice() {
        b"OK" => Kind::Ok,
        b"NO" => Kind::No,
        b"BAD" => Kind::Bad,
        b"BYE" => Kind::Bye,
        b"PREAUTH" => Kind::Preauth,
        _ => return None,
    };
    let text = String::from_utf8_lossy(rest);
    let coded = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (code, text) = coded.unwrap_or(("", &text));
    let (code, argument) = code.split_once(' ').unwrap_or((code, ""));
    Some(Status {
        kind,
        code: code.to_ascii_uppercase(),
        argument: argument.to_owned(),
        text: for_people(text),
    })
}

/// Told in errors and pages: no server writes more there than it should.
pub fn for_people(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

struct Reader<'a> {
    message: &'a Message,
    at: usize,
}

/// Nesting of lists; real servers stay below ten.
const DEEPEST: usize = 30;

impl Reader<'_> {
    /// None: not in the grammar.
    fn values(mut self) -> Option<Vec<Value>> {
        let values = self.list(0)?;
        (self.at >= self.message.bytes.len()).then_some(values)
    }

    /// Up to the closing bracket, which is left, or to the end.
    fn list(&mut self, depth: usize) -> Option<Vec<Value>> {
        let mut values = Vec::new();
        loop {
            match self.peek() {
                None => return Some(values),
                Some(b')') if depth > 0 => return Some(values),
                Some(b' ') => self.at += 1,
                Some(b'(') if depth < DEEPEST => {
                    self.at += 1;
                    let inner = self.list(depth + 1)?;
                    if self.peek() != Some(b')') {
                        return None;
                    }
                    self.at += 1;
                    values.push(Value::List(inner));
                }
                Some(b'(' | b')') => return None,
                Some(b'"') => values.push(Value::Text(self.quoted()?)),
                Some(_) => values.push(self.literal().or_else(|| self.word())?),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.message.bytes.get(self.at).copied()
    }

    fn quoted(&mut self) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        self.at += 1;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'"' => return Some(text),
                b'\\' => {
                    text.push(self.peek()?);
                    self.at += 1;
                }
                other => text.push(other),
            }
        }
    }

    /// `{n}` whose bytes the wire has set aside.
    fn literal(&mut self) -> Option<Value> {
        let rest = &self.message.bytes[self.at..];
        if !(rest.starts_with(b"{") || rest.starts_with(b"~{")) {
            return None;
        }
        let end = self.at + rest.iter().position(|byte| *byte == b'}')? + 1;
        let range = self.message.literals.iter().find(|range| range.start == end)?;
        self.at = range.end;
        Some(Value::Text(self.message.bytes[range.clone()].to_vec()))
    }

    /// Also `BODY[HEADER.FIELDS (MESSAGE-ID)]`: what stands in square brackets belongs to it.
    fn word(&mut self) -> Option<Value> {
        let start = self.at;
        let mut brackets = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'[' => brackets += 1,
                b']' => brackets = brackets.saturating_sub(1),
                b' ' | b'(' | b')' | b'"' if brackets == 0 => break,
                _ => {}
            }
            self.at += 1;
        }
        (self.at > start).then(|| Value::Word(self.message.bytes[start..self.at].to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(parts: &[(&str, &str)]) -> Answer {
        let mut message = Message::default();
        for (line, literal) in parts {
            message.bytes.extend_from_slice(line.as_bytes());
            let start = message.bytes.len();
            message.bytes.extend_from_slice(literal.as_bytes());
            if line.ends_with('}') {
                message.literals.push(start..message.bytes.len());
            }
        }
        Answer::read(&message)
    }

    fn data(line: &str) -> Data {
        match read(&[(line, "")]) {
            Answer::Untagged(Untagged::Data(data)) => data,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_fetch_with_a_literal_and_a_section() {
        let answer = read(&[
            ("* 12 FETCH (UID 7 FLAGS (\\Seen $Tag) BODY[HEADER.FIELDS (MESSAGE-ID)] {5}", ")x(\"{"),
            (" MODSEQ (99))", ""),
        ]);
        let Answer::Untagged(Untagged::Data(data)) = answer else { panic!("{answer:?}") };
        assert_eq!((data.number, data.name.as_str()), (Some(12), "FETCH"));
        assert_eq!(data.item("uid").unwrap().number(), Some(7));
        assert_eq!(data.item("BODY[").unwrap().bytes(), Some(&b")x(\"{"[..]));
        assert_eq!(data.item("MODSEQ").unwrap().list().unwrap()[0].number(), Some(99));
        assert_eq!(data.item("FLAGS").unwrap().list().unwrap().len(), 2);
    }

    #[test]
    fn names_with_quotes_blanks_and_bytes_beyond_ascii() {
        let list = data("* LIST (\\HasNoChildren) \"/\" \"a \\\"b\\\" \\\\ c\"");
        assert_eq!(list.values[2].bytes(), Some(&b"a \"b\" \\ c"[..]));
        assert_eq!(data("* LIST () \"/\" \"已发送\"").values[2].bytes(), Some("已发送".as_bytes()));
        assert_eq!(data("* LIST () NIL INBOX").values[1], Value::Word(b"NIL".to_vec()));
    }

    #[test]
    fn a_refusal_in_chinese_is_a_refusal() {
        let Answer::Tagged(tag, status) = read(&[("a7 NO [overquota 5] 空间\u{7}不足", "")]) else {
            panic!()
        };
        assert_eq!((tag.as_str(), status.kind), ("a7", Kind::No));
        assert_eq!((status.code.as_str(), status.argument.as_str()), ("OVERQUOTA", "5"));
        assert_eq!(status.text, "空间 不足");
    }

    #[test]
    fn garbage_is_named_and_nothing_is_lost_silently() {
        for (line, name) in [
            ("* 3 FETCH (UID 1", "FETCH"),
            ("* LIST () \"/\" \"never closed", "LIST"),
            ("* SEARCH 1 2)", "SEARCH"),
            ("*", ""),
            ("%$# nonsense", ""),
        ] {
            assert_eq!(read(&[(line, "")]), Answer::Untagged(Untagged::Garbled(name.into())), "{line}");
        }
        let deep = format!("* X {}{}", "(".repeat(100), ")".repeat(100));
        assert_eq!(read(&[(&deep, "")]), Answer::Untagged(Untagged::Garbled("X".into())));
    }

    proptest! {
        #[test]
        fn no_message_is_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..60), start in 0_usize..60) {
            let end = bytes.len();
            let literals = (start < end).then_some(start..end).into_iter().collect();
            let _ = Answer::read(&Message { bytes, literals });
        }
    }
}
