//! Port to the database: one transaction at a time, everything that belongs together in one.
//!
//! A transaction that is dropped is rolled back. Methods are plain reads and writes of rows; rules live in services.

mod care;

pub use care::{EngineSwitch, ErasableCase, KeysBy, VaultCare, VaultKeys};

use crate::{
    audit,
    case::{
        Approval, Case, CaseFilter, CaseRow, CopyRecord, Correction, Detail, Lease, SealedCopy, Target,
        draft::{Draft, Upload},
    },
    ids::{CaseId, CopyId, CorrectionId, DraftId, PersonId, SentId, TargetId, UploadId},
    mail::MessageId,
    notify::Notification,
    org::{Department, Directory, Group, Person},
    sent::{Found, Listing, Page, SentFilter, SentMessage},
    time::Timestamp,
};
use async_trait::async_trait;
use shared::{CaseNumber, CopyState, CorrectionState, Language, Outcome, Role, TargetState, Task};
use std::collections::HashMap;
use thiserror::Error;
use uuid::Uuid;

#[async_trait]
pub trait Store: Send + Sync {
    /// For reading; must not be committed with writes.
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError>;

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError>;

    /// For the doctor: which database, which version, is the schema up to date?
    async fn check(&self) -> Result<String, StoreError>;

    /// An engine begins to work under this name, which its leases bear. [`StoreError::Taken`] where the database
    /// bears only one engine and has it.
    async fn enlist(&self, holder: &str) -> Result<Box<dyn Enlisted>, StoreError>;
}

/// One engine among those that share the database. Dropped, or its process dead, it is gone at once.
#[async_trait]
pub trait Enlisted: Send {
    /// Ends the leases of engines that are gone, so that nobody waits for them to run out. How many.
    async fn free_orphans(&mut self) -> Result<u64, StoreError>;

    /// Completes when another process has made work. Only a hint: it may be missed, and may come for nothing.
    async fn hint(&mut self);
}

