use super::*;
use domain::mailer::MailContent;
use mail_parser::{Message, MessageParser, MimeHeaders};
use uuid::Uuid;

const ID: OutgoingId = OutgoingId(Uuid::from_u128(0x0192_3456_789a_7bcd_8def_0123_4567_89ab));

/// A correction in Chinese; tests change what they are about.
struct Letter {
    from: NamedAddress,
    to: NamedAddress,
    corrects: Option<MessageId>,
    references: Vec<MessageId>,
    date: Timestamp,
    automatic: bool,
    content: MailContent,
}

impl Letter {
    fn new() -> Self {
        Self {
            from: named("林青", "lin.qing@example.test"),
            to: named("Wang, Mei (\"梅\")", "wang@client.test"),
            corrects: Some(id("original@example.test")),
            references: Vec::new(),
            date: Timestamp(1_769_994_000_123),
            automatic: false,
            content: MailContent {
                subject: "更正：合同附件有误，请删除先前收到的文件并以本邮件为准，给您带来不便深表歉意"
                    .into(),
                text: "您好：\n\n先前的附件有误。\n.\nFrom 林青\n".into(),
                attachments: Vec::new(),
            },
        }
    }

    fn enclosing(mut self, name: &str, content_type: &str, bytes: &[u8]) -> Self {
        let (name, content_type, bytes) = (name.to_owned(), content_type.to_owned(), bytes.to_vec());
        self.content.attachments.push(Enclosure { name, content_type, bytes });
        self
    }

    fn written(&self) -> Vec<u8> {
        compose(&OutgoingMail {
            id: ID,
            from: &self.from,
            to: &self.to,
            message_id: &id("new@example.test"),
            corrects: self.corrects.as_ref(),
            references: &self.references,
            date: self.date,
            automatic: self.automatic,
            content: &self.content,
        })
        .unwrap()
    }
}

fn named(name: &str, address: &str) -> NamedAddress {
    NamedAddress { name: name.into(), address: address.parse().unwrap() }
}

fn id(text: &str) -> MessageId {
    text.parse().unwrap()
}

fn read(raw: &[u8]) -> Message<'_> {
    MessageParser::default().parse(raw).unwrap()
}

/// Whatever was put into it, a mail is CRLF lines that every server takes.
fn assert_transportable(raw: &[u8]) {
    let text = str::from_utf8(raw).unwrap();
    assert!(text.ends_with("\r\n"));
    for line in text.split("\r\n") {
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        assert!(line.len() <= 998, "{} bytes in {line:?}", line.len());
    }
}

#[test]
fn chinese_mail_reads_back_as_it_was_written() {
    let letter = Letter::new();
    let raw = letter.written();
    assert_transportable(&raw);
    assert!(raw.is_ascii(), "no server needs 8BITMIME for it");
    let mail = read(&raw);
    assert_eq!(mail.subject(), Some(letter.content.subject.as_str()));
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("林青"), Some("lin.qing@example.test")));
    let to = mail.to().unwrap().first().unwrap();
    assert_eq!((to.name(), to.address()), (Some("Wang, Mei (\"梅\")"), Some("wang@client.test")));
    assert_eq!(mail.date().unwrap().to_timestamp(), 1_769_994_000);
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), letter.content.text.trim_end());
    assert_eq!(mail.attachment_count(), 0);
}

#[test]
fn same_mail_twice_is_the_same_bytes() {
    let letter = Letter::new().enclosing("合同.pdf", "application/pdf", b"%PDF");
    assert_eq!(letter.written(), letter.written());
}

#[test]
fn attachments_keep_their_bytes_and_chinese_names() {
    let binary: Vec<u8> = (0..=255).cycle().take(5000).collect();
    let letter = Letter::new()
        .enclosing(
            "采购合同（最终版）第二次修订及补充协议——仅供内部审批使用请勿外传.pdf",
            "application/pdf",
            &binary,
        )
        .enclosing("a \"quoted\" name.txt", "text/plain", b"unix\nline ends\n\n")
        .enclosing("表格.csv", "text/csv; charset=gbk", "编号,金额\n".as_bytes())
        .enclosing("empty.bin", "application/octet-stream", b"");
    let raw = letter.written();
    assert_transportable(&raw);
    let mail = read(&raw);
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), letter.content.text.trim_end());
    assert_eq!(mail.attachment_count(), letter.content.attachments.len());
    for (part, sent) in mail.attachments().zip(&letter.content.attachments) {
        assert_eq!(part.attachment_name(), Some(sent.name.as_str()));
    }
    // Text parts are decoded to Unicode by the parser; these are UTF-8 already, so the bytes are comparable.
    let contents: Vec<&[u8]> = mail.attachments().map(mail_parser::MessagePart::contents).collect();
    let sent: Vec<&[u8]> = letter.content.attachments.iter().map(|sent| sent.bytes.as_slice()).collect();
    assert_eq!(contents, sent);
}

