//! What the Ask form posts, read once. Nothing typed is cut or refused here: the services say what is wrong, and
//! a choice that can't be read becomes the one that does the least.

use domain::{
    case::draft::DraftForm,
    ids::{DraftId, SentId, UploadId},
    mail::EmailAddress,
    shared::{Intent, Language, ReasonKind},
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Field names, as the page writes them and this module reads them.
pub mod name {
    pub const SENT: &str = "sent";
    pub const DRAFT: &str = "draft";
    pub const PERSON: &str = "for_person";
    pub const INTENT: &str = "intent";
    pub const RECIPIENT: &str = "recipient";
    pub const INCLUDE_READ: &str = "include_read";
    pub const REASON: &str = "reason";
    pub const NOTE: &str = "note";
    pub const LANGUAGE: &str = "letter_language";
    pub const SUBJECT: &str = "subject";
    pub const TEXT: &str = "text";
    pub const FILES: &str = "files";
    pub const ACT: &str = "act";
}

/// The whole form, as it is saved, or kept when the session has expired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    pub sent: SentId,
    pub draft: DraftId,
    /// Of the letter, not of the page.
    pub language: Language,
    pub form: DraftForm,
}

/// Which of the form's buttons was pressed. Each saves everything else first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// On to the check page.
    Check,
    /// Only save, and attach what was chosen.
    Attach,
    Template,
    Everybody,
    InsideOnly,
    Nobody,
    Remove(UploadId),
}

const REMOVE: &str = "remove-";

impl Act {
    /// The button's value.
    pub fn code(self) -> String {
        match self {
            Self::Check => "check".to_owned(),
            Self::Attach => "attach".to_owned(),
            Self::Template => "template".to_owned(),
            Self::Everybody => "everybody".to_owned(),
            Self::InsideOnly => "inside".to_owned(),
            Self::Nobody => "nobody".to_owned(),
            Self::Remove(upload) => format!("{REMOVE}{upload}"),
        }
    }

    /// Anything unknown, or nothing (the upload broke off before it): save and show the form again.
    pub fn from_code(code: &str) -> Self {
        let known =
            [Self::Check, Self::Attach, Self::Template, Self::Everybody, Self::InsideOnly, Self::Nobody];
        let removed = || code.strip_prefix(REMOVE)?.parse().ok().map(Self::Remove);
        known.into_iter().find(|act| act.code() == code).or_else(removed).unwrap_or(Self::Attach)
    }

    /// Where on the form the person was.
    pub fn anchor(self) -> &'static str {
        match self {
            Self::Check => "",
            Self::Attach | Self::Remove(_) => "#attachments",
            Self::Template => "#letter",
            Self::Everybody | Self::InsideOnly | Self::Nobody => "#recipients",
        }
    }
}

/// The text fields of a posted form, in their order.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub fn push(&mut self, name: String, value: String) {
        self.0.push((name, value));
    }

    pub fn one(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn act(&self) -> Act {
        Act::from_code(self.one(name::ACT))
    }

    /// None: it isn't our form, because it doesn't say which message and which draft it is about.
    pub fn read(&self) -> Option<Typed> {
        Some(Typed {
            sent: self.one(name::SENT).parse().ok()?,
            draft: self.one(name::DRAFT).parse().ok()?,
            language: Language::from_tag(self.one(name::LANGUAGE)).unwrap_or_default(),
            form: DraftForm {
                intent: self.one(name::INTENT).parse().unwrap_or(Intent::CorrectOnly),
                recipients: addresses(self.all(name::RECIPIENT)),
                include_read: self.one(name::INCLUDE_READ) == "yes",
                reason: self.one(name::REASON).parse().unwrap_or(ReasonKind::Other),
                note: line_feeds(self.one(name::NOTE)),
                subject: one_line(self.one(name::SUBJECT)),
                text: line_feeds(self.one(name::TEXT)),
            },
        })
    }
}

/// Each once, in the order of the form.
fn addresses<'a>(values: impl Iterator<Item = &'a str>) -> Vec<EmailAddress> {
    let mut seen = HashSet::new();
    values
        .filter_map(|value| value.parse::<EmailAddress>().ok())
        .filter(|address| seen.insert(address.clone()))
        .collect()
}

