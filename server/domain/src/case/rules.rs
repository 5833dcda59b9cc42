//! What follows from what in a case, free of storage: services carry it out, the model checker runs it.
//!
//! Which step may follow which is `state`; what may be done to a mailbox is `effects`.

use super::{Case, TargetsDigest, outcome::correction_due, state::Event};
use crate::{
    ids::PersonId,
    org::{Person, RecipientKind},
    time::Timestamp,
};
use shared::{CaseNumber, CaseState, CorrectionState, Intent, Outcome, Task};
use thiserror::Error;

/// What the button finds (I10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    New,
    /// The same key made this case before.
    Again(CaseNumber),
    /// Another case about the message is still at work.
    Blocked(CaseNumber),
}

/// The first step of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The policy's recorded decision: nobody needs to agree.
    Start,
    HoldFirst,
    AskForApproval,
}

/// What is written at a target when its case moves on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    Assign(Task),
    /// There is nothing to do there: it ends at once.
    Settle(Outcome),
}

/// What a decision is about, as the rows say.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    pub requester: PersonId,
    pub state: CaseState,
    pub expires_at: Timestamp,
    /// What the case was made for.
    pub digest: TargetsDigest,
    /// Computed from the targets as they are now.
    pub live: TargetsDigest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotDecided {
    #[error("it isn't this person's to decide")]
    NotTheirs,
    #[error("the case is decided, or its time is over")]
    MovedOn,
    #[error("the decision is about another list of targets")]
    OtherTargets,
}

impl Question {
    pub fn of(case: &Case, live: TargetsDigest) -> Self {
        Self {
            requester: case.requester,
            state: case.state,
            expires_at: case.expires_at,
            digest: case.bound_to(case.digest),
            live: case.bound_to(live),
        }
    }
}

/// `same_key`: the case of this key, if any; `about`: the cases about the same message.
pub fn asked(
    same_key: Option<CaseNumber>,
    about: impl IntoIterator<Item = (CaseNumber, CaseState)>,
) -> Asked {
    if let Some(number) = same_key {
        return Asked::Again(number);
    }
    at_work(about).map_or(Asked::New, Asked::Blocked)
}

/// A message has at most one: of two, one could put back what the other is about to take.
pub fn at_work(about: impl IntoIterator<Item = (CaseNumber, CaseState)>) -> Option<CaseNumber> {
    about.into_iter().find(|(_, state)| !state.is_final()).map(|(number, _)| number)
}

/// What it took stays away, or may yet be taken.
pub fn takes_mail(case: &Case) -> bool {
    use CaseState::{Closed, Expired, Refused, Releasing, Restored, Withdrawn};
    let goes_back = matches!(case.state, Refused | Expired | Withdrawn | Releasing | Closed | Restored);
    case.request.intent.removes() && !goes_back
}

/// Unread copies are held while somebody decides.
pub fn freezes(freeze_first: bool, intent: Intent) -> bool {
    freeze_first && intent.removes()
}

pub fn opening(needs_approval: bool, freeze_first: bool, intent: Intent) -> Opening {
    match (needs_approval, freezes(freeze_first, intent)) {
        (false, _) => Opening::Start,
        (true, true) => Opening::HoldFirst,
        (true, false) => Opening::AskForApproval,
    }
}

/// A mailbox on legal hold, or one whose owner nobody knows any more, isn't touched (I8).
pub fn on_legal_hold(owner: Option<&Person>) -> bool {
    owner.is_none_or(|owner| owner.legal_hold)
}

/// Outcomes that are known when the case is made.
pub fn at_request(intent: Intent, on_hold: bool) -> Option<Outcome> {
    (on_hold && intent.removes()).then_some(Outcome::OnLegalHold)
}

/// Freeze first: who gets the task.
pub fn on_hold_first(kind: RecipientKind, outcome: Option<Outcome>) -> Option<Consequence> {
    let inside = matches!(kind, RecipientKind::Inside(_));
    (inside && outcome.is_none()).then_some(Consequence::Assign(Task::Hold))
}

