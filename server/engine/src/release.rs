//! Not approved: every held copy goes back with its folder, flags, date and bytes.

use crate::{
    target::TaskError,
    visit::Visit,
    writes::{Effect, Note},
};
use domain::{
    case::{CopyRecord, effects},
    look::Look,
    mail_system::{FolderName, MailSession, NewCopy, Put},
    shared::{CopyState, Outcome},
    store::TargetResult,
};

/// Puts back what is held, and says so only after it was seen there.
pub async fn release(visit: &mut Visit) -> Result<TargetResult, TaskError> {
    visit.read_copies().await?;
    // Where nothing was ever taken the mailbox needn't be opened at all.
    if visit.copies.iter().any(|copy| copy.state != CopyState::Left) {
        let mut session = visit.open().await?;
        let mut look = visit.look(session.as_mut()).await?;
        if visit.copies.iter().any(|copy| copy.state == CopyState::Vaulted) {
            return Err(TaskError::KeptChanging);
        }
        let held: Vec<CopyRecord> =
            visit.copies.iter().filter(|copy| copy.state == CopyState::Held).cloned().collect();
        if !held.is_empty() {
            visit.announce(Effect::PutBack(held.iter().map(|copy| copy.id).collect())).await?;
        }
        for copy in held {
            look = put_back(visit, session.as_mut(), &copy, &look).await?;
        }
        visit.detail.trouble = None;
    }
    let copies: Vec<CopyState> = visit.copies.iter().map(|copy| copy.state).collect();
    let (state, outcome) = effects::released(visit.job.target.state, &copies);
    // Where a finished recall had taken nothing, how it ended there stays true.
    let stands = visit.job.target.outcome.filter(|_| outcome == Outcome::Untouched);
    let outcome = stands.unwrap_or(outcome);
    Ok(TargetResult { state, outcome: Some(outcome), detail: visit.detail.clone() })
}

/// The look that saw it there; `before`: the last one without it.
async fn put_back(
    visit: &mut Visit,
    session: &mut dyn MailSession,
    copy: &CopyRecord,
    before: &Look,
) -> Result<Look, TaskError> {
    let raw = visit.content(copy.id).await?;
    let key = copy.id.to_string();
    visit.may_act().await?;
    // Safe to repeat: the mail system knows this key from an earlier try.
    let back = NewCopy {
        key: &key,
        bytes: &raw,
        folder: &copy.folder,
        flags: &copy.flags,
        received_at: copy.received_at,
    };
    let put = visit.job.pulse.keep(session.put(&back)).await?;
    let look = visit.look(session).await?;
    let as_it_was = look.copies.iter().any(|there| there.raw == raw);
    if !as_it_was && !came_back(put, &copy.folder, before, &look) {
        // Tried again later; the vault keeps it meanwhile.
        return Err(TaskError::KeptChanging);
    }
    if !as_it_was {
        tracing::warn!(copy = %copy.id, "engine: what went back says the same, and the mail system changed its bytes");
        visit.note(Note::Reshaped(copy.id));
    }
    visit.note_copy(copy.id, CopyState::Released, "copy.released");
    Ok(look)
}

/// Not every mail system gives back the bytes it was given. Then there must be one more in the folder that says the
/// same; or the mail system has recognised it there from an earlier try.
fn came_back(put: Put, folder: &FolderName, before: &Look, after: &Look) -> bool {
    let count = |look: &Look| look.copies.iter().filter(|copy| copy.found.folder == *folder).count();
    match put {
        Put::Stored => count(after) > count(before),
        Put::AlreadyThere => count(after) > 0,
        Put::Unsure => false,
    }
}
