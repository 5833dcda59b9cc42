//! The button: from a draft to a case, once (I10).

use super::{
    Case, CaseMessage, Correction, Detail, Lease, Target,
    ask::{self, AskError, Preview, Problem},
    correction, flow,
    identity::{self, Identity},
    rules::{self, Asked, Opening},
    state::Event,
};
use crate::{
    audit::{Actor, NewEntry},
    ids::{CaseId, DraftId},
    notify,
    org::{Directory, Person, Recipient, RecipientKind},
    portal::Portal,
    store::{StoreError, Tx},
    time::Timestamp,
    vault::SealError,
};
use chrono::Datelike;
use serde_json::json;
use shared::{CaseNumber, CaseState, CorrectionState, TargetState, Trouble};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum RequestError {
    #[error("there is no such request")]
    NotFound,
    #[error("the request can't be made as it is")]
    Problems(Vec<Problem>),
    /// The message has a case that is still at work.
    #[error("case {0} about this message is still open")]
    AlreadyOpen(CaseNumber),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Flow(#[from] flow::FlowError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AskError> for RequestError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Store(error) => Self::Store(error),
            AskError::Seal(error) => Self::Seal(error),
            _ => Self::NotFound,
        }
    }
}

/// Makes the case of this draft, or says which one it has become.
pub async fn request(
    portal: &Portal,
    requester: &Person,
    draft: DraftId,
) -> Result<CaseNumber, RequestError> {
    let preview = ask::preview(portal, requester, draft).await?;
    if let Some(number) = preview.case {
        return Ok(number);
    }
    if !preview.problems.is_empty() {
        return Err(RequestError::Problems(preview.problems));
    }
    let directory = portal.directory().await?;
    let made = make(portal, &directory, requester, &preview).await;
    if let Err(RequestError::Store(StoreError::Conflict(_))) = made {
        // The other one of two clicks was faster.
        let case = portal.store.read().await?.case(CaseId(draft.0)).await?;
        return case.map(|case| case.number).ok_or(RequestError::NotFound);
    }
    let number = made?;
    portal.engine.wake();
    Ok(number)
}

async fn make(
    portal: &Portal,
    directory: &Directory,
    requester: &Person,
    preview: &Preview,
) -> Result<CaseNumber, RequestError> {
    let now = portal.world.now();
    let mut tx = portal.store.write().await?;
    let year = year(now, portal);
    // Taken first: its row orders requests that come at the same time.
    let serial = tx.next_case_serial(year).await?;
    let same_key = tx.case(CaseId(preview.draft.id.0)).await?.map(|case| case.number);
    let about = ask::about(tx.as_mut(), &preview.message).await?;
    match rules::asked(same_key, about.iter().map(|case| (case.number, case.state))) {
        Asked::Again(number) => return Ok(number),
        Asked::Blocked(number) => return Err(RequestError::AlreadyOpen(number)),
        Asked::New => {}
    }
    let mut case = case(portal, requester, preview, CaseNumber::new(year, serial), now);
    // Another case about this mail may have come and gone since the page was shown.
    let Preview { message, draft, recipients, .. } = preview;
    case.decision = ask::decide(tx.as_mut(), portal, message, &draft.form, recipients).await?;
    let targets: Vec<Target> =
        preview.recipients.iter().map(|recipient| target(portal, directory, &case, recipient, now)).collect();
    let corrections: Vec<Correction> = if case.request.has_correction {
        targets.iter().map(|target| planned(portal, &case, target, now)).collect()
    } else {
        Vec::new()
    };
    tx.insert_case(&case, &targets, &corrections).await?;
    if case.request.has_correction {
        correction::seal(tx.as_mut(), portal, &preview.draft).await?;
    }
    tx.save_draft(&preview.draft.emptied()).await?;
    let mut detail = json!({
        "number": case.number, "intent": case.request.intent, "include_read": case.request.include_read,
        "reason": case.request.reason, "targets": targets.len(), "digest": case.digest.hex(),
        "policy": case.decision.version, "approval": case.decision.reasons,
    });
    if case.is_delegated() {
        detail["mailbox"] = json!(case.owner());
    }
    let key = identity::key_of(tx.as_mut(), portal, case.id.0).await?;
    let sealed = Identity::of(&case, &targets).seal(&key, portal)?;
    let entry = flow::entry(&case, Actor::Person(requester.id), now, "case.requested", detail);
    tx.record(&NewEntry { sealed: Some(sealed), ..entry }).await?;
    begin(tx.as_mut(), &mut case, &targets, now).await?;
    notify::moved(tx.as_mut(), portal, directory, CaseState::Requested, &case).await?;
    tx.commit().await?;
    Ok(case.number)
}

/// The first step: act, hold, or wait.
async fn begin(
    tx: &mut dyn Tx,
    case: &mut Case,
    targets: &[Target],
    now: Timestamp,
) -> Result<(), RequestError> {
    let decision = &case.decision;
    match rules::opening(decision.needs_approval(), decision.freeze_first, case.request.intent) {
        Opening::Start => flow::start(tx, case, Actor::System, now).await?,
        Opening::AskForApproval => flow::step(tx, case, Event::AskForApproval, Actor::System, now).await?,
        Opening::HoldFirst => {
            flow::step(tx, case, Event::HoldFirst, Actor::System, now).await?;
            let follows = |target: &Target| rules::on_hold_first(target.recipient.kind, target.outcome);
            flow::apply(tx, targets, follows, now).await?;
        }
    }
    Ok(())
}

fn case(portal: &Portal, requester: &Person, preview: &Preview, number: CaseNumber, now: Timestamp) -> Case {
    Case {
        id: CaseId(preview.draft.id.0),
        number,
        version: 0,
        requester: requester.id,
        message: CaseMessage::of(&preview.message, &preview.owner),
        request: preview.draft.form.request(),
        state: CaseState::Requested,
        decision: preview.decision.clone(),
        digest: preview.digest,
        created_at: now,
        expires_at: now.plus(portal.settings.policy.decision_time),
        decided_at: None,
        ended_at: None,
        restoration: None,
    }
}

fn target(
    portal: &Portal,
    directory: &Directory,
    case: &Case,
    recipient: &Recipient,
    now: Timestamp,
) -> Target {
    let on_hold = recipient.person().is_some_and(|person| rules::on_legal_hold(directory.person(person)));
    let mut detail = Detail::default();
    if recipient.kind == RecipientKind::Unknown {
        detail.trouble = Some(Trouble::UnknownAddress);
    }
    Target {
        id: portal.world.id(),
        case: case.id,
        recipient: recipient.clone(),
        state: TargetState::Waiting,
        outcome: rules::at_request(case.request.intent, on_hold),
        detail,
        task: None,
        lease: Lease::default(),
        attempts: 0,
        due_at: now,
        updated_at: now,
    }
}

fn planned(portal: &Portal, case: &Case, target: &Target, now: Timestamp) -> Correction {
    let id: crate::ids::CorrectionId = portal.world.id();
    Correction {
        id,
        case: case.id,
        target: target.id,
        to: crate::mail::NamedAddress {
            name: target.recipient.name.clone(),
            address: target.recipient.address.clone(),
        },
        message_id: crate::mail::MessageId::made("correction", id.0, &portal.settings.mail_domain),
        state: CorrectionState::Planned,
        in_place: false,
        attempts: 0,
        due_at: now,
        lease: Lease::default(),
        problem: String::new(),
        sent_at: None,
    }
}

pub(super) fn year(now: Timestamp, portal: &Portal) -> u16 {
    u16::try_from(now.utc().with_timezone(&portal.settings.time_zone).year()).unwrap_or(1970)
}
