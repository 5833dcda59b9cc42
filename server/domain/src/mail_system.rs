//! Port to the systems that keep the organisation's mailboxes: the least that each of them can do.
//!
//! Connectors live in the crate `mailbox`. What only some can do is a [`Capabilities`] flag, never a pretence.

use crate::{
    mail::{EmailAddress, MessageId},
    time::Timestamp,
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};
use thiserror::Error;

/// Opens mailboxes as the organisation. Cheap to share.
#[async_trait]
pub trait MailSystem: Send + Sync {
    fn capabilities(&self) -> Capabilities;

    /// Never creates a mailbox; a missing one is [`MailError::NoSuchMailbox`].
    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError>;

    async fn exists(&self, mailbox: &EmailAddress) -> Result<bool, MailError>;

    /// For the doctor: can mailboxes be read and written at all?
    async fn check(&self) -> Result<String, MailError>;
}

/// One open mailbox. Handles and folder listings are valid in this session only.
#[async_trait]
pub trait MailSession: Send {
    /// Every copy with exactly this Message-ID, in every folder, without leaving a trace (no \Seen, no \Recent lost).
    async fn locate(&mut self, id: &MessageId) -> Result<Located, MailError>;

    /// Raw bytes, without setting \Seen.
    async fn fetch(&mut self, copy: &CopyHandle) -> Result<Vec<u8>, MailError>;

    /// Removes exactly this copy if it is still as it was located (same place, same flags); otherwise
    /// changes nothing and says [`Removal::Changed`]. After `Removed` the mailbox no longer shows it.
    async fn remove(&mut self, copy: &CopyHandle) -> Result<Removal, MailError>;

    /// Takes off the mark \Deleted that a removal which was broken off may have left on this copy. Where removal is
    /// one step no such mark is ours, and nothing is changed.
    async fn unmark(&mut self, copy: &CopyHandle) -> Result<(), MailError>;

