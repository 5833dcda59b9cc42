//! One claimed target: what its task works with, and the errors that end or postpone it.

use crate::{committer::Committer, permits::Permits, pulse::Pulse, sealing::Sealing};
use domain::{
    audit::NewEntry,
    case::{Case, Target, correction::ContentError, effects::Halt, flow::target_entry},
    forecast::trouble_of,
    ids::PersonId,
    mail_system::MailError,
    portal::Portal,
    shared::{Task, Trouble},
    store::{Leased, StoreError},
    vault::SealError,
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use thiserror::Error;

/// A worker that is gone for so long has lost its targets (design.md §7: they go on within 20 s).
pub const LEASE: Duration = Duration::from_secs(15);

#[derive(Debug, Error)]
pub enum TaskError {
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A mail client changed the copies each time.
    #[error("the copies kept changing")]
    KeptChanging,
    /// No more effects: withdrawn, stopped, the lease lost, or a legal hold placed.
    #[error("no effect is permitted: {0:?}")]
    Halted(Halt),
}

impl TaskError {
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Mail(error) => trouble_of(error),
            Self::Store(StoreError::Full) => Trouble::VaultFull,
            Self::KeptChanging => Trouble::KeptChanging,
            Self::Store(_) | Self::Seal(_) | Self::Content(_) | Self::Halted(_) => Trouble::Internal,
        }
    }

    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Mail(MailError::Unavailable { retry_after, .. }) => *retry_after,
            _ => None,
        }
    }

    /// Trying again can't help.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Mail(error) => !error.is_passing(),
            Self::Content(ContentError::Missing | ContentError::Seal(_)) | Self::Seal(_) => true,
            _ => false,
        }
    }
}

/// What a task works with.
pub struct Job {
    pub portal: Arc<Portal>,
    pub committer: Committer,
    pub permits: Permits,
    pub pulse: Pulse,
    pub case: Arc<Case>,
    pub sealing: Arc<Sealing>,
    pub target: Target,
    pub person: PersonId,
    pub task: Task,
}

impl Job {
    pub fn lease(&self) -> Leased {
        Leased { target: self.target.id, fence: self.target.lease.fence }
    }

    pub fn entry(&self, action: &'static str, detail: Value) -> NewEntry {
        target_entry(&self.case, &self.target, self.portal.world.now(), action, detail)
    }
}

pub fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
