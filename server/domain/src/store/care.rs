//! The ports for looking after the vault and for the switch: keys, what is due for erasure, what is under way.

use super::Result;
use crate::{
    engine_switch::{InFlight, Switch},
    ids::{CaseId, PersonId},
    time::Timestamp,
    vault::{
        KeyId, WrappedKey,
        status::{Bodies, CopyCount, NotPutBack},
    },
};
use async_trait::async_trait;
use shared::CaseNumber;
use uuid::Uuid;

/// Which wrapped keys are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysBy {
    /// Wrapped by this master key; None: by one from before ids were kept.
    Exactly(Option<KeyId>),
    /// Wrapped by any other.
    AnyBut(KeyId),
}

/// The data keys of cases (or of their drafts: both have the same id), wrapped.
#[async_trait]
pub trait VaultKeys: Send {
    /// Inserted only when there is none yet; returns the one that counts. `Conflict` when the master key that
    /// wrapped it is retired.
    async fn vault_key(&mut self, owner: Uuid, fresh: &WrappedKey) -> Result<WrappedKey>;

    /// None: destroyed or never made.
    async fn existing_vault_key(&mut self, owner: Uuid) -> Result<Option<WrappedKey>>;

    /// How many are wrapped by which master key.
    async fn keys_in_use(&mut self) -> Result<Vec<(Option<KeyId>, u64)>>;

    /// In the order of their owners, those after `after`.
    async fn wrapped_keys(
        &mut self,
        by: KeysBy,
        after: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<(Uuid, WrappedKey)>>;

    /// False: it isn't `old` any more, and stays as it is.
    async fn replace_key(&mut self, owner: Uuid, old: &WrappedKey, new: &WrappedKey) -> Result<bool>;

    /// Master keys that may wrap nothing new.
    async fn retired_keys(&mut self) -> Result<Vec<KeyId>>;

    /// These too. Waits for transactions that are just inserting a key.
    async fn retire_keys(&mut self, keys: &[KeyId]) -> Result<()>;

    /// Erasure: whatever was sealed with it can't be read any more. False: there was none.
    async fn destroy_key(&mut self, case: CaseId) -> Result<bool>;
}

/// A case that has ended and still has its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasableCase {
    pub id: CaseId,
    pub number: CaseNumber,
    pub ended_at: Timestamp,
}

/// What the vault keeps, and what may go.
#[async_trait]
pub trait VaultCare: Send {
    /// Cases that ended before then and still have their key, the oldest end first; `only`: just this one. Never one
    /// that let go (or was restored) and still keeps a copy: that is somebody's mail.
    async fn erasable(
        &mut self,
        before: Timestamp,
        only: Option<CaseId>,
        limit: u32,
    ) -> Result<Vec<ErasableCase>>;

    async fn count_erasable(&mut self, before: Timestamp) -> Result<u64>;

    /// By state, those that occur.
    async fn copy_counts(&mut self) -> Result<Vec<CopyCount>>;

    async fn body_counts(&mut self) -> Result<Bodies>;

    /// Of the cases with bodies the one that was requested first.
    async fn oldest_kept(&mut self) -> Result<Option<(CaseNumber, Timestamp)>>;

    /// Copies that are kept although they belong back: putting them back has failed, or the case is over.
    async fn not_put_back(&mut self) -> Result<Vec<NotPutBack>>;
}

/// While it is off, `claim_targets` and `claim_corrections` find nothing and `renew_target` wants nothing.
#[async_trait]
pub trait EngineSwitch: Send {
    async fn engine_switch(&mut self) -> Result<Switch>;

    /// False: it stood that way already, and nothing was written. Waits for transactions that are just claiming, and
    /// whoever claims later waits for this one.
    async fn turn_engine(
        &mut self,
        running: bool,
        by: Option<PersonId>,
        at: Timestamp,
        reason: &str,
    ) -> Result<bool>;

    /// Targets and corrections with a live lease.
    async fn in_flight(&mut self, now: Timestamp) -> Result<Vec<InFlight>>;

    async fn note_in_flight(&mut self, in_flight: &[InFlight]) -> Result<()>;
}
