//! Writing a mail (RFC 5322, MIME), with LF line ends as Maildirs keep them.
//!
//! The author's form carries no Bcc and no trace: those stand in front of it in each copy, so that all copies
//! of a mail have the same fingerprint.

use super::{calendar, files::Enclosure, people::Party};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::time::Timestamp;
use std::fmt::Write;

#[derive(Clone, Debug)]
pub struct Letter {
    /// Without angle brackets.
    pub id: String,
    pub from: Party,
    pub to: Vec<Party>,
    pub cc: Vec<Party>,
    pub bcc: Vec<Party>,
    pub date: Timestamp,
    pub subject: String,
    pub text: String,
    /// A second, HTML form of the text goes along.
    pub html: bool,
    pub enclosures: Vec<Enclosure>,
    /// Oldest first; the last one is answered.
    pub references: Vec<String>,
    /// Whether it is an answer at all: a mail that is passed on refers without answering.
    pub answers: bool,
}

impl Letter {
    pub fn named(&self) -> impl Iterator<Item = &Party> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }

    pub fn raw(&self) -> Vec<u8> {
        // Writing into a String can't fail, here and below.
        let mut mail = String::new();
        let _ = writeln!(mail, "From: {}", addresses(std::slice::from_ref(&self.from)));
        let _ = writeln!(mail, "To: {}", addresses(&self.to));
        if !self.cc.is_empty() {
            let _ = writeln!(mail, "Cc: {}", addresses(&self.cc));
        }
        let _ = writeln!(mail, "Subject: {}", encoded_words(&self.subject));
        let _ = writeln!(mail, "Date: {}\nMessage-ID: <{}>", calendar::header_date(self.date), self.id);
        if let Some(parent) = self.references.last() {
            if self.answers {
                let _ = writeln!(mail, "In-Reply-To: <{parent}>");
            }
            let all: Vec<String> = self.references.iter().map(|id| format!("<{id}>")).collect();
            let _ = writeln!(mail, "References: {}", all.join("\n "));
        }
        mail.push_str("MIME-Version: 1.0\n");
        self.body(&mut mail);
        mail.into_bytes()
    }

    /// The line that only the Sent copy has; empty without Bcc.
    pub fn bcc_line(&self) -> String {
        if self.bcc.is_empty() { String::new() } else { format!("Bcc: {}\n", addresses(&self.bcc)) }
    }

    fn body(&self, mail: &mut String) {
        if self.enclosures.is_empty() {
            return self.words(mail);
        }
        let boundary = format!("=_mixed_{}", self.boundary());
        let _ = writeln!(mail, "Content-Type: multipart/mixed; boundary=\"{boundary}\"\n");
        let _ = writeln!(mail, "--{boundary}");
        self.words(mail);
        for enclosure in &self.enclosures {
            let _ = writeln!(mail, "\n--{boundary}\nContent-Type: {}", enclosure.content_type);
            let _ = writeln!(mail, "Content-Disposition: attachment;\n{}", filename(&enclosure.name));
            let _ = writeln!(mail, "Content-Transfer-Encoding: base64\n\n{}", base64_lines(&enclosure.bytes));
        }
        let _ = writeln!(mail, "--{boundary}--");
    }

    fn words(&self, mail: &mut String) {
        if !self.html {
            return text_part(mail, "plain", &self.text);
        }
        let boundary = format!("=_alternative_{}", self.boundary());
        let _ =
            writeln!(mail, "Content-Type: multipart/alternative; boundary=\"{boundary}\"\n\n--{boundary}");
        text_part(mail, "plain", &self.text);
        let _ = writeln!(mail, "\n--{boundary}");
        text_part(mail, "html", &html(&self.text));
        let _ = writeln!(mail, "\n--{boundary}--");
    }

    /// Unique in the mail: base64 has no `=_`, and the plain texts don't hold message ids.
    fn boundary(&self) -> &str {
        self.id.split('@').next().unwrap_or_default()
    }
}

fn text_part(mail: &mut String, subtype: &str, text: &str) {
    let _ = writeln!(mail, "Content-Type: text/{subtype}; charset=utf-8");
    if text.is_ascii() {
        let _ = write!(mail, "Content-Transfer-Encoding: 7bit\n\n{}\n", text.trim_end());
    } else {
        let _ = writeln!(mail, "Content-Transfer-Encoding: base64\n\n{}", base64_lines(text.as_bytes()));
    }
}

fn html(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let paragraphs: Vec<String> = escaped
        .split("\n\n")
        .map(|paragraph| format!("<p>{}</p>", paragraph.trim_end().replace('\n', "<br>\n")))
        .collect();
    format!(
        "<!DOCTYPE html>\n<html><body style=\"font-family: sans-serif\">\n{}\n</body></html>\n",
        paragraphs.join("\n")
    )
}

/// Lines of 76 letters, the last without a line end.
fn base64_lines(bytes: &[u8]) -> String {
    let lines: Vec<String> = bytes.chunks(57).map(|chunk| STANDARD.encode(chunk)).collect();
    lines.join("\n")
}

