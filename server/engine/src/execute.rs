//! Approved: what policy and request allow is taken, the replacement is put in its place, the end is verified.

use crate::{
    hold::LOOKS,
    target::{Job, TaskError, count},
};
use domain::{
    case::{
        CopyRecord, Correction, Detail, correction,
        flow::target_entry,
        outcome::{self, Facts},
        state::settled,
    },
    look::Look,
    mail_system::{Flags, MailError, MailSession, NewCopy, Put},
    shared::{CopyState, CorrectionState, Intent, TargetState},
    store::TargetResult,
};
use serde_json::json;

/// Takes all copies the request covers; the last look finds none of them left.
pub async fn execute(job: &Job<'_>, detail: &mut Detail) -> Result<TargetResult, TaskError> {
    let mut session = job.open().await?;
    let (look, copies) = take_all(job, session.as_mut(), detail).await?;
    let held: Vec<&CopyRecord> = copies.iter().filter(|copy| copy.state == CopyState::Held).collect();
    let replaced = replace(job, session.as_mut(), &held).await?;
    let facts = Facts {
        taken_unread: count(held.iter().filter(|copy| !copy.flags.seen).count()),
        taken_read: count(held.iter().filter(|copy| copy.flags.seen).count()),
        left_read: count(look.copies.len()),
        replaced,
        skipped: !look.skipped.is_empty(),
    };
    let outcome = outcome::of(&facts, detail);
    let reached = if held.is_empty() && detail.seen_there { TargetState::Located } else { job.target.state };
    Ok(TargetResult { state: settled(outcome, reached), outcome: Some(outcome), detail: detail.clone() })
}

async fn take_all(
    job: &Job<'_>,
    session: &mut dyn MailSession,
    detail: &mut Detail,
) -> Result<(Look, Vec<CopyRecord>), TaskError> {
    for _ in 0..LOOKS {
        let look = job.look(session, detail).await?;
        let copies = job.reconcile(&look).await?;
        let covered: Vec<_> = look
            .copies
            .iter()
            .filter(|copy| job.case.request.include_read || !copy.found.flags.seen)
            .collect();
        if covered.is_empty() {
            return Ok((look, copies));
        }
        for copy in covered {
            job.take(session, copy).await?;
        }
    }
    Err(TaskError::KeptChanging)
}

/// Puts the replacement where the original stood. False: none is wanted here, or this mailbox won't take it
/// (it then goes out as ordinary mail).
async fn replace(
    job: &Job<'_>,
    session: &mut dyn MailSession,
    held: &[&CopyRecord],
) -> Result<bool, TaskError> {
    let Some(place) = held.iter().min_by_key(|copy| (!copy.folder.is_inbox(), copy.received_at)) else {
        return Ok(false);
    };
    if job.case.request.intent != Intent::RecallAndReplace {
        return Ok(false);
    }
    let mut tx = job.portal.store.read().await?;
    let Some(mut correction) = tx.correction_of(job.target.id).await? else { return Ok(false) };
    if correction.state != CorrectionState::Planned {
        return Ok(correction.in_place);
    }
    let content = correction::content(tx.as_mut(), job.portal, job.case.id).await?;
    drop(tx);
    let bytes = correction::compose(job.portal, job.case, &correction, &content)
        .map_err(correction::ContentError::from)?;
    job.still_wanted().await?;
    correction.in_place = true;
    write(job, &correction, "copy.replacing").await?;
    let flags = Flags { recent: place.flags.recent, ..Flags::default() };
    let key = correction.id.to_string();
    let copy = NewCopy {
        key: &key,
        bytes: &bytes,
        folder: &place.folder,
        flags: &flags,
        received_at: place.received_at,
    };
    match session.put(&copy).await {
        Ok(Put::Stored | Put::AlreadyThere) => {
            correction.state = CorrectionState::Sent;
            correction.sent_at = Some(job.portal.world.now());
            write(job, &correction, "copy.replaced").await?;
            Ok(true)
        }
        // It surely isn't there: nobody will get it twice.
        Err(error @ (MailError::Denied(_) | MailError::Full(_) | MailError::NoSuchMailbox(_))) => {
            correction.in_place = false;
            correction.problem = error.to_string();
            correction.state = CorrectionState::Queued;
            correction.due_at = job.portal.world.now();
            write(job, &correction, "copy.not_replaced").await?;
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

async fn write(job: &Job<'_>, correction: &Correction, action: &'static str) -> Result<(), TaskError> {
    let mut tx = job.portal.store.write().await?;
    tx.update_correction(correction, None).await?;
    let now = job.portal.world.now();
    tx.record(&target_entry(job.case, job.target, now, action, json!({ "correction": correction.id })))
        .await?;
    Ok(tx.commit().await?)
}
