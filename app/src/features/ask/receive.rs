//! Reads the posted form from the wire: text fields first, then files up to the limit, and everything to the end,
//! because a browser shows an answer only after it has sent all.

use super::{
    form::Fields,
    intake::{HandedOver, in_pieces},
};
use axum::{
    body::Bytes,
    extract::{
        FromRequest as _, Multipart, Request,
        multipart::{Field, MultipartError},
    },
};
use thiserror::Error;

/// Bytes of all text fields together. A letter may have 50,000 characters; what is beyond can't be used anyway.
const MOST_TEXT: usize = 4 * 1024 * 1024;

/// Bytes of all names and file names, with [`PART`] for each: a mail to fifty thousand people has a field for each.
const MOST_NAMES: usize = 8 * 1024 * 1024;

/// What a part costs beside its name and content.
const PART: usize = 128;

#[derive(Debug, Default)]
pub struct Received {
    pub fields: Fields,
    pub files: Vec<File>,
    /// Files that were not taken.
    pub refused: Vec<Refused>,
    text: usize,
    names: usize,
    bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    Empty(String),
    TooLarge(String),
    /// The connection or the limit ended the upload in the middle.
    BrokenOff,
}

#[derive(Debug, Error)]
enum BreakOff {
    #[error(transparent)]
    Unreadable(#[from] MultipartError),
    #[error("more fields than any form of ours has")]
    TooManyFields,
}

/// `limit`: bytes of all files together. None: it isn't a form with files.
pub async fn receive(request: Request, limit: u64) -> Option<Received> {
    let (parts, body) = request.into_parts();
    let (body, handed_over) = in_pieces(body);
    let mut multipart = Multipart::from_request(Request::from_parts(parts, body), &()).await.ok()?;
    let mut received = Received::default();
    loop {
        let taken = match multipart.next_field().await {
            Ok(Some(field)) => take(&mut received, Part { field, handed_over: &handed_over }, limit).await,
            Ok(None) => return Some(received),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = taken {
            tracing::info!(%error, "an upload broke off");
            received.refused.push(Refused::BrokenOff);
            return Some(received);
        }
    }
}

struct Part<'a> {
    field: Field<'a>,
    handed_over: &'a HandedOver,
}

impl Part<'_> {
    async fn chunk(&mut self) -> Result<Option<Bytes>, MultipartError> {
        self.handed_over.tell();
        self.field.chunk().await
    }
}

impl Received {
    fn count(&mut self, names: usize) -> Result<(), BreakOff> {
        self.names += PART + names;
        if self.names > MOST_NAMES { Err(BreakOff::TooManyFields) } else { Ok(()) }
    }
}

async fn take(received: &mut Received, mut part: Part<'_>, limit: u64) -> Result<(), BreakOff> {
    let name = part.field.name().unwrap_or_default().to_owned();
    let file = part.field.file_name().map(str::to_owned);
    received.count(name.len() + file.as_ref().map_or(0, String::len))?;
    let Some(file) = file else {
        let mut value = Vec::new();
        while let Some(chunk) = part.chunk().await? {
            let room = MOST_TEXT.saturating_sub(received.text).min(chunk.len());
            value.extend_from_slice(&chunk[..room]);
            received.text += room;
        }
        received.fields.push(name, String::from_utf8_lossy(&value).into_owned());
        return Ok(());
    };
    let content_type = content_type(part.field.content_type());
    let mut bytes = Vec::new();
    let mut fits = true;
    while let Some(chunk) = part.chunk().await? {
        fits = fits && received.bytes + (bytes.len() + chunk.len()) as u64 <= limit;
        if fits {
            bytes.extend_from_slice(&chunk);
        } else {
            bytes = Vec::new();
        }
    }
    // A file input without a choice is sent as a file without name and content.
    match (fits, bytes.is_empty()) {
        (false, _) => received.refused.push(Refused::TooLarge(file)),
        (true, true) if file.is_empty() => {}
        (true, true) => received.refused.push(Refused::Empty(file)),
        (true, false) => {
            received.bytes += bytes.len() as u64;
            received.files.push(File { name: file, content_type, bytes });
        }
    }
    Ok(())
}

