//! Reading a raw message (RFC 5322, MIME) as far as the portal shows and compares it. Never fails: broken
//! mail gives what can be read of it.

use super::{EmailAddress, Fingerprint, MessageId, NamedAddress, fingerprint::header_values};
use crate::time::Timestamp;
use mail_parser::{Address, HeaderValue, MessageParser, MimeHeaders};
use serde::{Deserialize, Serialize};

/// What a person recognises a message by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedMail {
    /// None: the header is missing, unreadable, or stands there more than once with different ids.
    pub message_id: Option<MessageId>,
    pub references: Vec<MessageId>,
    pub subject: String,
    /// None: there is no author, or more than one.
    pub from: Option<NamedAddress>,
    pub to: Vec<NamedAddress>,
    pub cc: Vec<NamedAddress>,
    pub bcc: Vec<NamedAddress>,
    /// Recipients that no address could be made of, as written.
    pub unreadable_recipients: Vec<String>,
    pub date: Option<Timestamp>,
    /// Plain text; from HTML where there is no plain part.
    pub text: String,
    pub attachments: Vec<Attachment>,
    pub fingerprint: Fingerprint,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub name: String,
    pub content_type: String,
    /// Decoded bytes.
    pub size: u64,
}

impl ParsedMail {
    pub fn read(raw: &[u8]) -> Self {
        let fingerprint = Fingerprint::of(raw);
        let Some(message) = MessageParser::default().parse(raw) else {
            return Self::unreadable(fingerprint);
        };
        let mut unreadable = Vec::new();
        let mut addresses = |header: Option<&Address<'_>>| named(header, &mut unreadable);
        Self {
            message_id: only_message_id(&message),
            references: message
                .references()
                .as_text_list()
                .unwrap_or_default()
                .iter()
                .filter_map(|id| id.parse().ok())
                .collect(),
            subject: clean_line(message.subject().unwrap_or_default()),
            from: only_author(raw),
            to: addresses(message.to()),
            cc: addresses(message.cc()),
            bcc: addresses(message.bcc()),
            unreadable_recipients: unreadable,
            date: message.date().map(|date| Timestamp::from_secs(date.to_timestamp())),
            text: message.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
            attachments: message.attachments().map(attachment).collect(),
            fingerprint,
        }
    }

    pub fn recipients(&self) -> impl Iterator<Item = &NamedAddress> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }

    fn unreadable(fingerprint: Fingerprint) -> Self {
        Self {
            message_id: None,
            references: Vec::new(),
            subject: String::new(),
            from: None,
            to: Vec::new(),
            cc: Vec::new(),
            bcc: Vec::new(),
            unreadable_recipients: Vec::new(),
            date: None,
            text: String::new(),
            attachments: Vec::new(),
            fingerprint,
        }
    }
}

/// Header block and body, split at the first empty line, which belongs to the header.
pub fn split_header(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut start = 0;
    while start < raw.len() {
        let end = raw[start..].iter().position(|byte| *byte == b'\n').map_or(raw.len(), |at| start + at + 1);
        if matches!(&raw[start..end], b"\n" | b"\r\n") {
            return raw.split_at(end);
        }
        start = end;
    }
    (raw, &[])
}

/// Read from the very lines that the fingerprint covers: whose mail it is decides who may recall it, so a copy must
/// not be able to name somebody else here and still count as the same.
fn only_author(raw: &[u8]) -> Option<NamedAddress> {
    let values = header_values(split_header(raw).0, "from");
    let [value] = values.as_slice() else { return None };
    let header = [b"From: ", value.as_slice(), b"\r\n\r\n"].concat();
    let mut unreadable = Vec::new();
    let authors = named(MessageParser::default().parse(&header)?.from(), &mut unreadable);
    let [author] = authors.as_slice() else { return None };
    unreadable.is_empty().then(|| author.clone())
}

fn only_message_id(message: &mail_parser::Message<'_>) -> Option<MessageId> {
    let mut ids =
        message.header_values("Message-ID").filter_map(HeaderValue::as_text).map(str::parse::<MessageId>);
    let first = ids.next()?.ok()?;
    ids.all(|other| other.as_ref() == Ok(&first)).then_some(first)
}