#[derive(Debug, Error)]
pub enum StoreError {
    /// Nothing was written.
    #[error("the database has no room left")]
    Full,
    /// Out of reach, or too busy with others to answer in time: the same may succeed soon.
    #[error("the database doesn't answer: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A statement reached its time limit.
    #[error("the database took too long")]
    TooSlow,
    /// Somebody else changed the row first: read again.
    #[error("{0} was changed in the meantime")]
    Conflict(&'static str),
    /// The lease was lost to another worker: stop.
    #[error("the lease on {0} was lost")]
    Fenced(&'static str),
    #[error("{0} doesn't exist")]
    Missing(&'static str),
    /// What can be had once is somebody else's.
    #[error("{0}")]
    Taken(String),
    /// A row holds what this version doesn't understand.
    #[error("the database holds an unreadable {0}")]
    Unreadable(String),
    #[error("database: {0}")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// It goes by without anybody changing the program or the data: people are asked to try again.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Full | Self::Unavailable(_) | Self::TooSlow)
    }
}

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

#[async_trait]
pub trait Tx:
    People
    + Sessions
    + SentMail
    + Drafts
    + Cases
    + Targets
    + Vault
    + VaultKeys
    + VaultCare
    + Corrections
    + Notifications
    + EngineSwitch
    + Audit
    + Checkpoints
    + Send
{
    async fn commit(self: Box<Self>) -> Result<()>;
}

#[async_trait]
pub trait People: Send {
    async fn directory(&mut self) -> Result<Directory>;

    /// Changes with every change of people, departments or groups.
    async fn directory_version(&mut self) -> Result<i64>;

    /// Writes these people, departments and groups (insert or replace by id); groups that are not named are
    /// deleted, people never are.
    async fn replace_organisation(
        &mut self,
        people: &[Person],
        departments: &[Department],
        groups: &[Group],
    ) -> Result<()>;

    /// PHC string; None: no such person, or no password set.
    async fn password_hash(&mut self, person: PersonId) -> Result<Option<String>>;

    async fn set_password_hash(&mut self, person: PersonId, hash: &str) -> Result<()>;

    /// They can't sign in until they are given a new one.
    async fn forget_password(&mut self, person: PersonId) -> Result<()>;

    async fn set_language(&mut self, person: PersonId, language: Language) -> Result<()>;

    async fn set_roles(&mut self, person: PersonId, roles: &[Role]) -> Result<()>;
}

/// Signed-in browsers. The key is a hash of the cookie's id, so that the database gives no session away.
#[async_trait]
pub trait Sessions: Send {
    async fn session(&mut self, key: &[u8; 32], now: Timestamp) -> Result<Option<Vec<u8>>>;

    /// Insert or replace.
    async fn save_session(
        &mut self,
        key: &[u8; 32],
        person: Option<PersonId>,
        data: &[u8],
        expires_at: Timestamp,
    ) -> Result<()>;

    async fn delete_session(&mut self, key: &[u8; 32]) -> Result<()>;

    async fn delete_sessions_of(&mut self, person: PersonId, except: Option<&[u8; 32]>) -> Result<()>;

    /// How many went.
    async fn delete_expired_sessions(&mut self, now: Timestamp) -> Result<u64>;
}

#[async_trait]
pub trait SentMail: Send {
    async fn sent_cursor(&mut self, owner: PersonId) -> Result<Option<String>>;

    async fn set_sent_cursor(&mut self, owner: PersonId, cursor: &str) -> Result<()>;

    /// Locator and id of all indexed messages of the owner that are not hidden.
    async fn sent_locators(&mut self, owner: PersonId) -> Result<Vec<(String, SentId)>>;

    /// Inserts; a message that is there already (owner and locator) is only shown again if it was hidden.
    async fn insert_sent(&mut self, messages: &[SentMessage]) -> Result<()>;

    /// Messages a case is about stay readable: they are only hidden from lists.
    async fn hide_sent(&mut self, ids: &[SentId]) -> Result<()>;

    async fn sent(&mut self, id: SentId) -> Result<Option<SentMessage>>;

    /// [`StoreError::TooSlow`] rather than making others wait.
    async fn list_sent(&mut self, owner: PersonId, filter: &SentFilter, page: Page) -> Result<Found>;

    /// Makes up to `limit` messages searchable that came before there was an index. How many it were.
    async fn index_sent(&mut self, limit: u32) -> Result<u64>;

    /// Other indexed messages of the organisation with the same Message-ID and another fingerprint.
    async fn sent_by_message_id(&mut self, id: &MessageId) -> Result<Vec<SentMessage>>;
}

#[async_trait]
pub trait Drafts: Send {
    /// Insert or replace by id.
    async fn save_draft(&mut self, draft: &Draft) -> Result<()>;

    async fn draft(&mut self, id: DraftId) -> Result<Option<Draft>>;

    /// With its uploads, unless a case was made of it. Drafts that nobody touched since `before`.
    async fn delete_old_drafts(&mut self, before: Timestamp) -> Result<u64>;

    /// In the same way all but the `most` of this person that were touched last. How many.
    async fn delete_surplus_drafts(&mut self, owner: PersonId, most: u64) -> Result<u64>;

    /// Bytes of all files attached to this person's drafts of which no case was made. Whoever asks next waits until
    /// this transaction has ended.
    async fn attached_by(&mut self, owner: PersonId) -> Result<u64>;

    async fn insert_upload(&mut self, upload: &Upload, sealed: &[u8]) -> Result<()>;

    async fn delete_upload(&mut self, draft: DraftId, upload: UploadId) -> Result<()>;

    /// In the order they were attached.
    async fn uploads(&mut self, draft: DraftId) -> Result<Vec<Upload>>;

    async fn upload_content(&mut self, upload: UploadId) -> Result<Option<Vec<u8>>>;
}

#[async_trait]
pub trait Cases: Send {
    /// The next running number of the year, from 1, without gaps for committed cases.
    async fn next_case_serial(&mut self, year: u16) -> Result<u32>;

    /// `Conflict` when the id is taken.
    async fn insert_case(
        &mut self,
        case: &Case,
        targets: &[Target],
        corrections: &[Correction],
    ) -> Result<()>;

    async fn case(&mut self, id: CaseId) -> Result<Option<Case>>;

    async fn case_by_number(&mut self, number: CaseNumber) -> Result<Option<Case>>;

    /// Cases about this message, newest first.
    async fn cases_of_sent(&mut self, sent: SentId) -> Result<Vec<Case>>;

    /// Writes state, times and version + 1 where the version is still `case.version`; else `Conflict`.
    /// Returns the case as stored.
    async fn update_case(&mut self, case: &Case) -> Result<Case>;

    async fn list_cases(&mut self, filter: &CaseFilter, page: Page) -> Result<Listing<CaseRow>>;

    /// Cases that move by themselves: at work, or past the time for a decision.
    async fn cases_at_work(&mut self, now: Timestamp) -> Result<Vec<Case>>;

    async fn insert_approval(&mut self, approval: &Approval) -> Result<()>;

    async fn approvals(&mut self, case: CaseId) -> Result<Vec<Approval>>;
}

/// What a finished task writes.
#[derive(Clone, Debug)]
pub struct TargetResult {
    pub state: TargetState,
    pub outcome: Option<Outcome>,
    pub detail: Detail,
}

/// A claim on a target, as its worker got it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leased {
    pub target: TargetId,
    pub fence: i64,
}

/// A task that its worker has ended.
#[derive(Clone, Debug)]
pub struct Finished {
    pub lease: Leased,
    pub done: Task,
    pub result: TargetResult,
    pub at: Timestamp,
}

#[async_trait]
pub trait Targets: Send {
    /// In the order they were inserted.
    async fn targets(&mut self, case: CaseId) -> Result<Vec<Target>>;

