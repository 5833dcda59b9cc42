//! Port to the database: one transaction at a time, everything that belongs together in one.
//!
//! A transaction that is dropped is rolled back. Methods are plain reads and writes of rows; rules live in services.

mod care;
mod trail;
mod work;

pub use care::{EngineSwitch, ErasableCase, KeysBy, VaultCare, VaultKeys};
pub use trail::{Audit, Checkpoints};
pub use work::{Corrections, Finished, Leased, Notifications, TargetResult, Targets};

use crate::{
    case::{
        Approval, Case, CaseFilter, CaseRow, CopyRecord, Correction, SealedCopy, Target,
        draft::{Draft, Upload},
    },
    ids::{CaseId, CopyId, DraftId, PersonId, SentId, TargetId, UploadId},
    mail::MessageId,
    org::{Department, Directory, Group, Person},
    sent::{Found, Listing, Page, SentFilter, SentMessage},
    time::Timestamp,
};
use async_trait::async_trait;
use shared::{CaseNumber, CopyState, Language, Role};
use std::time::Duration;
use thiserror::Error;

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

    /// What was deleted before leaves the database's files, as far as that is ours to do. Not while somebody reads
    /// what was there before: called again and again.
    async fn purge(&self) -> Result<(), StoreError>;
}

/// One engine among those that share the database. Dropped, or its process dead, it is gone at once.
#[async_trait]
pub trait Enlisted: Send {
    /// Says that it is alive. For so long, from the beginning of this call, nobody takes it for dead; None: nobody
    /// ever does. After an error others may take it for dead, and it should claim nothing.
    async fn answer(&mut self) -> Result<Option<Duration>, StoreError>;

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

    /// Waits as [`Cases::next_case_serial`] does for whoever has one, and takes none: what is read from here on to
    /// the end of the transaction is true of all cases that there are.
    async fn order_requests(&mut self, year: u16) -> Result<()>;

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
