//! What stands in the way of a request, in words, and the field that can change it.

use crate::i18n::{Text, fl};
use domain::case::ask::{MAX_NOTE, MAX_SUBJECT, MAX_TEXT, Problem};

pub fn sentence(text: Text, problem: Problem) -> String {
    match problem {
        Problem::NoRecipients => fl!(text, "ask-problem-no-recipients"),
        Problem::UnknownRecipients => fl!(text, "ask-problem-unknown-recipients"),
        Problem::CorrectionMissing => fl!(text, "ask-problem-correction-missing"),
        Problem::SubjectMissing => fl!(text, "ask-problem-subject-missing"),
        Problem::NoteTooLong => fl!(text, "ask-problem-note-long", most = MAX_NOTE),
        Problem::SubjectTooLong => fl!(text, "ask-problem-subject-long", most = MAX_SUBJECT),
        Problem::TextTooLong => fl!(text, "ask-problem-text-long", most = MAX_TEXT),
        Problem::NoMessageId => fl!(text, "ask-problem-no-message-id"),
        Problem::NobodyCanApprove => fl!(text, "ask-problem-nobody-can-approve"),
    }
}

/// The element of the form's page.
pub fn field(problem: Problem) -> &'static str {
    match problem {
        Problem::NoRecipients | Problem::UnknownRecipients | Problem::NobodyCanApprove => "recipients",
        Problem::CorrectionMissing | Problem::TextTooLong => "text",
        Problem::SubjectMissing | Problem::SubjectTooLong => "subject",
        Problem::NoteTooLong => "note",
        Problem::NoMessageId => "intent",
    }
}

/// The sentence beside a field of the form.
pub fn beside(text: Text, problems: &[Problem], at: &str) -> Option<String> {
    problems.iter().find(|problem| field(**problem) == at).map(|problem| sentence(text, *problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::shared::Language;

    #[test]
    fn each_stands_beside_its_field() {
        let text = Text::of(Language::English);
        let problems = [Problem::SubjectTooLong, Problem::NoRecipients];
        assert_eq!(beside(text, &problems, "recipients"), Some(sentence(text, Problem::NoRecipients)));
        assert!(beside(text, &problems, "subject").unwrap().contains("300"));
        assert_eq!(beside(text, &problems, "note"), None);
    }
}
