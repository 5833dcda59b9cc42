//! One claimed target: its lease, its session, and the errors that end or postpone its task.

use domain::{
    case::{Case, Detail, Target, correction::ContentError},
    forecast::trouble_of,
    ids::PersonId,
    look::{self, Look, Own},
    mail_system::{MailError, MailSession},
    portal::Portal,
    shared::{Task, Trouble},
    store::StoreError,
    vault::SealError,
};
use std::time::Duration;
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
    /// The task was taken back (withdrawn, or the lease was lost): stop, write nothing.
    #[error("the task is no longer wanted")]
    Stopped,
}

impl TaskError {
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Mail(error) => trouble_of(error),
            Self::Store(StoreError::Full) => Trouble::VaultFull,
            Self::KeptChanging => Trouble::KeptChanging,
            Self::Store(_) | Self::Seal(_) | Self::Content(_) | Self::Stopped => Trouble::Internal,
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
pub struct Job<'a> {
    pub portal: &'a Portal,
    pub case: &'a Case,
    pub target: &'a Target,
    pub person: PersonId,
    pub task: Task,
}

impl Job<'_> {
    pub async fn open(&self) -> Result<Box<dyn MailSession>, TaskError> {
        Ok(self.portal.mail.open(self.target.address()).await?)
    }

    /// Looks in all folders and notes in `detail` what was met.
    pub async fn look(&self, session: &mut dyn MailSession, detail: &mut Detail) -> Result<Look, TaskError> {
        let own = if self.person == self.case.requester { Own::Sender } else { Own::Recipient };
        let look = look::find(session, &self.case.message, own).await?;
        detail.seen_there |= !look.copies.is_empty();
        detail.read_copies = count(look.copies.iter().filter(|copy| copy.found.flags.seen).count());
        detail.strangers = look.strangers;
        detail.searched.clone_from(&look.searched);
        detail.skipped.clone_from(&look.skipped);
        if let Some(copy) = look.copies.first() {
            detail.folder = Some(copy.found.folder.clone());
        }
        Ok(look)
    }

    /// Before each effect: the lease is prolonged, and a withdrawal is seen (I5).
    pub async fn still_wanted(&self) -> Result<(), TaskError> {
        let mut tx = self.portal.store.write().await?;
        let until = self.portal.world.now().plus(LEASE);
        let task = tx.renew_target(self.target.id, self.target.lease.fence, until).await;
        let wanted = match task {
            Ok(task) => task == Some(self.task),
            Err(StoreError::Fenced(_)) => false,
            Err(error) => return Err(error.into()),
        };
        tx.commit().await?;
        if wanted { Ok(()) } else { Err(TaskError::Stopped) }
    }
}

pub fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
