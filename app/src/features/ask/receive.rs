//! Reads the posted form from the wire: text fields first, then files up to the limit, and everything to the end,
//! because a browser shows an answer only after it has sent all.

use super::form::Fields;
use axum::extract::{Multipart, multipart::Field};

/// Bytes of all text fields together. A letter may have 50,000 characters; what is beyond can't be used anyway.
const MOST_TEXT: usize = 4 * 1024 * 1024;

#[derive(Debug, Default)]
pub struct Received {
    pub fields: Fields,
    pub files: Vec<File>,
    /// Files that were not taken.
    pub refused: Vec<Refused>,
    text: usize,
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

/// `limit`: bytes of all files together.
pub async fn receive(multipart: &mut Multipart, limit: u64) -> Received {
    let mut received = Received::default();
    loop {
        let taken = match multipart.next_field().await {
            Ok(Some(field)) => take(&mut received, field, limit).await,
            Ok(None) => return received,
            Err(error) => Err(error),
        };
        if let Err(error) = taken {
            tracing::info!(%error, "an upload broke off");
            received.refused.push(Refused::BrokenOff);
            return received;
        }
    }
}

async fn take(
    received: &mut Received,
    mut field: Field<'_>,
    limit: u64,
) -> Result<(), axum::extract::multipart::MultipartError> {
    let name = field.name().unwrap_or_default().to_owned();
    let Some(file) = field.file_name().map(str::to_owned) else {
        let mut value = Vec::new();
        while let Some(chunk) = field.chunk().await? {
            let room = MOST_TEXT.saturating_sub(received.text).min(chunk.len());
            value.extend_from_slice(&chunk[..room]);
            received.text += room;
        }
        received.fields.push(name, String::from_utf8_lossy(&value).into_owned());
        return Ok(());
    };
    let content_type = content_type(field.content_type());
    let mut bytes = Vec::new();
    let mut fits = true;
    while let Some(chunk) = field.chunk().await? {
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
    use axum::{
        body::Body,
        extract::{FromRequest as _, Request},
    };

    async fn posted(body: String, limit: u64) -> Received {
        let request = Request::post("/api/ask")
            .header("content-type", "multipart/form-data; boundary=XX")
            .body(Body::from(body))
            .unwrap();
        receive(&mut Multipart::from_request(request, &()).await.unwrap(), limit).await
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
