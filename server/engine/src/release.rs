//! Not approved: every held copy goes back with its folder, flags, date and bytes.

use crate::{target::TaskError, visit::Visit};
use domain::{
    case::CopyRecord,
    mail_system::{MailSession, NewCopy},
    shared::{CopyState, Outcome, TargetState},
    store::TargetResult,
};

/// Puts back what is held, and says so only after it was seen there.
pub async fn release(visit: &mut Visit) -> Result<TargetResult, TaskError> {
    visit.read_copies().await?;
    // Where nothing was ever taken the mailbox needn't be opened at all.
    if visit.copies.iter().any(|copy| copy.state != CopyState::Left) {
        let mut session = visit.open().await?;
        visit.look(session.as_mut()).await?;
        let held: Vec<CopyRecord> =
            visit.copies.iter().filter(|copy| copy.state == CopyState::Held).cloned().collect();
        for copy in held {
            put_back(visit, session.as_mut(), &copy).await?;
        }
        visit.detail.trouble = None;
    }
    let restored = visit.copies.iter().any(|copy| copy.state == CopyState::Released);
    let (state, outcome) = if restored {
        (TargetState::Released, Outcome::Restored)
    } else {
        (visit.job.target.state, Outcome::Untouched)
    };
    Ok(TargetResult { state, outcome: Some(outcome), detail: visit.detail.clone() })
}

async fn put_back(
    visit: &mut Visit,
    session: &mut dyn MailSession,
    copy: &CopyRecord,
) -> Result<(), TaskError> {
    let raw = visit.content(copy.id).await?;
    let key = copy.id.to_string();
    visit.still_wanted().await?;
    // Safe to repeat: the mail system knows this key from an earlier try.
    let back = NewCopy {
        key: &key,
        bytes: &raw,
        folder: &copy.folder,
        flags: &copy.flags,
        received_at: copy.received_at,
    };
    session.put(&back).await?;
    let look = visit.look(session).await?;
    if !look.copies.iter().any(|there| there.raw == raw) {
        // Tried again later; the vault keeps it meanwhile.
        return Err(TaskError::KeptChanging);
    }
    visit.note_copy(copy.id, CopyState::Released, "copy.released");
    Ok(())
}