    /// Puts a message there, durably. Safe to repeat: a second `put` with the same key changes nothing and
    /// says [`Put::AlreadyThere`]. A folder that is missing is created.
    async fn put(&mut self, copy: &NewCopy<'_>) -> Result<Put, MailError>;

    /// Keeps ready what [`Self::put_once`] is to put, durably and where nobody sees it, if the system can.
    async fn stage(&mut self, copy: &NewCopy<'_>) -> Result<(), MailError>;

    /// Like `put`, for what must never stand there twice, even where its owner deleted the first one at once.
    /// `tried`: an earlier call may have got through; where nothing tells whether it did, nothing is put and the
    /// answer is [`Put::Unsure`].
    async fn put_once(&mut self, copy: &NewCopy<'_>, tried: bool) -> Result<Put, MailError>;

    /// Messages of the Sent folders. With the cursor of an earlier answer, only what changed since may come instead,
    /// and large folders may come in pieces, newest first.
    async fn list_sent(&mut self, cursor: Option<&str>) -> Result<SentListing, MailError>;

    /// Raw bytes of a listed message. [`MailError::Unavailable`] says that the system is in trouble, any other error
    /// that this message can't be had and the next one may.
    async fn fetch_sent(&mut self, message: &SentRef) -> Result<Vec<u8>, MailError> {
        self.fetch(&message.handle).await
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The connector's name in configuration and reports.
    pub name: &'static str,
    /// `remove` is refused when a client changed the copy in between, without any gap.
    pub race_free_removal: bool,
    /// Flags beyond the five of RFC 3501 survive.
    pub keeps_keywords: bool,
    /// How it is known that somebody has read a copy, when all goes well.
    pub read_evidence: ReadEvidence,
}

/// What there is to tell a copy that was read from one that wasn't; the weakest last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadEvidence {
    /// The server's log, too: what was opened and marked as unread again was read.
    FlagsAndLog,
    /// Flags alone, because the log, which there is, can't be read or doesn't reach back far enough.
    LogUnreadable,
    /// Flags alone.
    #[default]
    Flags,
}

impl ReadEvidence {
    pub fn code(self) -> &'static str {
        match self {
            Self::FlagsAndLog => "flags_and_log",
            Self::LogUnreadable => "log_unreadable",
            Self::Flags => "flags",
        }
    }
}

/// The mail system's own name for one located copy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CopyHandle(pub String);

/// `/`-separated UTF-8 path; the inbox is `INBOX`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FolderName(pub String);

impl FolderName {
    pub fn inbox() -> Self {
        Self("INBOX".into())
    }

    pub fn is_inbox(&self) -> bool {
        self.0.eq_ignore_ascii_case("INBOX")
    }
}

impl fmt::Display for FolderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// RFC 3501 §2.3.2 flags. `seen` says "flagged as seen", not "a human read it".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are the flags of the standard")]
pub struct Flags {
    pub seen: bool,
    pub answered: bool,
    pub flagged: bool,
    pub deleted: bool,
    pub draft: bool,
    /// No client has been shown it yet (Maildir: lies in `new/`).
    pub recent: bool,
    /// Further flags in the connector's own notation, kept as they are.
    pub keywords: Vec<String>,
    /// No flag, but kept with them, since its owner can take \Seen away again: when, as the server's log says, the
    /// message was opened first. Never put anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
}

impl Flags {
    /// As far as can be known: flagged so, or opened once.
    pub fn is_read(&self) -> bool {
        self.seen || self.opened_at.is_some()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundCopy {
    pub handle: CopyHandle,
    pub folder: FolderName,
    pub flags: Flags,
    /// When the mail system received it.
    pub received_at: Timestamp,
    /// Bytes.
    pub size: u64,
    /// The whole message, where it came along: of a small one. Else it is asked for with [`MailSession::fetch`].
    pub content: Option<Vec<u8>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Located {
    /// Unread first, INBOX first.
    pub copies: Vec<FoundCopy>,
    pub searched: Vec<FolderName>,
    /// What could not be read: the answer is not complete.
    pub skipped: Vec<Skipped>,
    /// Not looked at on purpose, each with the reason: views of other folders, folders of other people.
    pub left_out: Vec<Skipped>,
    /// What this look could go by.
    pub evidence: ReadEvidence,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub folder: FolderName,
    pub what: String,
    pub reason: String,
}

impl Skipped {
    /// `what`, of a look that didn't see the mailbox stand still.
    pub const MAILBOX: &'static str = "the mailbox";
    /// `reason`, of what can't be a message anyway.
    pub const NO_FILE: &'static str = "not a regular file";

    /// A message may be there and wasn't seen.
    pub fn may_hide_one(&self) -> bool {
        self.reason != Self::NO_FILE
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    Removed,
    /// Moved, read, flagged or deleted since it was located: look again.
    Changed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    Stored,
    AlreadyThere,
    /// From [`MailSession::put_once`] alone: it isn't there, and may have been.
    Unsure,
}

#[derive(Clone, Debug)]
pub struct NewCopy<'a> {
    /// Unique for this act; letters, digits and `-` only.
    pub key: &'a str,
    pub bytes: &'a [u8],
    pub folder: &'a FolderName,
    pub flags: &'a Flags,
    pub received_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SentListing {
    Unchanged,
    /// All messages of all Sent folders.
    All {
        messages: Vec<SentRef>,
        cursor: String,
    },
    Changes(SentChanges),
}

/// What came into the Sent folders and what left them since the cursor's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentChanges {
    pub added: Vec<SentRef>,
    pub gone: Vec<SentGone>,
    /// As far as this answer goes; a reader that stops here goes on from here.
    pub cursor: String,
    /// There is more to list: ask again at once.
    pub more: bool,
    /// Messages in the Sent folders, listed or not. None: the system doesn't tell.
    pub total: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SentGone {
    /// The locator of a message that was listed, or may have been in an answer whose cursor was never kept.
    One(String),
    /// Every locator that begins like this, but for those that are kept: all that are there, listed or not.
    AllBut { prefix: String, kept: Vec<String> },
}

/// A message in a Sent folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRef {
    /// Stays the same while the message stays in the folder, whatever its flags.
    pub locator: String,
    pub handle: CopyHandle,
    pub folder: FolderName,
    /// 1970 where the mail system can't tell.
    pub received_at: Timestamp,
    /// As the mail system tells it; 0 where it can't.
    pub size: u64,
}

#[derive(Clone, Debug, Error)]
pub enum MailError {
    #[error("there is no mailbox {0}")]
    NoSuchMailbox(EmailAddress),
    #[error("the mailbox can't be read or written: {0}")]
    Denied(String),
    #[error("no room left: {0}")]
    Full(String),
    /// The copy is no longer where the handle points.
    #[error("the message is no longer there")]
    Gone,
    #[error("the mail system doesn't answer: {reason}")]
    Unavailable { reason: String, retry_after: Option<Duration> },
    #[error("mail system: {0}")]
    Other(String),
}

impl MailError {
    /// The same call may succeed later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Gone | Self::Full(_))
    }
}
