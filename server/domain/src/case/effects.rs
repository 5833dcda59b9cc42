//! What may be done to a mailbox, and what an answer means: the engine's decisions, free of storage and mail systems.
//!
//! Before each effect the engine asks [`permit`] in the transaction that prolongs its lease, and the effect happens
//! within that lease or not at all: a worker that was slower than its lease must not remove anything.

use crate::mail_system::Removal;
use shared::{CopyState, CorrectionState, Outcome, TargetState, Task};

/// Why an effect must not happen now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// Withdrawn, or another worker has the lease.
    Unwanted,
    /// The administrator's switch.
    Stopped,
    LegalHold,
}

/// What the rows say at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The target's task, None also when the lease is lost.
    pub wanted: Option<Task>,
    pub stopped: bool,
    pub on_legal_hold: bool,
}

/// How a task goes on that can't be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The lease is given back and nothing is written.
    Free,
    /// Tried again later.
    Wait,
    /// The task ends, with this outcome.
    Settle(Option<Outcome>),
}

/// Asked before each effect (I5, I8).
pub fn permit(task: Task, moment: Moment) -> Result<(), Halt> {
    if moment.wanted != Some(task) {
        return Err(Halt::Unwanted);
    }
    if moment.stopped {
        return Err(Halt::Stopped);
    }
    if moment.on_legal_hold {
        return Err(Halt::LegalHold);
    }
    Ok(())
}

pub fn after_halt(task: Task, halt: Halt) -> After {
    match halt {
        Halt::Unwanted => After::Free,
        Halt::Stopped => After::Wait,
        Halt::LegalHold => ended(task, Outcome::OnLegalHold),
    }
}

/// The task failed for good, or too often.
pub fn after_giving_up(task: Task) -> After {
    ended(task, Outcome::Failed)
}

/// Not while a copy may be in the mailbox or not, which only a look can tell (I3, I4). A hold may: whatever is
/// decided, the next task looks.
pub fn may_give_up(task: Task, copies: &[CopyState]) -> bool {
    task == Task::Hold || !copies.contains(&CopyState::Vaulted)
}

/// A hold that fails is no outcome: the decision is still to come. A release is never given up: the vault holds
/// somebody's mail.
fn ended(task: Task, outcome: Outcome) -> After {
    match task {
        Task::Hold => After::Settle(None),
        Task::Execute => After::Settle(Some(outcome)),
        Task::Release => After::Wait,
    }
}

/// Does the task take a copy that was read, or wasn't, as far as it is known?
pub fn covers(task: Task, include_read: bool, read: bool) -> bool {
    match task {
        Task::Hold => !read,
        Task::Execute => include_read || !read,
        Task::Release => false,
    }
}

/// What removal says of a copy that is sealed already. One that changed stays in the vault until a look has
/// found it, or found it gone.
pub fn after_removal(removal: Removal) -> CopyState {
    match removal {
        Removal::Removed => CopyState::Held,
        Removal::Changed => CopyState::Vaulted,
    }
}

/// What a fresh look says of a copy that was sealed by a worker who never noted its removal (I4).
pub fn after_looking_again(still_there: bool) -> CopyState {
    if still_there { CopyState::Left } else { CopyState::Held }
}

/// Where a target stands when nothing unread is left to hold.
pub fn held_so_far(from: TargetState, copies: &[CopyState], seen_there: bool) -> TargetState {
    let reached = if copies.contains(&CopyState::Held) {
        TargetState::Held
    } else if seen_there {
        TargetState::Located
    } else {
        TargetState::Waiting
    };
    if super::state::target_may(from, reached) { reached } else { from }
}

/// How a release ends, when every held copy is back.
pub fn released(from: TargetState, copies: &[CopyState]) -> (TargetState, Outcome) {
    if copies.iter().any(|copy| matches!(copy, CopyState::Held | CopyState::Released)) {
        (TargetState::Released, Outcome::Restored)
    } else {
        (from, Outcome::Untouched)
    }
}

/// The mail system won't take the replacement, so it goes out as mail; but not if an earlier try may have stored it:
/// a mailbox that refuses now says nothing about then, and nobody must get two (I6).
pub fn after_refusal(tried_before: bool) -> CorrectionState {
    if tried_before { CorrectionState::Unconfirmed } else { CorrectionState::Queued }
}

/// A correction that somebody broke off while it was handed over. `was_sent`: what a way of sending that can look
/// says. None: it is to be sent.
pub fn after_breaking_off(was_sent: Option<bool>) -> Option<CorrectionState> {
    match was_sent {
        Some(true) => Some(CorrectionState::Sent),
        Some(false) => None,
        // It may have arrived: a person decides (I6).
        None => Some(CorrectionState::Unconfirmed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prelude::*, sample::select};

    fn task() -> impl Strategy<Value = Task> {
        select(Task::ALL)
    }

    proptest! {
        /// I5, I8: one reason is enough, whatever else is said.
        #[test]
        fn nothing_is_permitted_against_a_reason(
            task in task(), wanted in proptest::option::of(task()), stopped: bool, on_legal_hold: bool,
        ) {
            let permitted = permit(task, Moment { wanted, stopped, on_legal_hold }).is_ok();
            prop_assert_eq!(permitted, wanted == Some(task) && !stopped && !on_legal_hold);
        }

        /// I1, I3: whatever stands in the way, what was held for nothing is released some time.
        #[test]
        fn a_release_never_ends_for_want_of_a_way(halt in select(&[Halt::Stopped, Halt::LegalHold])) {
            prop_assert_eq!(after_halt(Task::Release, halt), After::Wait);
            prop_assert_eq!(after_giving_up(Task::Release), After::Wait);
        }

        /// I3, I4: an outcome is said when it is known where every copy is.
        #[test]
        fn no_outcome_while_a_copy_may_be_in_two_places(copies in prop::collection::vec(select(CopyState::ALL), 0..4)) {
            let unsure = copies.contains(&CopyState::Vaulted);
            prop_assert_eq!(may_give_up(Task::Execute, &copies), !unsure);
            prop_assert!(may_give_up(Task::Hold, &copies));
        }

        /// Freezing takes only what nobody has read, and releasing takes nothing.
        #[test]
        fn only_the_approved_act_may_take_read_copies(task in task(), include_read: bool) {
            prop_assert_eq!(covers(task, include_read, true), task == Task::Execute && include_read);
            prop_assert_eq!(covers(task, include_read, false), task != Task::Release);
        }

        /// I7: a target whose copies went back says so; one that was never touched says that.
        #[test]
        fn released_says_what_was_done(copies in prop::collection::vec(select(CopyState::ALL), 0..4)) {
            let touched = copies.iter().any(|copy| matches!(copy, CopyState::Held | CopyState::Released));
            let (state, outcome) = released(TargetState::Located, &copies);
            prop_assert_eq!(outcome == Outcome::Restored, touched);
            prop_assert_eq!(state == TargetState::Released, touched);
        }
    }
}
