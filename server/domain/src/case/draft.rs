//! A request being written: kept on the server, so that nothing typed is lost, and consumed once.

use super::Request;
use crate::{
    ids::{DraftId, PersonId, SentId, UploadId},
    mail::EmailAddress,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use shared::{Intent, ReasonKind};

/// Becomes the case of the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub id: DraftId,
    pub owner: PersonId,
    pub sent: SentId,
    pub form: DraftForm,
    pub updated_at: Timestamp,
}

/// What the Ask form says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftForm {
    pub intent: Intent,
    /// Mailboxes and outside addresses, after groups were expanded.
    pub recipients: Vec<EmailAddress>,
    pub include_read: bool,
    pub reason: ReasonKind,
    pub note: String,
    /// Both empty: no correction.
    pub subject: String,
    pub text: String,
}

impl DraftForm {
    pub fn has_correction(&self) -> bool {
        !self.text.trim().is_empty()
    }
}

/// A file attached to the correction. Content is sealed with the key of the draft's case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    pub id: UploadId,
    pub draft: DraftId,
    pub name: String,
    pub content_type: String,
    /// Bytes before sealing.
    pub size: u64,
}

impl Draft {
    /// What was typed lives in the case from now on, sealed; the draft only remembers that it was used.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let form = DraftForm {
            subject: String::new(),
            text: String::new(),
            note: String::new(),
            ..self.form.clone()
        };
        Self { form, ..self.clone() }
    }
}

impl DraftForm {
    pub fn request(&self) -> Request {
        Request {
            intent: self.intent,
            include_read: self.intent.removes() && self.include_read,
            reason: self.reason,
            note: self.note.trim().to_owned(),
            has_correction: self.has_correction(),
        }
    }
}