fn named(header: Option<&Address<'_>>, unreadable: &mut Vec<String>) -> Vec<NamedAddress> {
    let mut found = Vec::new();
    for entry in header.into_iter().flat_map(Address::iter) {
        let written = entry.address().unwrap_or_default();
        match written.parse::<EmailAddress>() {
            Ok(address) => {
                found.push(NamedAddress { name: clean_line(entry.name().unwrap_or_default()), address });
            }
            Err(_) => unreadable.push(clean_line(&format!("{} {written}", entry.name().unwrap_or_default()))),
        }
    }
    found
}

fn attachment(part: &mail_parser::MessagePart<'_>) -> Attachment {
    let content_type = part.content_type().map_or_else(
        || "application/octet-stream".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")).to_lowercase(),
    );
    Attachment {
        name: clean_line(part.attachment_name().unwrap_or_default()),
        content_type,
        size: part.len() as u64,
    }
}

/// Turns the letters after it around (UAX #9, §2): a name could show another ending than it has.
pub fn reorders(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// One line, without control characters: safe for headings, headers and exports.
fn clean_line(text: &str) -> String {
    let shown = text.chars().filter(|c| !reorders(*c));
    shown.map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_chinese_mail_with_an_attachment() {
        let raw = "From: =?UTF-8?B?5p6X6Z2S?= <lin.qing@example.test>\r\nTo: Wang <wang@example.test>, team@example.test\r\nBcc: x@out.test\r\nSubject: =?UTF-8?B?5ZCI5ZCM?=\r\nMessage-ID: <1@example.test>\r\nDate: Mon, 2 Feb 2026 09:00:00 +0800\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n你好\r\n--b\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--b--\r\n";
        let mail = ParsedMail::read(raw.as_bytes());
        assert_eq!(mail.subject, "合同");
        assert_eq!(mail.from.unwrap().name, "林青");
        assert_eq!(mail.to.len(), 2);
        assert_eq!(mail.bcc[0].address.as_str(), "x@out.test");
        assert_eq!(mail.text.trim(), "你好");
        assert_eq!(mail.date, Some(Timestamp(1_769_994_000_000)));
        assert_eq!(
            mail.attachments,
            [Attachment { name: "a.pdf".into(), content_type: "application/pdf".into(), size: 4 }]
        );
    }

    #[test]
    fn an_author_is_one_or_nobody() {
        let author = |header: &str| {
            let mail = ParsedMail::read(format!("{header}\nSubject: x\n\nFrom: body@x\n").as_bytes());
            mail.from.map(|from| from.address.to_string())
        };
        for (header, expected) in [
            ("From: A <a@x>", Some("a@x")),
            ("From:\n \"A, B\"\n <a@x>", Some("a@x")),
            ("from : a@x", Some("a@x")),
            ("From: a@x\nFrom: b@x", None),
            ("From: a@x\nFrom: a@x", None),
            ("From: a@x, b@x", None),
            ("From: a@x, b", None),
            ("From:", None),
            ("To: a@x", None),
        ] {
            assert_eq!(author(header).as_deref(), expected, "{header}");
        }
    }

    #[test]
    fn two_different_ids_are_none() {
        let id = |raw: &[u8]| ParsedMail::read(raw).message_id;
        assert_eq!(id(b"Subject: x\n\nbody"), None);
        assert_eq!(id(b"Message-ID: <1@x>\nMessage-ID: <2@x>\n\nbody"), None);
        assert_eq!(id(b"Message-ID: <1@x>\nMessage-ID: <1@x>\n\nbody").unwrap().as_str(), "1@x");
    }

    #[test]
    fn header_and_body_are_never_lost() {
        for raw in [&b"a: b\r\n\r\nbody"[..], b"a: b\n\nbody\n", b"\nbody", b"a: b\n", b"", b"a: b\r\n\r\n"] {
            let (header, body) = split_header(raw);
            assert_eq!([header, body].concat(), raw);
        }
        assert_eq!(split_header(b"a: b\n\nbody"), (&b"a: b\n\n"[..], &b"body"[..]));
    }
}
