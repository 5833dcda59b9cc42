//! Commands as they are sent. Their syntax is in the program alone: whatever comes from people, mailboxes or
//! configuration goes through [`Command::text`] and can't be anything but a string (RFC 3501 §4.3).

use super::uids::Uids;

/// Quoted strings are kept short; a longer one is a literal.
const LONGEST_QUOTED: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq)]
pub enum Part {
    Line(Vec<u8>),
    /// Announced by its length at the end of the line before.
    Literal(Vec<u8>),
}

/// Passwords and mail are in there.
impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Line(bytes) | Self::Literal(bytes)) = self;
        write!(f, "{} bytes", bytes.len())
    }
}

impl Command {
    /// `verb`: words of the protocol.
    pub fn new(verb: &'static str) -> Self {
        Self { parts: vec![Part::Line(verb.as_bytes().to_vec())] }
    }

    pub fn word(self, word: &'static str) -> Self {
        self.blank().raw(word.as_bytes())
    }

    pub fn number(self, number: u64) -> Self {
        self.blank().raw(number.to_string().as_bytes())
    }

    /// `(NAME number)`
    pub fn option(self, name: &'static str, number: u64) -> Self {
        self.blank().raw(format!("({name} {number})").as_bytes())
    }

    /// RFC 7162 §3.2.5.
    pub fn resync(self, validity: u32, modseq: u64) -> Self {
        self.blank().raw(format!("(QRESYNC ({validity} {modseq}))").as_bytes())
    }

    pub fn uids(self, uids: &Uids) -> Self {
        self.blank().raw(uids.to_string().as_bytes())
    }

    /// Quoted, or a literal when it holds what can't be quoted.
    pub fn text(self, text: &[u8]) -> Self {
        let command = self.blank();
        if text.len() > LONGEST_QUOTED || !text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return command.bytes(text);
        }
        let mut quoted = vec![b'"'];
        for byte in text {
            if matches!(byte, b'"' | b'\\') {
                quoted.push(b'\\');
            }
            quoted.push(*byte);
        }
        quoted.push(b'"');
        command.raw(&quoted)
    }

    pub fn literal(self, bytes: &[u8]) -> Self {
        self.blank().bytes(bytes)
    }

    /// In round brackets.
    pub fn list(self, words: &[&[u8]]) -> Self {
        self.blank().raw(b"(").raw(&words.join(&b' ')).raw(b")")
    }

    /// SASL's own alphabet (RFC 4648).
    pub fn base64(self, text: &str) -> Self {
        self.blank().raw(text.as_bytes())
    }

    fn blank(self) -> Self {
        self.raw(b" ")
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        match self.parts.last_mut() {
            Some(Part::Line(line)) => line.extend_from_slice(bytes),
            _ => self.parts.push(Part::Line(bytes.to_vec())),
        }
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.parts.push(Part::Literal(bytes.to_vec()));
        self
    }
}

/// Can it stand in a command as a flag (RFC 3501 §9, `atom`)? A server may have shown us stranger ones.
pub fn is_atom(word: &str) -> bool {
    let special = |byte: u8| b"(){%*\"\\] ".contains(&byte);
    !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !special(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use imap_codec::{
        CommandCodec,
        decode::Decoder,
        imap_types::{command::CommandBody, mailbox::Mailbox, search::SearchKey},
    };
    use proptest::prelude::*;

    /// As it goes over the wire, literals announced.
    fn sent(command: &Command) -> Vec<u8> {
        let mut sent = b"a1 ".to_vec();
        for part in &command.parts {
            match part {
                Part::Line(line) => sent.extend_from_slice(line),
                Part::Literal(bytes) => {
                    sent.extend_from_slice(format!("{{{}}}\r\n", bytes.len()).as_bytes());
                    sent.extend_from_slice(bytes);
                }
            }
        }
        sent.extend_from_slice(b"\r\n");
        sent
    }

    /// Another hand's parser says what a server would understand.
    fn understood(command: &Command) -> CommandBody<'static> {
        let sent = sent(command);
        let (rest, command) = CommandCodec::default().decode_static(&sent).expect("a command");
        assert_eq!(rest, b"", "nothing is left over");
        command.body
    }

    fn no_nul() -> impl Strategy<Value = Vec<u8>> {
        // NUL can't be sent in IMAP; what we send is text or base64 of it, which has none.
        prop_oneof![
            proptest::collection::vec(1_u8..=255, 0..80),
            "[ -~]{0,60}".prop_map(String::into_bytes),
            "(\r\n|\"|\\\\|a1 LOGOUT|\\{5\\}| |\\(|\\)){0,8}".prop_map(String::into_bytes),
        ]
    }

    proptest! {
        #[test]
        fn a_folder_name_stays_a_name(name in no_nul()) {
            let body = understood(&Command::new("CREATE").text(&name));
            let CommandBody::Create { mailbox } = body else { panic!("{body:?}") };
            match mailbox {
                Mailbox::Inbox => prop_assert!(name.eq_ignore_ascii_case(b"INBOX")),
                Mailbox::Other(other) => prop_assert_eq!(other.as_ref(), name.as_slice()),
            }
        }

        #[test]
        fn what_is_searched_for_stays_a_value(value in no_nul()) {
            let command = Command::new("UID SEARCH HEADER").text(b"Message-ID").text(&value);
            let body = understood(&command);
            let CommandBody::Search { criteria, uid: true, .. } = body else { panic!("{body:?}") };
            let [SearchKey::Header(_, found)] = criteria.as_ref() else { panic!("{criteria:?}") };
            prop_assert_eq!(found.as_ref(), value.as_slice());
        }

        #[test]
        fn user_and_password_stay_what_they_are(user in no_nul(), password in no_nul()) {
            let body = understood(&Command::new("LOGIN").text(&user).text(&password));
            let CommandBody::Login { username, password: word } = body else { panic!("{body:?}") };
            prop_assert_eq!(username.as_ref(), user.as_slice());
            prop_assert_eq!(word.declassify().as_ref(), password.as_slice());
        }

        #[test]
        fn a_message_stays_one_message(bytes in no_nul(), folder in no_nul()) {
            let command = Command::new("APPEND").text(&folder).list(&[b"\\Seen", b"$Tag"]).literal(&bytes);
            let body = understood(&command);
            let CommandBody::Append { flags, message, .. } = body else { panic!("{body:?}") };
            prop_assert_eq!(flags.len(), 2);
            let imap_codec::imap_types::extensions::binary::LiteralOrLiteral8::Literal(literal) = message else {
                panic!("a plain literal")
            };
            prop_assert_eq!(literal.as_ref(), bytes.as_slice());
        }

        #[test]
        fn only_atoms_are_taken_for_flags(word in "\\PC{0,10}") {
            let parsed = imap_codec::imap_types::core::Atom::try_from(word.as_str()).is_ok();
            prop_assert_eq!(is_atom(&word), parsed);
        }
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let command = Command::new("LOGIN").text(b"admin").text(b"hunter2");
        assert!(!format!("{command:?}").contains("hunter2"));
    }
}