fn addresses(parties: &[Party]) -> String {
    let all: Vec<String> = parties.iter().map(mailbox).collect();
    all.join(",\n ")
}

fn mailbox(party: &Party) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == ' ';
    let Party { name, address } = party;
    if name.is_empty() {
        address.clone()
    } else if name.chars().all(plain) {
        format!("{name} <{address}>")
    } else if name.is_ascii() {
        format!("\"{name}\" <{address}>")
    } else {
        format!("{} <{address}>", encoded_words(name))
    }
}

/// RFC 2047: words of at most 75 letters, each whole characters.
fn encoded_words(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut chunks = vec![String::new()];
    for c in text.chars() {
        if chunks.last().is_some_and(|chunk| chunk.len() + c.len_utf8() > 42) {
            chunks.push(String::new());
        }
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(c);
        }
    }
    let words: Vec<String> =
        chunks.iter().map(|chunk| format!("=?UTF-8?B?{}?=", STANDARD.encode(chunk))).collect();
    words.join("\n ")
}

/// RFC 2231: percent-encoded UTF-8, continued over several parameters where it is long (§3, §4.1).
fn filename(name: &str) -> String {
    if name.is_ascii() {
        return format!(" filename=\"{name}\"");
    }
    let encoded: Vec<String> = name.chars().map(percent).collect();
    let mut parts = vec![String::new()];
    for c in encoded {
        if parts.last().is_some_and(|part| part.len() + c.len() > 54) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(&c);
        }
    }
    if let [whole] = parts.as_slice() {
        return format!(" filename*=UTF-8''{whole}");
    }
    let numbered = parts.iter().enumerate().map(|(number, part)| {
        let charset = if number == 0 { "UTF-8''" } else { "" };
        format!(" filename*{number}*={charset}{part}")
    });
    numbered.collect::<Vec<_>>().join(";\n")
}

fn percent(c: char) -> String {
    if c.is_ascii_alphanumeric() || ".-_".contains(c) {
        return c.to_string();
    }
    c.encode_utf8(&mut [0; 4]).bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "%{byte:02X}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::mail::{Fingerprint, ParsedMail};

    fn party(name: &str, address: &str) -> Party {
        Party { name: name.into(), address: address.into() }
    }

    fn letter() -> Letter {
        let name = "内部审批意见-关于仓储升级二期项目的报价与折扣（第三稿，仅供内部传阅）.docx";
        Letter {
            id: "1.a@x.test".into(),
            from: party("林晓棠", "lin@x.test"),
            to: vec![party("O'Neil, Pat", "pat@y.test"), party("", "all@x.test")],
            cc: vec![party("Grace Holloway", "grace@x.test")],
            bcc: vec![party("周砚", "zhou@x.test")],
            date: Timestamp(1_769_994_000_000),
            subject: "《智慧仓储服务合同》终稿与附件，请各位审阅后在本周五之前回复确认，谢谢".into(),
            text: "您好：\n\n第一段。\n\na < b".into(),
            html: true,
            enclosures: vec![Enclosure {
                name: name.into(),
                content_type: "application/pdf",
                bytes: vec![7; 1000],
            }],
            references: vec!["0@x.test".into(), "0.5@x.test".into()],
            answers: true,
        }
    }

    #[test]
    fn reads_back_as_it_was_written() {
        let letter = letter();
        let raw = letter.raw();
        assert!(raw.is_ascii());
        assert!(raw.split(|byte| *byte == b'\n').all(|line| line.len() <= 120), "no line is too long");
        let mail = ParsedMail::read(&raw);
        assert_eq!(mail.message_id.unwrap().as_str(), letter.id);
        assert_eq!(mail.subject, letter.subject);
        assert_eq!(mail.from.unwrap().name, "林晓棠");
        assert_eq!(mail.to[0].name, "O'Neil, Pat");
        assert_eq!((mail.to.len(), mail.cc.len(), mail.bcc.len()), (2, 1, 0));
        assert_eq!(mail.date, Some(letter.date));
        assert_eq!(mail.text.trim_end(), letter.text);
        assert_eq!(mail.references.len(), 2);
        assert_eq!(mail.attachments.len(), 1);
        assert_eq!(
            (mail.attachments[0].name.as_str(), mail.attachments[0].size),
            (letter.enclosures[0].name.as_str(), 1000)
        );
    }

    #[test]
    fn bcc_stands_in_front_and_changes_nothing() {
        let raw = letter().raw();
        let sent = [letter().bcc_line().into_bytes(), raw.clone()].concat();
        assert_eq!(Fingerprint::of(&sent), Fingerprint::of(&raw));
        assert_eq!(ParsedMail::read(&sent).bcc[0].address.as_str(), "zhou@x.test");
    }

    #[test]
    fn a_plain_english_mail_is_readable_as_it_is() {
        let plain = Letter {
            html: false,
            enclosures: vec![],
            text: "Hello,\n\nlunch?".into(),
            subject: "Lunch?".into(),
            ..letter()
        };
        let raw = String::from_utf8(plain.raw()).unwrap();
        assert!(raw.contains("Subject: Lunch?\n") && raw.ends_with("\n\nHello,\n\nlunch?\n"));
    }
}
