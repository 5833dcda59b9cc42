//! Approved: what policy and request allow is taken, the replacement is put in its place, the end is verified.

use crate::{
    target::{TaskError, count},
    visit::Visit,
    writes::{Effect, Note},
};
use domain::{
    case::{
        CopyRecord, Correction, correction, effects,
        outcome::{self, Facts},
        state::settled,
    },
    mail_system::{Flags, MailError, MailSession, NewCopy, Put},
    shared::{CopyState, CorrectionState, Intent, TargetState},
    store::TargetResult,
};

/// Takes all copies the request covers; the last look finds none of them left.
pub async fn execute(visit: &mut Visit) -> Result<TargetResult, TaskError> {
    visit.read_copies().await?;
    let mut session = visit.open().await?;
    let look = visit.take_all(session.as_mut()).await?;
    if visit.copies.iter().any(|copy| copy.state == CopyState::Vaulted) {
        // Nobody knows yet whether it is gone.
        return Err(TaskError::KeptChanging);
    }
    let held: Vec<CopyRecord> =
        visit.copies.iter().filter(|copy| copy.state == CopyState::Held).cloned().collect();
    let replaced = replace(visit, session.as_mut(), &held).await?;
    let facts = Facts {
        taken_unread: count(held.iter().filter(|copy| !copy.flags.is_read()).count()),
        taken_read: count(held.iter().filter(|copy| copy.flags.is_read()).count()),
        left_read: count(look.copies.len()),
        replaced,
        skipped: !look.skipped.is_empty(),
    };
    let outcome = outcome::of(&facts, &mut visit.detail);
    let before = visit.job.target.state;
    let reached = if held.is_empty() && visit.detail.seen_there { TargetState::Located } else { before };
    let state = settled(outcome, reached);
    Ok(TargetResult { state, outcome: Some(outcome), detail: visit.detail.clone() })
}

/// Puts the replacement where the original stood. False: none is wanted here, or this mailbox won't take it
/// (it then goes out as ordinary mail).
async fn replace(
    visit: &mut Visit,
    session: &mut dyn MailSession,
    held: &[CopyRecord],
) -> Result<bool, TaskError> {
    let place = held.iter().min_by_key(|copy| (!copy.folder.is_inbox(), copy.received_at));
    let (Some(place), Intent::RecallAndReplace) = (place, visit.job.case.request.intent) else {
        return Ok(false);
    };
    let (portal, case) = (visit.job.portal.clone(), visit.job.case.clone());
    let mut tx = portal.store.read().await?;
    let Some(mut correction) = tx.correction_of(visit.job.target.id).await? else { return Ok(false) };
    if correction.state != CorrectionState::Planned {
        return Ok(correction.in_place && correction.state == CorrectionState::Sent);
    }
    let content = correction::content(tx.as_mut(), &portal, case.id).await?;
    drop(tx);
    let bytes =
        correction::compose(&portal, &case, &correction, &content).map_err(correction::ContentError::from)?;
    let (tried, now) = (correction.in_place, portal.world.now());
    let (state, action) = match put_once(visit, session, place, &mut correction, &bytes).await {
        Ok(Put::Stored | Put::AlreadyThere) => {
            correction.sent_at = Some(now);
            (CorrectionState::Sent, "copy.replaced")
        }
        Ok(Put::Unsure) => {
            correction.problem = "interrupted while it was put there; it isn't there now".into();
            (CorrectionState::Unconfirmed, "copy.replacement_unsure")
        }
        // It surely wasn't stored now.
        Err(TaskError::Mail(
            error @ (MailError::Denied(_) | MailError::Full(_) | MailError::NoSuchMailbox(_)),
        )) => {
            correction.in_place = tried;
            correction.problem = error.to_string();
            correction.due_at = now;
            (effects::after_refusal(tried), "copy.not_replaced")
        }
        Err(error) => return Err(error),
    };
    correction.state = state;
    visit.note(Note::Correction { correction: Box::new(correction), action });
    Ok(state == CorrectionState::Sent)
}

/// Ready before the intent, so that whoever finds the intent can tell whether it was put there.
async fn put_once(
    visit: &mut Visit,
    session: &mut dyn MailSession,
    place: &CopyRecord,
    correction: &mut Correction,
    bytes: &[u8],
) -> Result<Put, TaskError> {
    let flags = Flags { recent: place.flags.recent, ..Flags::default() };
    let key = correction.id.to_string();
    let copy =
        NewCopy { key: &key, bytes, folder: &place.folder, flags: &flags, received_at: place.received_at };
    let tried = correction.in_place;
    if !tried {
        session.stage(&copy).await?;
    }
    correction.in_place = true;
    visit.announce(Effect::Replace(Box::new(correction.clone()))).await?;
    Ok(visit.job.pulse.keep(session.put_once(&copy, tried)).await?)
}
