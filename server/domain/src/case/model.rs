//! The rows of a case, as services and engine hold them.

use super::{TargetsDigest, rules};
use crate::{
    ids::{ApprovalId, CaseId, CopyId, CorrectionId, PersonId, SentId, TargetId},
    mail::{EmailAddress, Fingerprint, MessageId, NamedAddress},
    mail_system::{Flags, FolderName, ReadEvidence, Skipped},
    org::{Person, Recipient},
    policy::Decision,
    sent::SentMessage,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use shared::{
    Act, CaseNumber, CaseState, CopyState, CorrectionState, Intent, Outcome, ReasonKind, TargetState, Task,
    Trouble, Verdict,
};

/// One request about one sent message. Its id is the id of the draft it was made from, so that asking twice
/// makes one case (I10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub id: CaseId,
    pub number: CaseNumber,
    /// Counts changes; a write names the version it read.
    pub version: i64,
    pub requester: PersonId,
    pub message: CaseMessage,
    pub request: Request,
    pub state: CaseState,
    pub decision: Decision,
    pub digest: TargetsDigest,
    pub created_at: Timestamp,
    /// Without a decision until then, everything goes back.
    pub expires_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// The last time somebody asked to have a finished recall undone.
    pub restoration: Option<Restoration>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restoration {
    pub by: PersonId,
    pub note: String,
    pub at: Timestamp,
}

/// What identifies the message, kept even when the Sent copy goes away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseMessage {
    pub sent: SentId,
    /// Whose mailbox it was sent from. None in cases from before there were shared ones: the requester's.
    #[serde(default)]
    pub owner: Option<PersonId>,
    pub from: NamedAddress,
    /// The owner's Sent folder: the copy there is never touched.
    pub folder: FolderName,
    pub message_id: Option<MessageId>,
    pub references: Vec<MessageId>,
    pub subject: String,
    pub sent_at: Timestamp,
    pub fingerprint: Fingerprint,
    /// Bytes of the Sent copy; 0 for cases from before it was noted.
    #[serde(default)]
    pub size: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub intent: Intent,
    /// False: only copies that are not flagged as read.
    pub include_read: bool,
    pub reason: ReasonKind,
    pub note: String,
    /// A correction was written; it goes to those the recall can't reach.
    pub has_correction: bool,
}

/// One recipient of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub id: TargetId,
    pub case: CaseId,
    pub recipient: Recipient,
    pub state: TargetState,
    pub outcome: Option<Outcome>,
    pub detail: Detail,
    pub task: Option<Task>,
    pub lease: Lease,
    /// Failed tries at the present task.
    pub attempts: u32,
    /// The task is not tried before.
    pub due_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What is known of a target beyond its state, shown as advice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    pub trouble: Option<Trouble>,
    /// A copy with the right content was found there at least once.
    pub seen_there: bool,
    /// Copies that were read, as far as it is known, when we last looked.
    pub read_copies: u32,
    /// What the last look that found one could go by.
    pub evidence: ReadEvidence,
    /// When, as the server's log says, the message was opened first.
    pub opened_at: Option<Timestamp>,
    /// Where the (first) copy lay.
    pub folder: Option<FolderName>,
    pub searched: Vec<FolderName>,
    pub skipped: Vec<Skipped>,
    /// Not looked at on purpose.
    pub left_out: Vec<Skipped>,
    /// Messages with the same Message-ID and other content; never touched.
    pub strangers: u32,
}

/// A worker's claim on a target or correction. Each claim raises the fence; a write names the fence it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lease {
    pub holder: Option<String>,
    pub until: Option<Timestamp>,
    pub fence: i64,
}

/// One delivered copy that was taken into the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyRecord {
    pub id: CopyId,
    pub case: CaseId,
    pub target: TargetId,
    pub state: CopyState,
    pub folder: FolderName,
    pub flags: Flags,
    pub received_at: Timestamp,
    pub size: u64,
}

/// A copy on its way into the vault: header block of its own, body shared by the case.
#[derive(Clone, Debug)]
pub struct SealedCopy {
    pub record: CopyRecord,
    pub header: Vec<u8>,
    /// Names the body within the case.
    pub body_name: [u8; 32],
    /// None when the vault has this body already.
    pub body: Option<Vec<u8>>,
}

