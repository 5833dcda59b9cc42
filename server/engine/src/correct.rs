//! Corrections as ordinary mail, each at most once (I6): the intent is durable before the mail leaves (I4).

use crate::{
    committer::{Committer, Write},
    retry::{MAX_ATTEMPTS, delay},
};
use async_trait::async_trait;
use domain::{
    audit::{Actor, NewEntry},
    case::{Case, Correction, correction, effects},
    mailer::SendError,
    portal::Portal,
    shared::CorrectionState,
    store::{StoreError, Tx},
};
use serde_json::json;
use uuid::Uuid;

/// What sending one correction works with.
struct Hand<'a> {
    portal: &'a Portal,
    committer: &'a Committer,
    case: &'a Case,
}

/// `claimed` comes with the state it had: `Sending` means that somebody broke off in the middle.
pub async fn correct(
    portal: &Portal,
    committer: &Committer,
    case: &Case,
    mut claimed: Correction,
) -> Result<(), StoreError> {
    let hand = Hand { portal, committer, case };
    if claimed.state == CorrectionState::Sending {
        let was_sent = portal.mailer.was_sent(claimed.id, &claimed.to.address).await;
        if let Some(state) = effects::after_breaking_off(was_sent) {
            let unsure = state == CorrectionState::Unconfirmed;
            let problem =
                if unsure { "broken off while it was handed over; it may have arrived" } else { "" };
            return settle(&hand, claimed, state, problem).await;
        }
    }
    // I5: stopped after it was claimed: given back as it was.
    if !portal.store.read().await?.engine_switch().await?.running {
        let problem = claimed.problem.clone();
        return settle(&hand, claimed, CorrectionState::Queued, &problem).await;
    }
    let bytes = match compose(&hand, &claimed).await {
        Ok(bytes) => bytes,
        Err(correction::ContentError::Store(error)) => return Err(error),
        Err(error) => {
            return settle(&hand, claimed, CorrectionState::Failed, &error.to_string()).await;
        }
    };
    claimed.state = CorrectionState::Sending;
    claimed.attempts += 1;
    write(&hand, &claimed, "correction.sending").await?;
    match portal.mailer.send(claimed.id, &case.message.from.address, &claimed.to.address, &bytes).await {
        Ok(()) => settle(&hand, claimed, CorrectionState::Sent, "").await,
        Err(SendError::Never(problem)) => settle(&hand, claimed, CorrectionState::Failed, &problem).await,
        Err(SendError::Unknown(problem)) => {
            settle(&hand, claimed, CorrectionState::Unconfirmed, &problem).await
        }
        Err(SendError::Later(problem)) if claimed.attempts >= MAX_ATTEMPTS => {
            settle(&hand, claimed, CorrectionState::Failed, &problem).await
        }
        Err(SendError::Later(problem)) => {
            claimed.due_at = portal.world.now().plus(delay(claimed.attempts, None));
            settle(&hand, claimed, CorrectionState::Queued, &problem).await
        }
    }
}

async fn compose(hand: &Hand<'_>, correction: &Correction) -> Result<Vec<u8>, correction::ContentError> {
    let mut tx = hand.portal.store.read().await?;
    let content = correction::content(tx.as_mut(), hand.portal, hand.case.id).await?;
    Ok(correction::compose(hand.portal, hand.case, correction, &content)?)
}

async fn settle(
    hand: &Hand<'_>,
    mut correction: Correction,
    state: CorrectionState,
    problem: &str,
) -> Result<(), StoreError> {
    correction.state = state;
    correction.problem = problem.to_owned();
    if state == CorrectionState::Sent {
        correction.sent_at = Some(hand.portal.world.now());
    }
    let action = match state {
        CorrectionState::Sent => "correction.sent",
        CorrectionState::Queued => "correction.postponed",
        CorrectionState::Unconfirmed => "correction.unconfirmed",
        _ => "correction.failed",
    };
    write(hand, &correction, action).await
}

async fn write(hand: &Hand<'_>, correction: &Correction, action: &'static str) -> Result<(), StoreError> {
    let entry = NewEntry {
        at: hand.portal.world.now(),
        actor: Actor::System,
        action,
        case: Some(hand.case.id),
        target: Some(correction.target),
        detail: json!({ "correction": correction.id, "attempts": correction.attempts }),
        sealed: None,
    };
    hand.committer.write(Dispatch { correction: correction.clone(), entry }).await
}

struct Dispatch {
    correction: Correction,
    entry: NewEntry,
}

#[async_trait]
impl Write for Dispatch {
    type Answer = ();

    fn row(&self) -> Uuid {
        self.correction.target.0
    }

    async fn run(&self, tx: &mut dyn Tx) -> Result<(), StoreError> {
        tx.update_correction(&self.correction, Some(self.correction.lease.fence)).await?;
        tx.record(&self.entry).await.map(drop)
    }
}
