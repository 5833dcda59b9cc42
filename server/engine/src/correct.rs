//! Corrections as ordinary mail, each at most once (I6): the intent is durable before the mail leaves (I4).

use crate::retry::{MAX_ATTEMPTS, delay};
use domain::{
    audit::{Actor, NewEntry},
    case::{Case, Correction, correction},
    mailer::SendError,
    portal::Portal,
    shared::CorrectionState,
    store::StoreError,
};
use serde_json::json;

/// `claimed` comes with the state it had: `Sending` means that somebody broke off in the middle.
pub async fn correct(portal: &Portal, case: &Case, mut claimed: Correction) -> Result<(), StoreError> {
    if claimed.state == CorrectionState::Sending {
        match portal.mailer.was_sent(claimed.id, &claimed.to.address).await {
            Some(true) => return settle(portal, case, claimed, CorrectionState::Sent, "").await,
            Some(false) => {}
            None => {
                let problem = "broken off while it was handed over; it may have arrived";
                return settle(portal, case, claimed, CorrectionState::Unconfirmed, problem).await;
            }
        }
    }
    let bytes = match compose(portal, case, &claimed).await {
        Ok(bytes) => bytes,
        Err(correction::ContentError::Store(error)) => return Err(error),
        Err(error) => {
            return settle(portal, case, claimed, CorrectionState::Failed, &error.to_string()).await;
        }
    };
    claimed.state = CorrectionState::Sending;
    claimed.attempts += 1;
    write(portal, case, &claimed, "correction.sending").await?;
    match portal.mailer.send(claimed.id, &case.message.from.address, &claimed.to.address, &bytes).await {
        Ok(()) => settle(portal, case, claimed, CorrectionState::Sent, "").await,
        Err(SendError::Never(problem)) => {
            settle(portal, case, claimed, CorrectionState::Failed, &problem).await
        }
        Err(SendError::Unknown(problem)) => {
            settle(portal, case, claimed, CorrectionState::Unconfirmed, &problem).await
        }
        Err(SendError::Later(problem)) if claimed.attempts >= MAX_ATTEMPTS => {
            settle(portal, case, claimed, CorrectionState::Failed, &problem).await
        }
        Err(SendError::Later(problem)) => {
            claimed.due_at = portal.world.now().plus(delay(claimed.attempts, None));
            settle(portal, case, claimed, CorrectionState::Queued, &problem).await
        }
    }
}

async fn compose(
    portal: &Portal,
    case: &Case,
    correction: &Correction,
) -> Result<Vec<u8>, correction::ContentError> {
    let mut tx = portal.store.read().await?;
    let content = correction::content(tx.as_mut(), portal, case.id).await?;
    Ok(correction::compose(portal, case, correction, &content)?)
}

async fn settle(
    portal: &Portal,
    case: &Case,
    mut correction: Correction,
    state: CorrectionState,
    problem: &str,
) -> Result<(), StoreError> {
    correction.state = state;
    correction.problem = problem.to_owned();
    if state == CorrectionState::Sent {
        correction.sent_at = Some(portal.world.now());
    }
    let action = match state {
        CorrectionState::Sent => "correction.sent",
        CorrectionState::Queued => "correction.postponed",
        CorrectionState::Unconfirmed => "correction.unconfirmed",
        _ => "correction.failed",
    };
    write(portal, case, &correction, action).await
}

async fn write(
    portal: &Portal,
    case: &Case,
    correction: &Correction,
    action: &'static str,
) -> Result<(), StoreError> {
    let mut tx = portal.store.write().await?;
    tx.update_correction(correction, Some(correction.lease.fence)).await?;
    let entry = NewEntry {
        at: portal.world.now(),
        actor: Actor::System,
        action,
        case: Some(case.id),
        target: Some(correction.target),
        detail: json!({ "correction": correction.id, "attempts": correction.attempts }),
        sealed: None,
    };
    tx.record(&entry).await?;
    tx.commit().await
}