/// A decision of one approver about one list of targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub id: ApprovalId,
    pub case: CaseId,
    pub approver: PersonId,
    pub act: Act,
    pub verdict: Verdict,
    pub comment: String,
    /// What was decided on; an approval of another list counts for nothing (I1).
    pub digest: TargetsDigest,
    pub decided_at: Timestamp,
}

/// The follow-up mail to one recipient. At most one per target (I6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    pub id: CorrectionId,
    pub case: CaseId,
    pub target: TargetId,
    pub to: NamedAddress,
    pub message_id: MessageId,
    pub state: CorrectionState,
    /// It stands where the original stood, instead of arriving as new mail.
    pub in_place: bool,
    pub attempts: u32,
    pub due_at: Timestamp,
    pub lease: Lease,
    /// Why it isn't sent, in the mail system's words.
    pub problem: String,
    pub sent_at: Option<Timestamp>,
}

/// Which cases a list shows. Newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    pub number: Option<CaseNumber>,
    pub requesters: Option<Vec<PersonId>>,
    pub states: Vec<CaseState>,
    /// Created at or after.
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub until: Option<Timestamp>,
}

/// A case with the counts that lists show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    pub case: Case,
    pub targets: u64,
    /// Targets with an outcome.
    pub ended: u64,
    pub failed: u64,
    /// Of them, as asked for and before anybody had read it.
    pub succeeded: u64,
    /// Taken back from somebody who may have read it.
    pub after_reading: u64,
    pub unsent_corrections: u64,
}

impl CaseRow {
    pub const SUCCEEDED: [Outcome; 3] = [Outcome::RemovedUnread, Outcome::ReplacedUnread, Outcome::Corrected];
    pub const AFTER_READING: [Outcome; 2] = [Outcome::RemovedRead, Outcome::ReplacedRead];
}

impl Case {
    /// Whose mailbox the message was sent from.
    pub fn owner(&self) -> PersonId {
        self.message.owner.unwrap_or(self.requester)
    }

    /// The requester acts for a mailbox that isn't theirs.
    pub fn is_delegated(&self) -> bool {
        self.owner() != self.requester
    }

    /// Unread copies are held while somebody decides; otherwise nothing is touched before.
    pub fn freezes(&self) -> bool {
        rules::freezes(self.decision.freeze_first, self.request.intent)
    }

    /// What is to be decided now, or was last.
    pub fn act(&self) -> Act {
        match self.state {
            CaseState::RestoreRequested | CaseState::Restoring | CaseState::Restored => Act::Restore,
            _ => Act::Recall,
        }
    }

    /// What a decision now is bound to, given the digest of the recall.
    pub fn bound_to(&self, recall: TargetsDigest) -> TargetsDigest {
        match (self.act(), &self.restoration) {
            (Act::Restore, Some(asked)) => recall.restoring(asked),
            _ => recall,
        }
    }
}

/// How it is known that somebody has read a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBy {
    /// Marked as read, by whatever hand or rule.
    Mark,
    /// Opened at that time, as the server's log says.
    Log(Timestamp),
}

impl Target {
    /// None: as far as we know, nobody has.
    pub fn read_by(&self) -> Option<ReadBy> {
        let read = [Outcome::RemovedRead, Outcome::ReplacedRead, Outcome::LeftRead];
        let is_read =
            self.detail.read_copies > 0 || self.outcome.is_some_and(|outcome| read.contains(&outcome));
        self.detail.opened_at.map(ReadBy::Log).or(is_read.then_some(ReadBy::Mark))
    }

    pub fn address(&self) -> &EmailAddress {
        &self.recipient.address
    }
}

impl CaseMessage {
    pub fn of(message: &SentMessage, owner: &Person) -> Self {
        Self {
            sent: message.id,
            owner: Some(owner.id),
            from: owner.named(),
            folder: message.folder.clone(),
            message_id: message.message_id.clone(),
            references: message.references.clone(),
            subject: message.subject.clone(),
            sent_at: message.sent_at,
            fingerprint: message.fingerprint,
            size: message.size,
        }
    }
}
