//! Steps of a case with their consequences, each inside the caller's transaction (I9).

use super::{
    Case, Target,
    rules::{self, Consequence},
    state::{self, Event, Forbidden},
};
use crate::{
    audit::{Actor, NewEntry},
    ids::TargetId,
    store::{StoreError, Tx},
    time::Timestamp,
};
use serde_json::{Value, json};
use shared::{CaseState, CorrectionState, Outcome};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum FlowError {
    /// The case has moved on since it was read.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One transition, written with its audit entry.
pub async fn step(
    tx: &mut dyn Tx,
    case: &mut Case,
    event: Event,
    actor: Actor,
    now: Timestamp,
) -> Result<(), FlowError> {
    let from = case.state;
    case.state = state::next(from, event)?;
    if matches!(event, Event::Approve | Event::Refuse | Event::Expire | Event::Withdraw) {
        case.decided_at = Some(now);
    }
    if case.state.is_final() && case.ended_at.is_none() {
        case.ended_at = Some(now);
    }
    *case = tx.update_case(case).await?;
    let action = if event == Event::DropRestore { "case.restore_dropped" } else { action_of(case.state) };
    tx.record(&entry(case, actor, now, action, json!({ "from": from.code() }))).await?;
    Ok(())
}

/// Approved: from here on copies are taken for good, and those whom the recall can't reach hear of the error.
pub async fn start(tx: &mut dyn Tx, case: &mut Case, actor: Actor, now: Timestamp) -> Result<(), FlowError> {
    step(tx, case, Event::Approve, actor, now).await?;
    step(tx, case, Event::Start, Actor::System, now).await?;
    let targets = locked(tx, case).await?;
    let intent = case.request.intent;
    let follows = |target: &Target| rules::on_start(intent, target.recipient.kind, target.outcome);
    apply(tx, &targets, |target| Some(follows(target)), now).await?;
    for target in &targets {
        let Consequence::Settle(outcome) = follows(target) else { continue };
        let detail = json!({ "outcome": outcome.code() });
        tx.record(&target_entry(case, target, now, "target.settled", detail)).await?;
        settle_correction(tx, target, outcome, now).await?;
    }
    Ok(())
}

/// Refused, expired or withdrawn: everything held goes back, nobody gets a correction.
pub async fn let_go(
    tx: &mut dyn Tx,
    case: &mut Case,
    event: Event,
    actor: Actor,
    now: Timestamp,
) -> Result<(), FlowError> {
    step(tx, case, event, actor, now).await?;
    step(tx, case, Event::Release, Actor::System, now).await?;
    let targets = locked(tx, case).await?;
    let intent = case.request.intent;
    let follows = |target: &Target| rules::on_let_go(intent, target.recipient.kind, target.outcome);
    apply(tx, &targets, follows, now).await?;
    tx.settle_planned(case.id, CorrectionState::Unneeded, now).await?;
    Ok(())
}

/// A finished recall is undone: whatever was taken goes back.
pub async fn restore(
    tx: &mut dyn Tx,
    case: &mut Case,
    actor: Actor,
    now: Timestamp,
) -> Result<(), FlowError> {
    step(tx, case, Event::Restore, actor, now).await?;
    let targets = locked(tx, case).await?;
    apply(tx, &targets, |target| rules::on_restore(target.outcome).map(Consequence::Assign), now).await?;
    Ok(())
}

/// As they are until this transaction ends: no worker ends one meanwhile.
async fn locked(tx: &mut dyn Tx, case: &Case) -> Result<Vec<Target>, StoreError> {
    tx.lock_targets_of(case.id).await?;
    tx.targets(case.id).await
}

/// One statement for all targets that the same follows for: a case may have tens of thousands.
pub(super) async fn apply(
    tx: &mut dyn Tx,
    targets: &[Target],
    follows: impl Fn(&Target) -> Option<Consequence> + Send,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut groups: Vec<(Consequence, Vec<TargetId>)> = Vec::new();
    for target in targets {
        let Some(consequence) = follows(target) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == consequence) {
            Some((_, ids)) => ids.push(target.id),
            None => groups.push((consequence, vec![target.id])),
        }
    }
    for (consequence, ids) in groups {
        match consequence {
            Consequence::Assign(task) => tx.assign(&ids, Some(task), None, now).await?,
            Consequence::Settle(outcome) => tx.assign(&ids, None, Some(outcome), now).await?,
        }
    }
    Ok(())
}

/// Moves a case on when its work is done or its time is over. True: it moved.
pub async fn advance(tx: &mut dyn Tx, case: &mut Case, now: Timestamp) -> Result<bool, FlowError> {
    let Some(event) = rules::awaited(case.state, case.expires_at <= now) else { return Ok(false) };
    if event == Event::Expire {
        let_go(tx, case, event, Actor::System, now).await?;
        return Ok(true);
    }
    let open_tasks = tx.open_tasks(case.id).await?;
    // Looked up only where it matters: a case may have thousands.
    let open_corrections = open_tasks == 0
        && event == Event::Finish
        && tx.corrections(case.id).await?.iter().any(|correction| correction.state.is_open());
    if !rules::may_advance(event, open_tasks, open_corrections) {
        return Ok(false);
    }
    step(tx, case, event, Actor::System, now).await?;
    if matches!(event, Event::Close | Event::FinishRestore) {
        // Everything is back in the mailboxes: the vault must not keep a second copy (I3). The key stays until the
        // retention period is over, because entries of the trail have parts sealed with it.
        tx.empty_vault(case.id).await?;
        tx.record(&entry(case, Actor::System, now, "vault.emptied", Value::Null)).await?;
    }
    Ok(true)
}

/// What became of the target decides about its correction.
pub async fn settle_correction(
    tx: &mut dyn Tx,
    target: &Target,
    outcome: Outcome,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(mut correction) = tx.correction_of(target.id).await? else { return Ok(()) };
    let after = rules::correction_after(correction.state, correction.in_place, outcome);
    if after == correction.state {
        return Ok(());
    }
    correction.state = after;
    correction.due_at = now;
    tx.update_correction(&correction, None).await
}

pub fn entry(case: &Case, actor: Actor, at: Timestamp, action: &'static str, detail: Value) -> NewEntry {
    NewEntry { at, actor, action, case: Some(case.id), target: None, detail, sealed: None }
}

pub fn target_entry(
    case: &Case,
    target: &Target,
    at: Timestamp,
    action: &'static str,
    detail: Value,
) -> NewEntry {
    NewEntry { target: Some(target.id), ..entry(case, Actor::System, at, action, detail) }
}

fn action_of(state: CaseState) -> &'static str {
    match state {
        CaseState::Requested => "case.requested",
        CaseState::Holding => "case.holding",
        CaseState::AwaitingApproval => "case.awaiting_approval",
        CaseState::Approved => "case.approved",
        CaseState::Executing => "case.executing",
        CaseState::Finished => "case.finished",
        CaseState::Refused => "case.refused",
        CaseState::Expired => "case.expired",
        CaseState::Withdrawn => "case.withdrawn",
        CaseState::Releasing => "case.releasing",
        CaseState::Closed => "case.closed",
        CaseState::RestoreRequested => "case.restore_requested",
        CaseState::Restoring => "case.restoring",
        CaseState::Restored => "case.restored",
    }
}