#[test]
fn threads_and_supersedes_without_naming_an_id_twice() {
    let mut letter = Letter::new();
    let long = "x".repeat(200) + "@example.test";
    letter.references = [long.as_str(), "2@x", "original@example.test", "2@x", "编号@x"].map(id).to_vec();
    let raw = letter.written();
    assert_transportable(&raw);
    let mail = read(&raw);
    assert_eq!(mail.message_id(), Some("new@example.test"));
    assert_eq!(mail.in_reply_to().as_text(), Some("original@example.test"));
    assert_eq!(mail.references().as_text_list().unwrap(), [&long, "2@x", "original@example.test"]);
    assert_eq!(mail.header_raw("Supersedes").map(str::trim), Some("<original@example.test>"));
}

#[test]
fn mail_that_corrects_none_names_none() {
    let mut letter = Letter::new();
    letter.corrects = None;
    let raw = letter.written();
    let mail = read(&raw);
    for header in ["In-Reply-To", "References", "Supersedes"] {
        assert!(mail.header(header).is_none(), "{header}");
    }
}

#[test]
fn only_what_the_portal_wrote_itself_says_so() {
    let says = |automatic| {
        let raw = Letter { automatic, ..Letter::new() }.written();
        assert_transportable(&raw);
        read(&raw).header_raw("Auto-Submitted").map(|value| value.trim().to_owned())
    };
    assert_eq!(says(true).as_deref(), Some("auto-generated"));
    assert_eq!(says(false), None, "people answer a correction");
}

#[test]
fn nothing_can_add_a_header_or_a_part() {
    let evil = "x\r\nBcc: spy@evil.test\r\n\r\n--=_";
    let mut letter = Letter::new().enclosing(&format!("{evil}\".pdf"), &format!("text/{evil}"), b"a");
    letter.content.subject = evil.into();
    letter.content.text = format!("--=_{}\r\n\r\nContent-Type: text/html\r\rX\n", ID.0.simple());
    letter.from.name = evil.into();
    letter.to.name = format!("{evil} 梅\u{85}");
    let raw = letter.written();
    assert_transportable(&raw);
    let mail = read(&raw);
    assert!(mail.bcc().is_none());
    assert_eq!(mail.parts.len(), 3, "multipart, text, attachment");
    assert_eq!(mail.subject(), Some("x  Bcc: spy@evil.test    --=_"));
    assert_eq!(mail.attachment(0).unwrap().content_type().unwrap().ctype(), "application");
}

#[test]
fn file_names_lose_their_folders() {
    for (name, kept) in [
        ("../../etc/passwd", "passwd"),
        ("C:\\tmp\\a.txt", "a.txt"),
        ("a/", "attachment"),
        ("", "attachment"),
    ] {
        assert_eq!(file_name(name), kept);
    }
}

#[test]
fn enclosed_mail_and_unreadable_types_are_plain_files() {
    for written in ["message/rfc822", "multipart/mixed", "pdf", "a/b c", "é/x", ""] {
        assert_eq!(media_type(written), None, "{written}");
    }
    assert_eq!(media_type("Application/PDF; name=x").as_deref(), Some("application/pdf"));
}

#[test]
fn english_text_stays_readable_and_long_lines_are_broken() {
    let mut letter = Letter::new();
    letter.content.text = format!("From here\n{}\n", "word ".repeat(400));
    let raw = letter.written();
    assert_transportable(&raw);
    assert!(String::from_utf8_lossy(&raw).contains("Content-Transfer-Encoding: quoted-printable\r\n"));
    let mail = read(&raw);
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), letter.content.text.trim_end());
}

#[test]
fn dates_out_of_range_are_written_as_the_nearest() {
    for (at, written) in
        [(-1, "Thu, 01 Jan 1970 00:00:00 +0000"), (i64::MAX, "Fri, 31 Dec 9999 23:59:59 +0000")]
    {
        let mut letter = Letter::new();
        letter.date = Timestamp(at);
        let raw = String::from_utf8(letter.written()).unwrap();
        assert!(raw.contains(&format!("Date: {written}\r\n")), "{raw}");
    }
}

#[test]
fn address_that_no_server_takes_is_refused() {
    let mut letter = Letter::new();
    letter.to = named("", "wang(comment)@client.test");
    let mail = OutgoingMail {
        id: ID,
        from: &letter.from,
        to: &letter.to,
        message_id: &id("new@example.test"),
        corrects: None,
        references: &[],
        date: letter.date,
        automatic: false,
        content: &letter.content,
    };
    assert!(matches!(compose(&mail), Err(SendError::Never(_))));
}

#[test]
fn international_addresses_and_plain_host_names_are_written() {
    let mut letter = Letter::new();
    letter.to = named("", "客服@例子.公司");
    letter.from = named("Root", "root@localhost");
    let raw = letter.written();
    let mail = read(&raw);
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("客服@例子.公司"));
    assert_eq!(mail.from().unwrap().first().unwrap().address(), Some("root@localhost"));
}
