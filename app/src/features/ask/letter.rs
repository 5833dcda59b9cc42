//! The letter a sender needn't compose in a hurry: one for each reason, in the language of its readers.

use super::marks;
use crate::i18n::{Text, fl};
use chrono_tz::Tz;
use domain::{
    case::draft::DraftForm,
    org::Person,
    sent::SentMessage,
    shared::{Intent, Language, ReasonKind},
};

/// Subject and text, as they stand in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub text: String,
}

/// What a letter is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub message: &'a SentMessage,
    pub sender: &'a Person,
    pub zone: Tz,
}

impl Letter {
    pub fn of(form: &DraftForm) -> Self {
        Self { subject: form.subject.clone(), text: form.text.clone() }
    }

    pub fn put_into(self, form: &mut DraftForm) {
        form.subject = self.subject;
        form.text = self.text;
    }

    fn is_empty(&self) -> bool {
        self.subject.trim().is_empty() && self.text.trim().is_empty()
    }
}

/// Is a letter wanted from the start? Recalled unread copies need none, everybody else deserves one.
pub fn is_wanted(intent: Intent, reaches_everybody: bool) -> bool {
    intent != Intent::Recall || !reaches_everybody
}

pub fn template(about: About, language: Language, intent: Intent, reason: ReasonKind) -> Letter {
    let text = Text::of(language);
    let subject = subject(text, about.message);
    let date = date(about, language);
    let mut parts = vec![fl!(text, "letter-greeting"), what(text, about, reason, &date, &subject)];
    parts.extend(ask(text, reason));
    parts.extend(instead(text, about.message, intent, reason));
    parts.push(fl!(text, "letter-thanks"));
    let closing = fl!(text, "letter-closing", name = about.sender.name.clone());
    Letter {
        subject: fl!(text, "letter-subject", subject = subject),
        text: [parts.join("\n\n"), closing].join("\n\n"),
    }
}

/// A letter nobody has changed follows the choices made above it; a missing one appears when it is needed.
pub fn follow(about: About, form: &mut DraftForm, language: Language) {
    let present = Letter::of(form);
    let appears = present.is_empty() && form.intent != Intent::Recall;
    if appears || is_untouched(about, &present) {
        template(about, language, form.intent, form.reason).put_into(form);
    }
}

/// The template instead of what is there. What somebody wrote stays below it, marked.
pub fn use_template(about: About, form: &mut DraftForm, language: Language) {
    let present = Letter::of(form);
    let mut fresh = template(about, language, form.intent, form.reason);
    if !present.is_empty() && !is_untouched(about, &present) {
        let divider = fl!(Text::of(language), "letter-earlier");
        fresh.text = format!("{}\n\n{divider}\n\n{}\n{}", fresh.text, present.subject, present.text);
    }
    fresh.put_into(form);
}

/// A guess from its letters, for the choice beside the form; `otherwise` for an empty one.
pub fn language_of(text: &str, otherwise: Language) -> Language {
    if text.trim().is_empty() {
        return otherwise;
    }
    let han = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    if han && !text.starts_with(&fl!(Text::of(Language::English), "letter-greeting")) {
        Language::Chinese
    } else {
        Language::English
    }
}

fn is_untouched(about: About, letter: &Letter) -> bool {
    // Of 36 at most; a quick look first.
    if marks::left(&letter.text).is_empty() && !letter.text.contains(&about.sender.name) {
        return false;
    }
    Language::ALL.iter().any(|language| {
        Intent::ALL.iter().any(|intent| {
            let same = |reason: &ReasonKind| template(about, *language, *intent, *reason) == *letter;
            ReasonKind::ALL.iter().any(same)
        })
    })
}

/// As a sentence has it: "11月23日", "23 November".
fn date(about: About, language: Language) -> String {
    let pattern = match language {
        Language::Chinese => "%-m月%-d日",
        Language::English => "%-d %B",
    };
    about.message.sent_at.utc().with_timezone(&about.zone).format(pattern).to_string()
}

fn subject(text: Text, message: &SentMessage) -> String {
    let subject = message.subject.trim();
    if subject.is_empty() { fl!(text, "letter-no-subject") } else { subject.to_owned() }
}

/// What was wrong, and the apology.
fn what(text: Text, about: About, reason: ReasonKind, date: &str, subject: &str) -> String {
    let (date, subject) = (date.to_owned(), subject.to_owned());
    match reason {
        ReasonKind::WrongAttachment => {
            let file = wrong_file(text, about.message);
            fl!(text, "letter-what-attachment", date = date, subject = subject, file = file)
        }
        ReasonKind::WrongVersion => fl!(text, "letter-what-version", date = date, subject = subject),
        ReasonKind::WrongRecipients => fl!(text, "letter-what-recipients", date = date, subject = subject),
        ReasonKind::SensitiveContent => fl!(text, "letter-what-sensitive", date = date, subject = subject),
        ReasonKind::Wording | ReasonKind::Other => {
            fl!(text, "letter-what-other", date = date, subject = subject)
        }
    }
}

/// The only attachment by its name; of several, the sender must say which.
fn wrong_file(text: Text, message: &SentMessage) -> String {
    let names: Vec<String> = message.attachments.iter().map(|file| file.name.clone()).collect();
    match names.as_slice() {
        [] => fl!(text, "letter-which-file"),
        [only] => only.clone(),
        several => fl!(text, "letter-which-of", files = several.join(" / ")),
    }
}

/// What the reader is asked to do.
fn ask(text: Text, reason: ReasonKind) -> Option<String> {
    match reason {
        ReasonKind::WrongAttachment => Some(fl!(text, "letter-ask-attachment")),
        ReasonKind::WrongRecipients | ReasonKind::SensitiveContent => Some(fl!(text, "letter-ask-delete")),
        ReasonKind::WrongVersion => Some(fl!(text, "letter-ask-version")),
        ReasonKind::Wording | ReasonKind::Other => None,
    }
}

/// What counts instead of the mail that was wrong.
fn instead(text: Text, message: &SentMessage, intent: Intent, reason: ReasonKind) -> Option<String> {
    match (reason, intent) {
        (ReasonKind::WrongVersion, Intent::Recall) => Some(fl!(text, "letter-instead-later")),
        // A mail that was only text is put right by text.
        (ReasonKind::WrongVersion, _) if message.attachments.is_empty() => {
            Some(fl!(text, "letter-instead-rewritten"))
        }
        (ReasonKind::WrongVersion, _) => Some(fl!(text, "letter-instead-version")),
        (ReasonKind::WrongAttachment, Intent::RecallAndReplace) => {
            Some(fl!(text, "letter-instead-attachment"))
        }
        (ReasonKind::Wording | ReasonKind::Other, _) | (_, Intent::RecallAndReplace) => {
            Some(fl!(text, "letter-instead-text"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
