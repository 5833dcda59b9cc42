//! The index of sent mail: what a person sees of their own Sent folders.

use crate::{
    ids::{PersonId, SentId},
    mail::{Attachment, Fingerprint, MessageId, NamedAddress},
    mail_system::FolderName,
    search::Search,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shared::{CaseNumber, CaseState};

/// One message of somebody's Sent folders, as indexed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentMessage {
    pub id: SentId,
    pub owner: PersonId,
    pub folder: FolderName,
    /// See [`crate::mail_system::SentRef::locator`]; unique per owner.
    pub locator: String,
    pub message_id: Option<MessageId>,
    pub references: Vec<MessageId>,
    pub subject: String,
    pub sent_at: Timestamp,
    pub from: Option<NamedAddress>,
    pub to: Vec<NamedAddress>,
    pub cc: Vec<NamedAddress>,
    pub bcc: Vec<NamedAddress>,
    pub attachments: Vec<Attachment>,
    /// At most [`MAX_TEXT`] characters of the plain text.
    pub text: String,
    pub fingerprint: Fingerprint,
    /// Bytes of the raw message.
    pub size: u64,
}

/// Longer texts are cut in the index (characters); the mail itself stays whole.
pub const MAX_TEXT: usize = 100_000;

impl SentMessage {
    pub fn recipients(&self) -> impl Iterator<Item = &NamedAddress> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }

    /// The same for all mails of a conversation, which is named by its first mail (RFC 5322, 3.6.4). A mail without any
    /// id is alone in its own.
    pub fn conversation(&self) -> [u8; 16] {
        let first = self.references.first().or(self.message_id.as_ref());
        let name = first.map_or(self.id.0.as_bytes().as_slice(), |id| id.as_str().as_bytes());
        let mut short = [0; 16];
        short.copy_from_slice(&Sha256::digest(name)[..16]);
        short
    }
}

/// A row of the Sent page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentSummary {
    pub message: SentMessage,
    /// The newest case about it; only this one can still be at work.
    pub case: Option<SentCase>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentCase {
    pub number: CaseNumber,
    pub state: CaseState,
}

/// What the Sent page asks for. Newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentFilter {
    pub search: Search,
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub until: Option<Timestamp>,
    /// Some(true): only mail with a case; Some(false): only mail without one.
    pub has_case: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// From 0.
    pub index: u64,
    pub size: u64,
}

/// One page of what a search of sent mail found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub rows: Vec<SentSummary>,
    pub total: Total,
}

/// How many rows there are on all pages, as far as it was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    Exactly(u64),
    /// A few of them may turn out not to fit when their page is opened.
    About(u64),
    /// Nobody turns so many pages: the search has to be narrower.
    MoreThan(u64),
}

impl Total {
    /// Those that can be turned to.
    pub fn rows(self) -> u64 {
        match self {
            Self::Exactly(rows) | Self::About(rows) | Self::MoreThan(rows) => rows,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T> {
    pub rows: Vec<T>,
    /// Rows on all pages.
    pub total: u64,
}
