//! Writes one recipient's mail (RFC 5322, MIME). Pure: what is composed again after a crash is the same mail,
//! byte for byte, so the MIME boundary comes from the mail's id and the date from the caller.
//!
//! A correction has no Auto-Submitted header: a person wrote it and answers it, which is what its absence
//! says (RFC 3834 §5). A notification has one.

use crate::address::envelope_address;
use domain::{
    ids::OutgoingId,
    mail::{MessageId, NamedAddress},
    mailer::{Enclosure, OutgoingMail, SendError},
    time::Timestamp,
};
use lettre::message::{
    Body, Mailbox, Mailboxes, MultiPart, SinglePart,
    header::{
        ContentDisposition, ContentTransferEncoding, ContentType, Date, From, HeaderName, HeaderValue,
        Headers, MIME_VERSION_1_0, Subject, To,
    },
};
use std::time::{Duration, SystemTime};

/// The last second that the Date header can write (9999-12-31T23:59:59Z).
const LAST_SECOND: u64 = 253_402_300_799;

pub fn compose(mail: &OutgoingMail<'_>) -> Result<Vec<u8>, SendError> {
    let text = text_part(&mail.content.text)?;
    let body = if mail.content.attachments.is_empty() {
        text.formatted()
    } else {
        let mut parts = MultiPart::mixed().boundary(boundary(mail.id)).singlepart(text);
        for enclosure in &mail.content.attachments {
            parts = parts.singlepart(enclosure_part(enclosure)?);
        }
        parts.formatted()
    };
    let mut bytes = header_block(mail)?.to_string().into_bytes();
    bytes.extend(body);
    Ok(bytes)
}

fn header_block(mail: &OutgoingMail<'_>) -> Result<Headers, SendError> {
    let mut headers = Headers::new();
    headers.set(From::from(Mailboxes::from(mailbox(mail.from)?)));
    headers.set(To::from(Mailboxes::from(mailbox(mail.to)?)));
    headers.set(date(mail.date));
    headers.insert_raw(ids(HeaderName::new_from_ascii_str("Message-ID"), &[mail.message_id]));
    let corrected: Vec<&MessageId> = mail.corrects.into_iter().filter(|id| writable(id)).collect();
    if !corrected.is_empty() {
        headers.insert_raw(ids(HeaderName::new_from_ascii_str("In-Reply-To"), &corrected));
        headers.insert_raw(ids(HeaderName::new_from_ascii_str("Supersedes"), &corrected));
    }
    let thread = thread(mail.references, &corrected);
    if !thread.is_empty() {
        headers.insert_raw(ids(HeaderName::new_from_ascii_str("References"), &thread));
    }
    headers.set(Subject::from(one_line(&mail.content.subject)));
    if mail.automatic {
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        headers.insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
    }
    headers.set(MIME_VERSION_1_0);
    Ok(headers)
}

/// RFC 5322 §3.6.4: the thread so far, then its last message; each once.
fn thread<'a>(references: &'a [MessageId], corrected: &[&'a MessageId]) -> Vec<&'a MessageId> {
    let mut thread: Vec<&MessageId> = Vec::new();
    for id in references.iter().filter(|id| writable(id)) {
        if !thread.contains(&id) && !corrected.contains(&id) {
            thread.push(id);
        }
    }
    thread.extend(corrected);
    thread
}

/// Ids beyond ASCII exist, but a header with one is refused by servers without SMTPUTF8: better a mail that
/// stands outside its thread than none.
fn writable(id: &MessageId) -> bool {
    id.as_str().is_ascii()
}

/// One id a line: lettre's own encoder would turn a long id into an encoded word, which no mailer reads.
fn ids(name: HeaderName, ids: &[&MessageId]) -> HeaderValue {
    let written: Vec<String> = ids.iter().map(|id| id.bracketed()).collect();
    HeaderValue::dangerous_new_pre_encoded(name, written.join(" "), written.join("\r\n "))
}

fn mailbox(named: &NamedAddress) -> Result<Mailbox, SendError> {
    let name = one_line(&named.name);
    Ok(Mailbox::new((!name.is_empty()).then_some(name), envelope_address(&named.address)?))
}

fn date(at: Timestamp) -> Date {
    let seconds = u64::try_from(at.secs()).unwrap_or(0).min(LAST_SECOND);
    Date::new(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Line ends in a header's text would begin another header.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// Never 7bit: relays may break its long lines, and some change lines that begin with `From `.
fn text_part(text: &str) -> Result<SinglePart, SendError> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.strip_suffix('\n').unwrap_or(&text).to_owned();
    let shortest = Body::new(text.clone());
    let body = match shortest.encoding() {
        ContentTransferEncoding::SevenBit => encoded(text, ContentTransferEncoding::QuotedPrintable)?,
        _ => shortest,
    };
    Ok(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body))
}

/// Always base64: in any other encoding a text file's line ends would change on the way.
fn enclosure_part(enclosure: &Enclosure) -> Result<SinglePart, SendError> {
    let body = encoded(enclosure.bytes.clone(), ContentTransferEncoding::Base64)?;
    Ok(SinglePart::builder()
        .header(ContentDisposition::attachment(&file_name(&enclosure.name)))
        .header(content_type(enclosure)?)
        .body(body))
}

fn encoded(
    content: impl Into<lettre::message::MaybeString>,
    encoding: ContentTransferEncoding,
) -> Result<Body, SendError> {
    Body::new_with_encoding(content, encoding)
        .map_err(|_| SendError::Never("the text can't be encoded".into()))
}

/// Without folders: the receiving side must not be led out of its download folder.
fn file_name(name: &str) -> String {
    let name = one_line(name.rsplit(['/', '\\']).next().unwrap_or_default());
    if name.is_empty() { "attachment".into() } else { name }
}

/// What can't be read, and what must not be base64 (RFC 2046 §5), is sent as a plain file.
fn content_type(enclosure: &Enclosure) -> Result<ContentType, SendError> {
    let parsed = media_type(&enclosure.content_type).and_then(|kind| {
        let utf8 = kind.starts_with("text/") && str::from_utf8(&enclosure.bytes).is_ok();
        let kind = if utf8 { format!("{kind}; charset=utf-8") } else { kind };
        ContentType::parse(&kind).ok()
    });
    match parsed {
        Some(kind) => Ok(kind),
        None => ContentType::parse("application/octet-stream")
            .map_err(|error| SendError::Never(format!("an attachment's type can't be written: {error}"))),
    }
}

/// `type/subtype`, without parameters.
fn media_type(written: &str) -> Option<String> {
    let kind = written.split(';').next()?.trim().to_ascii_lowercase();
    let (main, sub) = kind.split_once('/')?;
    let token = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-+._".contains(&b))
    };
    let plain = token(main) && token(sub) && kind.len() < 100 && !matches!(main, "message" | "multipart");
    plain.then_some(kind)
}

/// `_` never stands in base64, and `=_` never in quoted-printable: no part can contain this line.
fn boundary(id: OutgoingId) -> String {
    format!("=_{}", id.0.simple())
}

#[cfg(test)]
mod tests;
