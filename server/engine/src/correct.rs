//! A correction as ordinary mail.

use crate::outgoing::{Letter, NoLetter, Outgoing, Progress};
use async_trait::async_trait;
use domain::{
    audit::{Actor, NewEntry},
    case::{Case, Correction, correction},
    ids::OutgoingId,
    mail::EmailAddress,
    portal::Portal,
    shared::CorrectionState,
    store::{Result, Tx},
    time::Timestamp,
};
use serde_json::json;
use uuid::Uuid;

#[async_trait]
impl Outgoing for Correction {
    fn id(&self) -> OutgoingId {
        self.id.into()
    }

    fn to(&self) -> &EmailAddress {
        &self.to.address
    }

    fn progress(&self) -> Progress {
        Progress {
            state: self.state,
            attempts: self.attempts,
            due_at: self.due_at,
            problem: self.problem.clone(),
            sent_at: self.sent_at,
        }
    }

    fn set_progress(&mut self, progress: Progress) {
        let Progress { state, attempts, due_at, problem, sent_at } = progress;
        (self.state, self.attempts, self.due_at) = (state, attempts, due_at);
        (self.problem, self.sent_at) = (problem, sent_at);
    }

    async fn letter(&self, portal: &Portal, case: &Case) -> Result<Option<Letter>, NoLetter> {
        let mut tx = portal.store.read().await?;
        let content = correction::content(tx.as_mut(), portal, case.id).await?;
        drop(tx);
        let composed = correction::compose(portal, case, self, &content);
        let bytes = composed.map_err(|error| NoLetter::Never(error.to_string()))?;
        Ok(Some(Letter { from: case.message.from.address.clone(), bytes }))
    }

    fn row(&self) -> Uuid {
        self.target.0
    }

    async fn save(&self, tx: &mut dyn Tx) -> Result<()> {
        tx.update_correction(self, Some(self.lease.fence)).await
    }

    fn entry(&self, at: Timestamp) -> NewEntry {
        NewEntry {
            at,
            actor: Actor::System,
            action: action(self.state),
            case: Some(self.case),
            target: Some(self.target),
            detail: json!({ "correction": self.id, "attempts": self.attempts }),
            sealed: None,
        }
    }
}

fn action(state: CorrectionState) -> &'static str {
    match state {
        CorrectionState::Sending => "correction.sending",
        CorrectionState::Sent => "correction.sent",
        CorrectionState::Planned | CorrectionState::Queued => "correction.postponed",
        CorrectionState::Unneeded => "correction.unneeded",
        CorrectionState::Unconfirmed => "correction.unconfirmed",
        CorrectionState::Failed => "correction.failed",
    }
}

impl From<correction::ContentError> for NoLetter {
    fn from(error: correction::ContentError) -> Self {
        match error {
            correction::ContentError::Store(error) => Self::Store(error),
            error => Self::Never(error.to_string()),
        }
    }
}
