//! The state machine of design.md §4: pure, and the only place that knows which step may follow which.

use shared::{CaseState, CopyState, Outcome, TargetState};
use thiserror::Error;

/// What happens to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The policy lets unread copies be held before the decision.
    HoldFirst,
    /// Nothing to hold, or everything that could be held is.
    AskForApproval,
    /// By the live approval, or by the policy's recorded decision that none is needed.
    Approve,
    Start,
    Finish,
    Refuse,
    Expire,
    Withdraw,
    Release,
    Close,
    /// A finished recall is to be undone: an act of its own, with an approval of its own.
    AskRestore,
    Restore,
    /// Refused, withdrawn, or nobody decided: what was finished stays so.
    DropRestore,
    FinishRestore,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{event:?} is not possible while the case is {state}")]
pub struct Forbidden {
    pub state: CaseState,
    pub event: Event,
}

pub fn next(state: CaseState, event: Event) -> Result<CaseState, Forbidden> {
    use CaseState as S;
    use Event as E;
    Ok(match (state, event) {
        (S::Requested, E::HoldFirst) => S::Holding,
        (S::Requested | S::Holding, E::AskForApproval) => S::AwaitingApproval,
        // Straight from `requested` only where the policy needs no approval.
        (S::Requested | S::AwaitingApproval, E::Approve) => S::Approved,
        (S::Approved, E::Start) => S::Executing,
        (S::AwaitingApproval, E::Refuse) => S::Refused,
        (S::AwaitingApproval, E::Expire) => S::Expired,
        (S::Requested | S::Holding | S::AwaitingApproval, E::Withdraw) => S::Withdrawn,
        (S::Refused | S::Expired | S::Withdrawn, E::Release) => S::Releasing,
        (S::Releasing, E::Close) => S::Closed,
        (S::Finished, E::AskRestore) => S::RestoreRequested,
        (S::Executing, E::Finish) | (S::RestoreRequested, E::DropRestore) => S::Finished,
        (S::RestoreRequested, E::Restore) => S::Restoring,
        (S::Restoring, E::FinishRestore) => S::Restored,
        (state, event) => return Err(Forbidden { state, event }),
    })
}

/// May a target in `from` be written as `to`? Looking again at the same stage is allowed.
pub fn target_may(from: TargetState, to: TargetState) -> bool {
    use TargetState as T;
    matches!(
        (from, to),
        (T::Waiting, _)
            | (T::Located, T::Located | T::Held | T::Removed | T::Replaced | T::Released)
            | (T::Held, T::Held | T::Removed | T::Replaced | T::Released)
            | (T::Removed, T::Removed | T::Replaced | T::Released)
            | (T::Replaced, T::Replaced | T::Released)
            | (T::Released, T::Released)
    )
}

/// May a copy recorded as `from` be recorded as `to`? Saying the same again is allowed; a worker that lost its
/// lease and speaks late must not bring back a copy whose sealed bytes are destroyed.
pub fn copy_may(from: CopyState, to: CopyState) -> bool {
    use CopyState as C;
    from == to || matches!((from, to), (C::Vaulted, C::Held | C::Left) | (C::Held, C::Released))
}

/// The state an outcome leaves its target in.
pub fn settled(outcome: Outcome, reached: TargetState) -> TargetState {
    match outcome {
        Outcome::RemovedUnread | Outcome::RemovedRead => TargetState::Removed,
        Outcome::ReplacedUnread | Outcome::ReplacedRead => TargetState::Replaced,
        Outcome::Restored => TargetState::Released,
        _ => reached,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EVENTS: [Event; 14] = [
        Event::HoldFirst,
        Event::AskForApproval,
        Event::Approve,
        Event::Start,
        Event::Finish,
        Event::Refuse,
        Event::Expire,
        Event::Withdraw,
        Event::Release,
        Event::Close,
        Event::AskRestore,
        Event::Restore,
        Event::DropRestore,
        Event::FinishRestore,
    ];

    fn walk(events: &[usize]) -> Vec<(CaseState, Event)> {
        let mut state = CaseState::Requested;
        let mut path = Vec::new();
        for event in events {
            let event = EVENTS[event % EVENTS.len()];
            if let Ok(after) = next(state, event) {
                path.push((after, event));
                state = after;
            }
        }
        path
    }

    proptest! {
        /// I1: nothing executes without an approval step, and nothing that was let go executes later.
        #[test]
        fn executing_only_after_approval(events in prop::collection::vec(0usize..14, 0..200)) {
            let path = walk(&events);
            for (at, (state, _)) in path.iter().enumerate() {
                if *state == CaseState::Executing {
                    prop_assert!(path[..at].iter().any(|(_, event)| *event == Event::Approve));
                }
            }
            let let_go = |event: &Event| matches!(event, Event::Refuse | Event::Expire | Event::Withdraw);
            if let Some(at) = path.iter().position(|(_, event)| let_go(event)) {
                prop_assert!(path[at..].iter().all(|(state, _)| *state != CaseState::Executing));
            }
        }
    }

    #[test]
    fn both_roads_lead_to_their_end() {
        use Event as E;
        let run = |events: &[Event]| {
            events.iter().try_fold(CaseState::Requested, |state, event| next(state, *event))
        };
        assert_eq!(
            run(&[E::HoldFirst, E::AskForApproval, E::Approve, E::Start, E::Finish]),
            Ok(CaseState::Finished)
        );
        assert_eq!(run(&[E::Approve, E::Start, E::Finish]), Ok(CaseState::Finished));
        for end in [E::Refuse, E::Expire, E::Withdraw] {
            assert_eq!(
                run(&[E::HoldFirst, E::AskForApproval, end, E::Release, E::Close]),
                Ok(CaseState::Closed)
            );
        }
    }

    #[test]
    fn nothing_comes_back_into_the_vault() {
        for from in CopyState::ALL.iter().filter(|state| state.is_out_of_vault()) {
            assert!(CopyState::ALL.iter().all(|to| from == to || !copy_may(*from, *to)), "{from}");
        }
        assert!(
            !copy_may(CopyState::Vaulted, CopyState::Released),
            "what was never seen to be gone isn't put back"
        );
    }

    #[test]
    fn a_final_state_moves_only_to_restore() {
        for state in CaseState::ALL.iter().filter(|state| state.is_final()) {
            let open: Vec<Event> = EVENTS.into_iter().filter(|event| next(*state, *event).is_ok()).collect();
            assert!(open.is_empty() || open == [Event::AskRestore], "{state}: {open:?}");
        }
    }
}