    async fn target(&mut self, id: TargetId) -> Result<Option<Target>>;

    /// Who has them, and for which task; without those that aren't there.
    async fn leases(&mut self, ids: &[TargetId]) -> Result<HashMap<TargetId, (Lease, Option<Task>)>>;

    /// Nobody else changes them until this transaction ends. Taken in one order by all who lock several, so that two
    /// never wait for each other crosswise.
    async fn lock_targets(&mut self, ids: &[TargetId]) -> Result<()>;

    /// The same for all targets of a case.
    async fn lock_targets_of(&mut self, case: CaseId) -> Result<()>;

    /// Takes up to `limit` targets with a task that is due and not leased, raises their fence, sets the lease.
    /// One `UPDATE … RETURNING` (design.md §7). Nothing while the engine is stopped. Release before hold before execute, then insertion order.
    async fn claim_targets(
        &mut self,
        holder: &str,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Target>>;

    /// The tasks as they are now, with the leases prolonged; a lease that is no longer ours isn't in the answer.
    /// None: nothing is wanted any more, because the task was cleared or the engine is stopped (the lease then stays as
    /// it was).
    async fn renew_targets(
        &mut self,
        leases: &[Leased],
        lease_until: Timestamp,
    ) -> Result<HashMap<TargetId, Option<Task>>>;

    /// The heartbeat: this holder's leases on these rows, targets and mails, last at least until then. How many.
    async fn prolong_leases(&mut self, holder: &str, rows: &[Uuid], until: Timestamp) -> Result<u64>;

    /// Writes the results, ends the leases, and clears each task unless another one was set meanwhile. `Fenced` when
    /// one of the leases is no longer ours; the transaction can then only be dropped.
    async fn finish_targets(&mut self, finished: &[Finished]) -> Result<()>;

    /// Ends the lease; the task is tried again at `due_at`.
    async fn postpone_target(
        &mut self,
        id: TargetId,
        fence: i64,
        detail: &Detail,
        attempts: u32,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<()>;

    /// Sets or clears the task of each, and sets the outcome (None: leaves it), by decision of people: leases and
    /// fences stay as they are. The task starts afresh: no failed tries, due now. `Missing` when one of them isn't
    /// there; the transaction can then only be dropped.
    async fn assign(
        &mut self,
        ids: &[TargetId],
        task: Option<Task>,
        outcome: Option<Outcome>,
        now: Timestamp,
    ) -> Result<()>;

    /// Anything that changes when the case or one of its targets or corrections does.
    async fn case_pulse(&mut self, case: CaseId) -> Result<String>;

    /// Those where this task was tried in vain at least so often, in the order they were inserted.
    async fn stuck_targets(&mut self, task: Task, attempts: u32) -> Result<Vec<Target>>;

    /// How many targets still have a task.
    async fn open_tasks(&mut self, case: CaseId) -> Result<u64>;
}

#[async_trait]
pub trait Vault: Send {
    async fn insert_copies(&mut self, copies: &[SealedCopy]) -> Result<()>;

    async fn copies(&mut self, target: TargetId) -> Result<Vec<CopyRecord>>;

    /// Sealed header and sealed body.
    async fn copy_content(&mut self, copy: CopyId) -> Result<Option<(Vec<u8>, Vec<u8>)>>;

    /// A state out of the vault (`CopyState::is_out_of_vault`) also destroys the sealed header.
    /// `Missing` when one of them isn't there; the transaction can then only be dropped.
    async fn set_copy_states(&mut self, states: &[(CopyId, CopyState)]) -> Result<()>;

    /// Every sealed byte of the case goes; its key stays.
    async fn empty_vault(&mut self, case: CaseId) -> Result<()>;
}

#[async_trait]
pub trait Corrections: Send {
    /// The sender's text, sealed.
    async fn save_correction_content(&mut self, case: CaseId, sealed: &[u8]) -> Result<()>;

    async fn correction_content(&mut self, case: CaseId) -> Result<Option<Vec<u8>>>;

    async fn corrections(&mut self, case: CaseId) -> Result<Vec<Correction>>;

    async fn correction_of(&mut self, target: TargetId) -> Result<Option<Correction>>;

    /// `Queued` or `Sending` whose lease ran out, due; raises the fence. Rows come back with the state they had.
    /// Nothing while the engine is stopped.
    async fn claim_corrections(
        &mut self,
        holder: &str,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Correction>>;

    /// Writes state, `in_place`, attempts, `due_at`, problem, `sent_at`. With `fence`: only while it is ours, else `Fenced`;
    /// a state other than `Sending` ends the lease.
    async fn update_correction(&mut self, correction: &Correction, fence: Option<i64>) -> Result<()>;

    /// `Planned` → this state, for a whole case.
    async fn settle_planned(&mut self, case: CaseId, state: CorrectionState, now: Timestamp) -> Result<u64>;

    async fn correction(&mut self, id: CorrectionId) -> Result<Option<Correction>>;
}

#[async_trait]
pub trait Notifications: Send {
    /// One whose key is there already stays as it is. How many are new.
    async fn insert_notifications(&mut self, notifications: &[Notification]) -> Result<u64>;

    /// In the order they were inserted.
    async fn notifications(&mut self, case: CaseId) -> Result<Vec<Notification>>;

    /// As [`Corrections::claim_corrections`].
    async fn claim_notifications(
        &mut self,
        holder: &str,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Notification>>;

    /// Writes state, attempts, `due_at`, problem, `sent_at` while the fence is ours, else `Fenced`; a state other than
    /// `Sending` ends the lease.
    async fn update_notification(&mut self, notification: &Notification, fence: i64) -> Result<()>;
}

#[async_trait]
pub trait Audit: Send {
    /// Appends in this transaction (I9). Written when it commits, after everything else and all entries at the cost
    /// of one: concurrent transactions wait for each other there, so the wait is short and never crosswise.
    async fn record(&mut self, entry: &audit::NewEntry) -> Result<()>;

    /// Where the next entry goes.
    async fn trail_head(&mut self) -> Result<audit::Head>;

    /// Of one case, oldest first.
    async fn trail_of(&mut self, case: CaseId) -> Result<Vec<audit::Entry>>;

    /// Entries after `seq`, oldest first.
    async fn trail_after(&mut self, seq: i64, limit: u32) -> Result<Vec<audit::Entry>>;

    /// Is one of these actions in the trail after its first `size` entries?
    async fn has_acted_after(&mut self, size: u64, actions: &[&'static str]) -> Result<bool>;
}

#[async_trait]
pub trait Checkpoints: Send {
    /// False: there is one of this size, which stays as it is.
    async fn insert_checkpoint(&mut self, checkpoint: &audit::Checkpoint) -> Result<bool>;

    /// The largest.
    async fn last_checkpoint(&mut self) -> Result<Option<audit::Checkpoint>>;

    /// Larger than `size`, the smallest first.
    async fn checkpoints_after(&mut self, size: u64, limit: u32) -> Result<Vec<audit::Checkpoint>>;

    /// The last checkpoint, if this witness doesn't know it and it is time; until `until` nobody else gets it.
    async fn claim_witness(
        &mut self,
        witness: audit::Witness,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<audit::Checkpoint>>;

    /// It knows the checkpoint of this size now, and hears of another not before `due_at`.
    async fn tell_witness(&mut self, witness: audit::Witness, size: u64, due_at: Timestamp) -> Result<()>;
}
