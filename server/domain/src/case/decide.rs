//! What people decide about a case: approve, refuse, withdraw.

use super::{
    Approval, Case, TargetsDigest,
    flow::{self, FlowError},
    rules::{self, NotDecided, Question},
    state::Event,
};
use crate::{
    audit::Actor,
    notify,
    org::{Person, Recipient},
    portal::Portal,
    store::{StoreError, Tx},
    time::Timestamp,
};
use serde_json::json;
use shared::{Act, CaseNumber, CaseState, NotificationKind, Verdict};
use thiserror::Error;

pub const MAX_COMMENT: usize = 2_000;

#[derive(Debug, Error)]
pub enum DecideError {
    /// Or it is none of this person's business: the answer is the same.
    #[error("there is no such case")]
    NotFound,
    /// Somebody decided, or it ended, before.
    #[error("the case is {0} now; nothing was changed")]
    MovedOn(CaseState),
    /// The page showed another list of targets than the case has.
    #[error("the case isn't what the page showed; nothing was changed")]
    OtherTargets,
    #[error("a refusal needs a comment")]
    CommentMissing,
    #[error("the comment is longer than {MAX_COMMENT} characters")]
    CommentTooLong,
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for DecideError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An approver's verdict, bound to the digest of what they saw (I1). Answers with the case as it was decided about.
pub async fn decide(
    portal: &Portal,
    approver: &Person,
    number: CaseNumber,
    verdict: Verdict,
    comment: &str,
    seen: TargetsDigest,
) -> Result<Case, DecideError> {
    let comment = comment.trim();
    let now = portal.world.now();
    let directory = portal.directory().await?;
    let mut tx = portal.store.write().await?;
    let mut case = tx.case_by_number(number).await?.ok_or(DecideError::NotFound)?;
    let question = Question::of(&case, live_digest(tx.as_mut(), &case).await?);
    let approvers = directory.approvers_of(case.requester);
    rules::may_decide(&question, approver.id, &approvers, seen, now).map_err(|reason| match reason {
        NotDecided::NotTheirs => DecideError::NotFound,
        NotDecided::MovedOn => DecideError::MovedOn(case.state),
        NotDecided::OtherTargets => DecideError::OtherTargets,
    })?;
    check_comment(verdict, comment)?;
    let approval = Approval {
        id: portal.world.id(),
        case: case.id,
        approver: approver.id,
        act: case.act(),
        verdict,
        comment: comment.to_owned(),
        digest: seen,
        decided_at: now,
    };
    tx.insert_approval(&approval).await?;
    let actor = Actor::Person(approver.id);
    let detail = json!({ "act": case.act(), "verdict": verdict, "digest": seen.hex() });
    tx.record(&flow::entry(&case, actor, now, "approval.given", detail)).await?;
    let before = case.clone();
    let moved = carry_out(tx.as_mut(), &mut case, verdict, actor, now).await;
    let told = NotificationKind::of_decision(approval.act, verdict).filter(|_| moved.is_ok());
    if let Some(kind) = told {
        notify::tell(tx.as_mut(), portal, &directory, &case, kind).await?;
    }
    finish(portal, tx, &case, moved).await?;
    Ok(before)
}

async fn carry_out(
    tx: &mut dyn Tx,
    case: &mut Case,
    verdict: Verdict,
    actor: Actor,
    now: Timestamp,
) -> Result<(), FlowError> {
    match (case.act(), verdict) {
        (Act::Recall, Verdict::Approved) => flow::start(tx, case, actor, now).await,
        (Act::Recall, Verdict::Refused) => flow::let_go(tx, case, Event::Refuse, actor, now).await,
        (Act::Restore, Verdict::Approved) => flow::restore(tx, case, actor, now).await,
        (Act::Restore, Verdict::Refused) => flow::step(tx, case, Event::DropRestore, actor, now).await,
    }
}

/// The requester withdraws while nothing has been removed for good. Answers with the case as it is then.
pub async fn withdraw(portal: &Portal, requester: &Person, number: CaseNumber) -> Result<Case, DecideError> {
    let now = portal.world.now();
    let mut tx = portal.store.write().await?;
    let case = tx.case_by_number(number).await?;
    let mut case = case.filter(|case| case.requester == requester.id).ok_or(DecideError::NotFound)?;
    if !case.state.can_withdraw() {
        return Err(DecideError::MovedOn(case.state));
    }
    let moved = flow::let_go(tx.as_mut(), &mut case, Event::Withdraw, Actor::Person(requester.id), now).await;
    finish(portal, tx, &case, moved).await?;
    Ok(case)
}

pub(super) async fn finish(
    portal: &Portal,
    tx: Box<dyn Tx>,
    case: &Case,
    moved: Result<(), FlowError>,
) -> Result<(), DecideError> {
    match moved {
        Ok(()) => tx.commit().await?,
        Err(FlowError::Forbidden(forbidden)) => return Err(DecideError::MovedOn(forbidden.state)),
        Err(FlowError::Store(StoreError::Conflict(_))) => return Err(DecideError::MovedOn(case.state)),
        Err(FlowError::Store(error)) => return Err(error.into()),
    }
    portal.engine.wake();
    Ok(())
}

/// Computed from the rows as they are, not remembered.
async fn live_digest(tx: &mut dyn Tx, case: &Case) -> Result<TargetsDigest, StoreError> {
    let recipients: Vec<Recipient> =
        tx.targets(case.id).await?.into_iter().map(|target| target.recipient).collect();
    Ok(TargetsDigest::of(&case.message, &case.request, &recipients))
}

fn check_comment(verdict: Verdict, comment: &str) -> Result<(), DecideError> {
    if verdict == Verdict::Refused && comment.is_empty() {
        return Err(DecideError::CommentMissing);
    }
    if comment.chars().count() > MAX_COMMENT {
        return Err(DecideError::CommentTooLong);
    }
    Ok(())
}