/// `type/subtype` (RFC 2045 §5.1) without parameters; it will stand in a mail's header.
fn content_type(given: Option<&str>) -> String {
    let essence = given.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let token = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    let proper = essence.len() <= 127 && essence.split_once('/').is_some_and(|(a, b)| token(a) && token(b));
    // These would change how mail programs take the mail apart.
    let container = essence.starts_with("multipart/") || essence.starts_with("message/");
    if proper && !container { essence } else { "application/octet-stream".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, extract::DefaultBodyLimit};
    use futures::{StreamExt as _, stream};
    use std::{
        convert::Infallible,
        iter,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    };

    const MEGABYTE: usize = 1_000_000;

    async fn posted(body: impl Into<Body>, limit: u64) -> Received {
        let request = Request::post("/api/ask")
            .header("content-type", "multipart/form-data; boundary=XX")
            .body(body.into());
        let mut request = request.unwrap();
        DefaultBodyLimit::disable().apply(&mut request);
        receive(request, limit).await.unwrap()
    }

    /// `head`, then `more` again and again; with how many bytes were taken of that. It ends at last, or a test that
    /// fails would not.
    async fn endless(head: &str, more: String) -> (Received, usize) {
        let taken = Arc::new(AtomicUsize::new(0));
        let count = taken.clone();
        let again = iter::repeat_with(move || {
            count.fetch_add(more.len(), Ordering::Relaxed);
            more.clone()
        });
        let count = taken.clone();
        let again = again.take_while(move |_| count.load(Ordering::Relaxed) < 20 * MEGABYTE);
        let pieces = stream::iter(iter::once(head.to_owned()).chain(again)).map(Ok::<_, Infallible>);
        (posted(Body::from_stream(pieces), 0).await, taken.load(Ordering::Relaxed))
    }

    fn field(name: &str, value: &str) -> String {
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    fn file(name: &str, kind: &str, content: &str) -> String {
        format!(
            "--XX\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n{content}\r\n"
        )
    }

    #[tokio::test]
    async fn text_files_and_the_button_after_them() {
        let body = [
            field("note", "你好"),
            file("合同.pdf", "application/pdf", "%PDF"),
            file("", "application/octet-stream", ""),
            field("act", "check"),
            "--XX--\r\n".into(),
        ];
        let received = posted(body.concat(), 100).await;
        assert_eq!((received.fields.one("note"), received.fields.one("act")), ("你好", "check"));
        assert_eq!(received.refused, []);
        let names: Vec<&str> = received.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["合同.pdf"]);
    }

    #[tokio::test]
    async fn too_large_and_empty_files_are_named_and_the_rest_is_read() {
        let body = [
            file("big.bin", "x/y", &"b".repeat(50)),
            file("fits.txt", "text/plain; charset=utf-8", "12345"),
            file("too.txt", "text/plain", "123456"),
            file("nothing.txt", "text/plain", ""),
            field("act", "attach"),
            "--XX--\r\n".into(),
        ];
        let received = posted(body.concat(), 10).await;
        assert_eq!(received.files.len(), 1);
        assert_eq!(received.files[0].content_type, "text/plain");
        let named = ["big.bin", "too.txt"].map(|name| Refused::TooLarge(name.into()));
        assert_eq!(received.refused, [&named[..], &[Refused::Empty("nothing.txt".into())]].concat());
        assert_eq!(received.fields.one("act"), "attach");
    }

    #[tokio::test]
    async fn what_was_read_before_it_broke_off_is_there() {
        let received = posted(format!("{}--XX\r\nContent-Dispo", field("text", "typed")), 10).await;
        assert_eq!(received.fields.one("text"), "typed");
        assert_eq!(received.refused, [Refused::BrokenOff]);
    }

    #[tokio::test]
    async fn what_has_no_fields_is_not_read_on() {
        let typed = field("note", "typed");
        for head in [
            String::new(),
            format!("{typed}--XX"),
            format!("{typed}--XX\r\n"),
            format!("{typed}--XX\r\nContent-Disposition: form-data; name=\""),
        ] {
            let (received, taken) = endless(&head, " ".repeat(10_000)).await;
            assert!(taken < MEGABYTE / 4, "{taken} bytes after {head:?}");
            assert_eq!(received.refused, [Refused::BrokenOff]);
            assert_eq!(received.fields.one("note"), if head.is_empty() { "" } else { "typed" });
        }
    }

    #[tokio::test]
    async fn no_form_has_fields_without_end() {
        let name = "x".repeat(1000);
        let long = file(&name, "x/y", "");
        for (what, most) in [(field("recipient", ""), 7 * MEGABYTE), (long, 10 * MEGABYTE)] {
            let (received, taken) = endless(&field("note", "typed"), what).await;
            assert!(taken < most, "{taken} bytes");
            assert_eq!(received.fields.one("note"), "typed");
            assert_eq!(received.refused.last(), Some(&Refused::BrokenOff));
        }
    }

    #[tokio::test]
    async fn a_mail_to_fifty_thousand_people_is_a_form_of_ours() {
        let people = (0..50_000).map(|n| field("recipient", &format!("person-{n}@example.com")));
        let body: String = people.chain([field("act", "check"), "--XX--\r\n".into()]).collect();
        let received = posted(body, 0).await;
        assert_eq!((received.refused.len(), received.fields.one("act")), (0, "check"));
    }

    /// However it comes: whole, or in small pieces.
    #[tokio::test]
    async fn a_file_far_above_the_limit_is_read_to_its_end() {
        let content = "\r\n--X\r-".repeat(5 * MEGABYTE);
        let parts = [
            field("note", "typed"),
            file("film.mp4", "video/mp4", &content),
            file("fits.txt", "text/plain", "12345"),
            field("act", "attach"),
            "--XX--\r\n".into(),
        ];
        let body = Bytes::from(parts.concat());
        let pieces: Vec<_> =
            body.chunks(1_021).map(Bytes::copy_from_slice).map(Ok::<_, Infallible>).collect();
        for body in [Body::from(body.clone()), Body::from_stream(stream::iter(pieces))] {
            let received = posted(body, 10).await;
            assert_eq!((received.fields.one("note"), received.fields.one("act")), ("typed", "attach"));
            assert_eq!(received.refused, [Refused::TooLarge("film.mp4".into())]);
            assert_eq!(received.files.len(), 1);
        }
    }

    #[tokio::test]
    async fn a_file_arrives_as_it_was_sent() {
        let content = (0..100_000).map(|n| n.to_string()).collect::<Vec<_>>().join("\r\n--X");
        let body = [file("a.txt", "text/plain", &content), "--XX--\r\n".into()].concat();
        let received = posted(body, u64::MAX).await;
        assert!(received.files[0].bytes == content.as_bytes());
    }

    #[test]
    fn content_types_are_plain_or_unknown() {
        for (given, kept) in [
            (Some("Application/PDF; name=x"), "application/pdf"),
            (Some("text/plain\r\nBcc: x"), "application/octet-stream"),
            (Some("multipart/mixed"), "application/octet-stream"),
            (Some("message/rfc822"), "application/octet-stream"),
            (None, "application/octet-stream"),
        ] {
            assert_eq!(content_type(given), kept);
        }
    }
}
