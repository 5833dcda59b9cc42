//! Undoing a finished recall: an act of its own, always with an approval of its own, while the vault keeps the copies.

use super::{
    Case, Restoration, Target, ask,
    decide::{DecideError, MAX_COMMENT, finish},
    flow, request, rules,
    state::Event,
};
use crate::{
    audit::Actor,
    notify,
    org::Person,
    portal::Portal,
    store::{StoreError, Tx},
};
use shared::{CaseNumber, CaseState, CopyState, NotificationKind};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum RestoreError {
    #[error("asking to put mail back needs a reason")]
    NoteMissing,
    #[error("the reason is longer than {MAX_COMMENT} characters")]
    NoteTooLong,
    /// Nothing was taken, or its time in the vault is over and it was erased.
    #[error("the vault keeps nothing of this case")]
    NothingKept,
    /// The message has another case that is still at work.
    #[error("case {0} about this message is still open")]
    AlreadyOpen(CaseNumber),
    #[error(transparent)]
    Decide(#[from] DecideError),
}

impl From<StoreError> for RestoreError {
    fn from(error: StoreError) -> Self {
        Self::Decide(error.into())
    }
}

/// The requester asks; somebody above them decides. Nothing moves before.
pub async fn ask(
    portal: &Portal,
    requester: &Person,
    number: CaseNumber,
    note: &str,
) -> Result<(), RestoreError> {
    let now = portal.world.now();
    let mut tx = portal.store.write().await?;
    // Before anything is read: another case about this mail may be asked for at the same time.
    tx.order_requests(request::year(now, portal)).await?;
    let mut case = own(tx.as_mut(), requester, number).await?;
    if case.state != CaseState::Finished {
        return Err(DecideError::MovedOn(case.state).into());
    }
    let about = about(tx.as_mut(), &case).await?;
    if let Some(other) = rules::at_work(about.iter().map(|case| (case.number, case.state))) {
        return Err(RestoreError::AlreadyOpen(other));
    }
    let targets = tx.targets(case.id).await?;
    if !anything_to_restore(tx.as_mut(), &case, &targets).await? {
        return Err(RestoreError::NothingKept);
    }
    let note = checked(note)?;
    case.restoration = Some(Restoration { by: requester.id, note, at: now });
    case.expires_at = now.plus(portal.settings.policy.decision_time);
    let actor = Actor::Person(requester.id);
    let moved = flow::step(tx.as_mut(), &mut case, Event::AskRestore, actor, now).await;
    if moved.is_ok() {
        let directory = portal.directory_as_seen(tx.as_mut()).await?;
        notify::tell(tx.as_mut(), portal, &directory, &case, NotificationKind::RestoreWanted).await?;
    }
    Ok(finish(portal, tx, &case, moved).await?)
}

/// The requester thinks better of it before anybody has decided.
pub async fn drop_request(
    portal: &Portal,
    requester: &Person,
    number: CaseNumber,
) -> Result<(), RestoreError> {
    let now = portal.world.now();
    let mut tx = portal.store.write().await?;
    let mut case = own(tx.as_mut(), requester, number).await?;
    let actor = Actor::Person(requester.id);
    let moved = flow::step(tx.as_mut(), &mut case, Event::DropRestore, actor, now).await;
    Ok(finish(portal, tx, &case, moved).await?)
}

/// Does the vault still hold a copy that a finished recall took?
pub(super) async fn anything_to_restore(
    tx: &mut dyn Tx,
    case: &Case,
    targets: &[Target],
) -> Result<bool, StoreError> {
    let ended = matches!(case.state, CaseState::Finished | CaseState::RestoreRequested);
    if !ended || tx.existing_vault_key(case.id.0).await?.is_none() {
        return Ok(false);
    }
    for target in targets.iter().filter(|target| rules::on_restore(target.outcome).is_some()) {
        if tx.copies(target.id).await?.iter().any(|copy| copy.state == CopyState::Held) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// All cases about the same mail, this one among them.
async fn about(tx: &mut dyn Tx, case: &Case) -> Result<Vec<Case>, StoreError> {
    match tx.sent(case.message.sent).await? {
        Some(message) => ask::about(tx, &message).await,
        None => Err(StoreError::Missing("the message")),
    }
}

async fn own(tx: &mut dyn Tx, requester: &Person, number: CaseNumber) -> Result<Case, RestoreError> {
    let case = tx.case_by_number(number).await?;
    let own = case.filter(|case| case.requester == requester.id);
    own.ok_or_else(|| DecideError::NotFound.into())
}

fn checked(note: &str) -> Result<String, RestoreError> {
    match note.trim() {
        "" => Err(RestoreError::NoteMissing),
        note if note.chars().count() > MAX_COMMENT => Err(RestoreError::NoteTooLong),
        note => Ok(note.to_owned()),
    }
}