/// May this person decide now, on what they saw (I1)?
pub fn may_decide(
    question: &Question,
    approver: PersonId,
    approvers: &[PersonId],
    seen: TargetsDigest,
    now: Timestamp,
) -> Result<(), NotDecided> {
    if question.requester == approver || !approvers.contains(&approver) {
        return Err(NotDecided::NotTheirs);
    }
    if !question.state.awaits_decision() || question.expires_at <= now {
        return Err(NotDecided::MovedOn);
    }
    if seen != question.digest || question.live != question.digest {
        return Err(NotDecided::OtherTargets);
    }
    Ok(())
}

/// Approved: copies are taken for good where there may be some, everybody else's outcome is known.
pub fn on_start(intent: Intent, kind: RecipientKind, outcome: Option<Outcome>) -> Consequence {
    if let Some(outcome) = outcome {
        return Consequence::Settle(outcome);
    }
    match kind {
        RecipientKind::Outside => Consequence::Settle(Outcome::Outside),
        RecipientKind::Unknown => Consequence::Settle(Outcome::Failed),
        RecipientKind::Inside(_) if !intent.removes() => Consequence::Settle(Outcome::Corrected),
        RecipientKind::Inside(_) => Consequence::Assign(Task::Execute),
    }
}

/// Refused, expired or withdrawn. None: its outcome stands.
pub fn on_let_go(intent: Intent, kind: RecipientKind, outcome: Option<Outcome>) -> Option<Consequence> {
    if outcome.is_some() {
        return None;
    }
    let may_be_held = intent.removes() && matches!(kind, RecipientKind::Inside(_));
    Some(if may_be_held {
        Consequence::Assign(Task::Release)
    } else {
        Consequence::Settle(Outcome::Untouched)
    })
}

/// A finished recall is undone. None: nothing was taken there, so its outcome stands.
pub fn on_restore(outcome: Option<Outcome>) -> Option<Task> {
    match outcome? {
        Outcome::RemovedUnread
        | Outcome::RemovedRead
        | Outcome::ReplacedUnread
        | Outcome::ReplacedRead
        // One copy may have been taken before another was read.
        | Outcome::LeftRead
        | Outcome::Failed
        // Placed after something had been taken: it goes back when the hold is lifted.
        | Outcome::OnLegalHold => Some(Task::Release),
        Outcome::AlreadyGone
        | Outcome::NotFound
        | Outcome::Outside
        | Outcome::Restored
        | Outcome::Untouched
        | Outcome::Corrected => None,
    }
}

/// The step that a case at work waits for.
pub fn awaited(state: CaseState, overdue: bool) -> Option<Event> {
    match state {
        CaseState::Holding => Some(Event::AskForApproval),
        CaseState::AwaitingApproval if overdue => Some(Event::Expire),
        CaseState::Executing => Some(Event::Finish),
        CaseState::Releasing => Some(Event::Close),
        CaseState::RestoreRequested if overdue => Some(Event::DropRestore),
        CaseState::Restoring => Some(Event::FinishRestore),
        _ => None,
    }
}

/// May the awaited step be made, with so many targets at work and corrections that are still to go out (I6)?
pub fn may_advance(event: Event, open_tasks: u64, open_corrections: bool) -> bool {
    match event {
        Event::Expire | Event::DropRestore => true,
        Event::Finish => open_tasks == 0 && !open_corrections,
        _ => open_tasks == 0,
    }
}