/// Browsers send CRLF (HTML §4.10.21.4); we keep LF.
fn line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// A subject has no line breaks; one that was posted nevertheless must not end a header.
fn one_line(text: &str) -> String {
    text.split(['\r', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &str = "01980000-0000-7000-8000-000000000001";
    const DRAFT: &str = "01980000-0000-7000-8000-000000000002";

    fn fields(more: &[(&str, &str)]) -> Fields {
        let mut fields = Fields::default();
        for (name, value) in [(name::SENT, SENT), (name::DRAFT, DRAFT)].iter().chain(more) {
            fields.push((*name).to_owned(), (*value).to_owned());
        }
        fields
    }

    fn read(more: &[(&str, &str)]) -> Typed {
        fields(more).read().unwrap()
    }

    #[test]
    fn a_whole_form() {
        let typed = read(&[
            (name::INTENT, "recall_and_replace"),
            (name::RECIPIENT, "mei@example.com"),
            (name::RECIPIENT, "bob@example.com"),
            (name::INCLUDE_READ, "yes"),
            (name::REASON, "wrong_version"),
            (name::NOTE, "草稿\r\n发错了"),
            (name::LANGUAGE, "zh-CN"),
            (name::SUBJECT, "更正：通知"),
            (name::TEXT, "您好：\r\n\r\n正文\r完"),
        ]);
        assert_eq!((typed.sent.to_string(), typed.draft.to_string()), (SENT.into(), DRAFT.into()));
        assert_eq!(typed.language, Language::Chinese);
        let form = typed.form;
        assert_eq!((form.intent, form.reason), (Intent::RecallAndReplace, ReasonKind::WrongVersion));
        assert!(form.include_read);
        assert_eq!(form.recipients.len(), 2);
        assert_eq!(form.note, "草稿\n发错了");
        assert_eq!(form.text, "您好：\n\n正文\n完");
    }

    #[test]
    fn without_a_message_or_a_draft_it_is_not_our_form() {
        assert_eq!(Fields::default().read(), None);
        let mut only_sent = Fields::default();
        only_sent.push(name::SENT.into(), SENT.into());
        only_sent.push(name::DRAFT.into(), "1 OR 1=1".into());
        assert_eq!(only_sent.read(), None);
    }

    #[test]
    fn what_can_not_be_read_does_the_least() {
        let form =
            read(&[(name::INTENT, "destroy"), (name::REASON, "fun"), (name::INCLUDE_READ, "maybe")]).form;
        assert_eq!((form.intent, form.reason), (Intent::CorrectOnly, ReasonKind::Other));
        assert!(!form.include_read && form.recipients.is_empty());
    }

    #[test]
    fn each_recipient_counts_once() {
        let form = read(&[
            (name::RECIPIENT, "b@example.com"),
            (name::RECIPIENT, "A@Example.com"),
            (name::RECIPIENT, "a@example.com"),
            (name::RECIPIENT, "no address"),
            (name::RECIPIENT, "b@example.com"),
        ])
        .form;
        let addresses: Vec<&str> = form.recipients.iter().map(EmailAddress::as_str).collect();
        assert_eq!(addresses, ["b@example.com", "a@example.com"]);
    }

    #[test]
    fn long_text_stays_whole_and_subjects_stay_on_one_line() {
        let long = "长".repeat(60_000);
        let form = read(&[(name::TEXT, &long), (name::SUBJECT, "a\r\nBcc: x@evil.test\r\n")]).form;
        assert_eq!(form.text.chars().count(), 60_000);
        assert_eq!(form.subject, "a Bcc: x@evil.test");
    }

    #[test]
    fn buttons_read_back_and_unknown_ones_only_save() {
        let upload: UploadId = SENT.parse().unwrap();
        for act in
            [Act::Check, Act::Template, Act::Everybody, Act::InsideOnly, Act::Nobody, Act::Remove(upload)]
        {
            assert_eq!(fields(&[(name::ACT, &act.code())]).act(), act);
        }
        for code in ["", "explode", "remove-", "remove-x"] {
            assert_eq!(Act::from_code(code), Act::Attach, "{code:?}");
        }
    }
}
