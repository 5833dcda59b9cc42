//! What a person may see of cases.

use super::{
    Approval, Case, CaseFilter, CaseRow, Correction, Target, TargetsDigest, ask, correction, restore,
};
use crate::{
    audit,
    case::draft::Upload,
    ids::PersonId,
    notify::Notification,
    org::{Directory, Person},
    portal::Portal,
    sent::{Listing, Page, SentMessage},
    store::StoreError,
};
use shared::{CaseNumber, CaseState, Role};
use std::{cmp::Reverse, sync::Arc};

/// Why this person sees the case; decides what of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Requester,
    /// Acts for the mailbox it was sent from, as the requester did; sees what became of it.
    Delegate,
    /// May decide, or has decided.
    Approver,
    /// Sees everything but mail content.
    Helpdesk,
}

impl Access {
    pub fn reads_mail(self) -> bool {
        self != Self::Helpdesk
    }
}

#[derive(Clone, Debug)]
pub struct CaseView {
    pub access: Access,
    pub case: Case,
    pub targets: Vec<Target>,
    pub corrections: Vec<Correction>,
    pub approvals: Vec<Approval>,
    pub notifications: Vec<Notification>,
    pub trail: Vec<audit::Entry>,
    /// Who can decide as things are now.
    pub approvers: Vec<Person>,
    /// None for those who read no mail. The subject in `case.message` isn't for them either: show [`Self::subject`].
    pub message: Option<SentMessage>,
    /// Subject, text and files of the correction; None when there is none, or for those who read no mail.
    pub correction: Option<(String, String, Vec<Upload>)>,
    pub directory: Arc<Directory>,
    /// The vault still keeps what a finished recall took.
    pub restorable: bool,
}

impl CaseView {
    /// None for those who read no mail.
    pub fn subject(&self) -> Option<&str> {
        self.access.reads_mail().then_some(self.case.message.subject.as_str())
    }

    pub fn may_decide(&self, viewer: PersonId) -> bool {
        self.case.state.awaits_decision() && self.approvers.iter().any(|person| person.id == viewer)
    }

    /// What a decision made on this page is bound to.
    pub fn digest(&self) -> TargetsDigest {
        self.case.bound_to(self.case.digest)
    }

    pub fn may_ask_restore(&self) -> bool {
        self.access == Access::Requester && self.case.state == CaseState::Finished && self.restorable
    }

    pub fn may_drop_restore(&self) -> bool {
        self.access == Access::Requester && self.case.state == CaseState::RestoreRequested
    }

    pub fn may_withdraw(&self) -> bool {
        self.access == Access::Requester && self.case.state.can_withdraw()
    }
}

/// None: no such case, or none of this person's business.
pub async fn view(
    portal: &Portal,
    viewer: &Person,
    number: CaseNumber,
) -> Result<Option<CaseView>, StoreError> {
    let directory = portal.directory().await?;
    let mut tx = portal.store.read().await?;
    let Some(case) = tx.case_by_number(number).await? else { return Ok(None) };
    let approvals = tx.approvals(case.id).await?;
    let approvers = approvers(&directory, &case);
    let acts = directory.acts_for(viewer.id, case.owner());
    let Some(access) = access(viewer, &case, &approvals, &approvers, acts) else { return Ok(None) };
    let targets = tx.targets(case.id).await?;
    let corrections = tx.corrections(case.id).await?;
    let notifications = tx.notifications(case.id).await?;
    let trail = tx.trail_of(case.id).await?;
    let message = if access.reads_mail() { tx.sent(case.message.sent).await? } else { None };
    let correction = if access.reads_mail() && case.request.has_correction {
        // Gone after the vault was destroyed: the page then says so instead of failing.
        correction::summary(tx.as_mut(), portal, case.id).await.ok()
    } else {
        None
    };
    let restorable = restore::anything_to_restore(tx.as_mut(), &case, &targets).await?;
    Ok(Some(CaseView {
        access,
        case,
        targets,
        corrections,
        approvals,
        notifications,
        trail,
        approvers,
        message,
        correction,
        directory,
        restorable,
    }))
}