/// What a target's outcome makes of its correction.
pub fn correction_after(state: CorrectionState, in_place: bool, outcome: Outcome) -> CorrectionState {
    match state {
        // Putting it in place was begun and never confirmed: a second one by mail could be one too many (I6).
        CorrectionState::Planned if in_place => CorrectionState::Unconfirmed,
        CorrectionState::Planned if correction_due(outcome) => CorrectionState::Queued,
        CorrectionState::Planned => CorrectionState::Unneeded,
        settled => settled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{option, prelude::*, sample::select};
    use uuid::Uuid;

    fn person(number: u8) -> PersonId {
        PersonId(Uuid::from_u128(number.into()))
    }

    fn kind() -> impl Strategy<Value = RecipientKind> {
        select(vec![RecipientKind::Inside(person(9)), RecipientKind::Unknown, RecipientKind::Outside])
    }

    proptest! {
        /// I1: a decision counts only with everything it needs; each reason alone stands against it.
        #[test]
        fn a_decision_needs_everything(
            requester in 0_u8..3, approver in 0_u8..3, approvers in prop::collection::vec(0_u8..3, 0..3),
            state in select(CaseState::ALL), digests in (0_u8..2, 0_u8..2, 0_u8..2), now in 0_i64..3,
        ) {
            let digest = |version: u8| TargetsDigest([version; 32]);
            let (made_for, live, seen) = digests;
            let question = Question {
                requester: person(requester),
                state,
                expires_at: Timestamp(1),
                digest: digest(made_for),
                live: digest(live),
            };
            let theirs = requester != approver && approvers.contains(&approver);
            let in_time = state.awaits_decision() && now < 1;
            let same = made_for == live && made_for == seen;
            let list: Vec<PersonId> = approvers.iter().copied().map(person).collect();
            let may = may_decide(&question, person(approver), &list, digest(seen), Timestamp(now));
            prop_assert_eq!(may.is_ok(), theirs && in_time && same);
            prop_assert_eq!(may == Err(NotDecided::NotTheirs), !theirs, "a stranger learns nothing else");
        }

        /// I7: no step of a case changes an outcome that is written, and each leaves a way to one.
        #[test]
        fn an_outcome_stands(
            intent in select(Intent::ALL), kind in kind(), outcome in option::of(select(Outcome::ALL)),
        ) {
            let (start, let_go) = (on_start(intent, kind, outcome), on_let_go(intent, kind, outcome));
            if let Some(outcome) = outcome {
                prop_assert_eq!(start, Consequence::Settle(outcome));
                prop_assert_eq!(let_go, None);
                prop_assert_eq!(on_hold_first(kind, Some(outcome)), None);
            } else {
                prop_assert!(let_go.is_some());
            }
        }

        /// I6: a correction is decided about once, and one that may be in place already isn't sent as well.
        #[test]
        fn a_correction_is_decided_about_once(
            state in select(CorrectionState::ALL), in_place: bool, outcome in select(Outcome::ALL),
        ) {
            let after = correction_after(state, in_place, outcome);
            if state == CorrectionState::Planned {
                prop_assert_ne!(after, CorrectionState::Planned);
                prop_assert_eq!(after == CorrectionState::Queued, !in_place && correction_due(outcome));
            } else {
                prop_assert_eq!(after, state);
            }
        }

        /// Only what waits for something moves by itself, and never over open work.
        #[test]
        fn a_case_waits_for_its_work(
            case in select(CaseState::ALL), overdue: bool, tasks in 0_u64..3, corrections: bool,
        ) {
            let Some(event) = awaited(case, overdue) else { return Ok(()) };
            prop_assert!(super::super::state::next(case, event).is_ok());
            if may_advance(event, tasks, corrections) && ![Event::Expire, Event::DropRestore].contains(&event) {
                prop_assert_eq!(tasks, 0);
                prop_assert!(event != Event::Finish || !corrections);
            }
        }
    }

    #[test]
    fn copies_are_held_only_where_some_are_to_be_taken_and_the_policy_says_so() {
        assert!(freezes(true, Intent::Recall) && freezes(true, Intent::RecallAndReplace));
        assert!(!freezes(true, Intent::CorrectOnly) && !freezes(false, Intent::Recall));
        for intent in Intent::ALL {
            for freeze_first in [true, false] {
                let held = opening(true, freeze_first, *intent) == Opening::HoldFirst;
                assert_eq!(held, freezes(freeze_first, *intent), "what is said to be frozen is");
            }
        }
    }

    #[test]
    fn the_same_key_comes_before_everything_else() {
        let (mine, other) = (CaseNumber::new(2026, 1), CaseNumber::new(2026, 2));
        assert_eq!(asked(Some(mine), [(other, CaseState::Executing)]), Asked::Again(mine));
        assert_eq!(asked(None, [(other, CaseState::Executing)]), Asked::Blocked(other));
        assert_eq!(asked(None, [(other, CaseState::Closed)]), Asked::New);
    }
}
