//! A form nobody has typed in yet: the choices most people need, so that a panicking sender only confirms them.

use super::{
    form::Typed,
    letter::{self, About},
};
use domain::{
    case::draft::DraftForm,
    ids::DraftId,
    org::Recipient,
    shared::{Intent, Language, ReasonKind},
};

pub fn typed(about: About, recipients: &[Recipient], intent: Option<Intent>, draft: DraftId) -> Typed {
    let intent = intent.filter(|intent| about.message.message_id.is_some() || !intent.removes());
    let intent = intent.unwrap_or(if about.message.message_id.is_some() {
        Intent::Recall
    } else {
        Intent::CorrectOnly
    });
    let mut form = DraftForm {
        intent,
        recipients: recipients.iter().map(|recipient| recipient.address.clone()).collect(),
        include_read: false,
        reason: reason(about, intent),
        note: String::new(),
        subject: String::new(),
        text: String::new(),
    };
    let language = language(about);
    let reaches_everybody = recipients.iter().all(|recipient| recipient.person().is_some());
    if letter::is_wanted(intent, reaches_everybody) {
        letter::template(about, language, intent, form.reason).put_into(&mut form);
    }
    Typed { sent: about.message.id, draft, language, form }
}

/// The language of the mail that went wrong is the one its readers understand.
pub fn language(about: About) -> Language {
    let written = format!("{}{}", about.message.subject, about.message.text);
    letter::language_of(&written, about.sender.language)
}

fn reason(about: About, intent: Intent) -> ReasonKind {
    match (intent, about.message.attachments.is_empty()) {
        (Intent::RecallAndReplace, _) => ReasonKind::WrongVersion,
        (_, false) => ReasonKind::WrongAttachment,
        (_, true) => ReasonKind::Other,
    }
}
