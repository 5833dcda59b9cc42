//! A notification as mail.

use crate::outgoing::{Letter, NoLetter, Outgoing, Progress};
use async_trait::async_trait;
use domain::{
    audit::{Actor, NewEntry},
    case::Case,
    ids::OutgoingId,
    mail::EmailAddress,
    notify::{self, Notification},
    portal::Portal,
    shared::CorrectionState,
    store::{Result, Tx},
    time::Timestamp,
};
use serde_json::json;
use uuid::Uuid;

#[async_trait]
impl Outgoing for Notification {
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
        let content = notify::content(tx.as_mut(), portal, case, self).await?;
        drop(tx);
        let Some(content) = content else { return Ok(None) };
        let composed = notify::compose(portal, self, &content);
        let bytes = composed.map_err(|error| NoLetter::Never(error.to_string()))?;
        Ok(Some(Letter { from: portal.settings.sender.address.clone(), bytes }))
    }

    fn row(&self) -> Uuid {
        self.id.0
    }

    async fn save(&self, tx: &mut dyn Tx) -> Result<()> {
        tx.update_notification(self, self.lease.fence).await
    }

    fn entry(&self, at: Timestamp) -> NewEntry {
        let detail = json!({
            "notification": self.id, "kind": self.kind, "person": self.person, "attempts": self.attempts
        });
        let (case, action) = (Some(self.case), action(self.state));
        NewEntry { at, actor: Actor::System, action, case, target: None, detail, sealed: None }
    }
}

fn action(state: CorrectionState) -> &'static str {
    match state {
        CorrectionState::Sending => "notification.sending",
        CorrectionState::Sent => "notification.sent",
        CorrectionState::Planned | CorrectionState::Queued => "notification.postponed",
        CorrectionState::Unneeded => "notification.unneeded",
        CorrectionState::Unconfirmed => "notification.unconfirmed",
        CorrectionState::Failed => "notification.failed",
    }
}
