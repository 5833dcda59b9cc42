//! Not approved: every held copy goes back with its folder, flags, date and bytes.

use crate::target::{Job, TaskError};
use domain::{
    case::{CopyRecord, Detail},
    mail_system::{MailSession, NewCopy},
    shared::{CopyState, Outcome, TargetState},
    store::TargetResult,
};

/// Puts back what is held, and says so only after it was seen there.
pub async fn release(job: &Job<'_>, detail: &mut Detail) -> Result<TargetResult, TaskError> {
    let mut tx = job.portal.store.read().await?;
    let taken = tx.copies(job.target.id).await?.iter().any(|copy| copy.state != CopyState::Left);
    drop(tx);
    if !taken {
        // Nothing was ever taken here: no need to open the mailbox at all.
        return Ok(TargetResult {
            state: job.target.state,
            outcome: Some(Outcome::Untouched),
            detail: detail.clone(),
        });
    }
    let mut session = job.open().await?;
    let look = job.look(session.as_mut(), detail).await?;
    let copies = job.reconcile(&look).await?;
    for copy in copies.iter().filter(|copy| copy.state == CopyState::Held) {
        put_back(job, session.as_mut(), copy).await?;
    }
    let restored = copies.iter().any(|copy| matches!(copy.state, CopyState::Held | CopyState::Released));
    let (state, outcome) = if restored {
        (TargetState::Released, Outcome::Restored)
    } else {
        (job.target.state, Outcome::Untouched)
    };
    detail.trouble = None;
    Ok(TargetResult { state, outcome: Some(outcome), detail: detail.clone() })
}

async fn put_back(job: &Job<'_>, session: &mut dyn MailSession, copy: &CopyRecord) -> Result<(), TaskError> {
    let raw = job.content(copy).await?;
    let key = copy.id.to_string();
    // Safe to repeat: the mail system knows this key from an earlier try.
    let back = NewCopy {
        key: &key,
        bytes: &raw,
        folder: &copy.folder,
        flags: &copy.flags,
        received_at: copy.received_at,
    };
    job.still_wanted().await?;
    session.put(&back).await?;
    let mut seen = Detail::default();
    let look = job.look(session, &mut seen).await?;
    if !look.copies.iter().any(|there| there.raw == raw) {
        // Tried again later; the vault keeps it meanwhile.
        return Err(TaskError::KeptChanging);
    }
    job.note(copy.id, CopyState::Released, "copy.released").await
}