/// A case about a mail, as whoever may recall that mail hears of it.
#[derive(Clone, Debug)]
pub struct KnownCase {
    pub case: Case,
    /// It is theirs to see. Of another mailbox's, where the same mail lies too, they hear only that there is one.
    pub is_shown: bool,
}

/// Newest first, with those of the other places in which this mail lies.
pub async fn about(
    portal: &Portal,
    viewer: &Person,
    message: &SentMessage,
) -> Result<Vec<KnownCase>, StoreError> {
    let directory = portal.directory().await?;
    let mut tx = portal.store.read().await?;
    let mut known = Vec::new();
    for case in ask::about(tx.as_mut(), message).await? {
        let approvals = tx.approvals(case.id).await?;
        let approvers = approvers(&directory, &case);
        let acts = directory.acts_for(viewer.id, case.owner());
        let is_shown = access(viewer, &case, &approvals, &approvers, acts).is_some();
        known.push(KnownCase { case, is_shown });
    }
    known.sort_by_key(|known| Reverse(known.case.created_at));
    Ok(known)
}

fn approvers(directory: &Directory, case: &Case) -> Vec<Person> {
    let approvers = directory.approvers_of(case.requester).into_iter();
    approvers.filter_map(|id| directory.person(id)).cloned().collect()
}

fn access(
    viewer: &Person,
    case: &Case,
    approvals: &[Approval],
    approvers: &[Person],
    acts: bool,
) -> Option<Access> {
    let decided = approvals.iter().any(|approval| approval.approver == viewer.id);
    let asked = case.decision.needs_approval() || case.restoration.is_some();
    let may_decide = asked && approvers.iter().any(|person| person.id == viewer.id);
    if case.requester == viewer.id {
        Some(Access::Requester)
    } else if decided || may_decide {
        Some(Access::Approver)
    } else if acts {
        Some(Access::Delegate)
    } else if viewer.has(Role::Helpdesk) {
        Some(Access::Helpdesk)
    } else {
        None
    }
}

/// The person's own cases.
pub async fn mine(portal: &Portal, viewer: &Person, page: Page) -> Result<Listing<CaseRow>, StoreError> {
    let filter = CaseFilter { requesters: Some(vec![viewer.id]), ..CaseFilter::default() };
    portal.store.read().await?.list_cases(&filter, page).await
}

/// Cases that wait for this person's decision.
pub async fn to_decide(portal: &Portal, viewer: &Person, page: Page) -> Result<Listing<CaseRow>, StoreError> {
    let directory = portal.directory().await?;
    let filter = CaseFilter {
        requesters: Some(requesters_of(&directory, viewer)),
        states: vec![CaseState::Holding, CaseState::AwaitingApproval, CaseState::RestoreRequested],
        ..CaseFilter::default()
    };
    portal.store.read().await?.list_cases(&filter, page).await
}

/// Cases that once waited for a decision by whoever stands where this person stands, and no longer do.
pub async fn decided(portal: &Portal, viewer: &Person, page: Page) -> Result<Vec<CaseRow>, StoreError> {
    let directory = portal.directory().await?;
    let waiting =
        [CaseState::Requested, CaseState::Holding, CaseState::AwaitingApproval, CaseState::RestoreRequested];
    let filter = CaseFilter {
        requesters: Some(requesters_of(&directory, viewer)),
        states: CaseState::ALL.iter().copied().filter(|state| !waiting.contains(state)).collect(),
        ..CaseFilter::default()
    };
    let mut rows = portal.store.read().await?.list_cases(&filter, page).await?.rows;
    rows.retain(|row| row.case.decision.needs_approval() || row.case.restoration.is_some());
    Ok(rows)
}

fn requesters_of(directory: &Directory, approver: &Person) -> Vec<PersonId> {
    let people = directory.people().into_iter();
    people
        .filter(|person| directory.approvers_of(person.id).contains(&approver.id))
        .map(|person| person.id)
        .collect()
}
