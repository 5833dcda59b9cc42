//! From what was found and done at a target to its one outcome (I7), in one place.

use super::Detail;
use shared::{Outcome, Trouble};

/// What the engine knows when it has nothing more to do at a target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Copies taken that nobody had read, as far as it is known.
    pub taken_unread: u32,
    pub taken_read: u32,
    /// Copies left because they were read and the request was for unread ones.
    pub left_read: u32,
    /// The replacement stands in the mailbox.
    pub replaced: bool,
    /// Files or folders that could not be read.
    pub skipped: bool,
}

/// `detail` holds what earlier looks found; its trouble is set where the outcome needs explaining.
pub fn of(facts: &Facts, detail: &mut Detail) -> Outcome {
    detail.trouble = facts.skipped.then_some(Trouble::PartlyUnreadable);
    if facts.left_read > 0 {
        return Outcome::LeftRead;
    }
    match (facts.taken_read > 0, facts.taken_unread > 0, facts.replaced) {
        (true, _, true) => return Outcome::ReplacedRead,
        (true, _, false) => return Outcome::RemovedRead,
        (false, true, true) => return Outcome::ReplacedUnread,
        (false, true, false) => return Outcome::RemovedUnread,
        (false, false, _) => {}
    }
    if detail.strangers > 0 {
        detail.trouble = Some(Trouble::ContentDiffers);
        return Outcome::Failed;
    }
    if facts.skipped {
        return Outcome::Failed;
    }
    if detail.seen_there { Outcome::AlreadyGone } else { Outcome::NotFound }
}

/// Does a recipient with this outcome get the correction as new mail? Those whose copy vanished unread
/// don't: it would only make them look for it.
pub fn correction_due(outcome: Outcome) -> bool {
    match outcome {
        Outcome::RemovedRead
        | Outcome::LeftRead
        | Outcome::AlreadyGone
        | Outcome::NotFound
        | Outcome::Outside
        | Outcome::OnLegalHold
        | Outcome::Corrected
        | Outcome::Failed => true,
        Outcome::RemovedUnread
        | Outcome::ReplacedUnread
        | Outcome::ReplacedRead
        | Outcome::Restored
        | Outcome::Untouched => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(facts: Facts, detail: Detail) -> (Outcome, Option<Trouble>) {
        let mut detail = detail;
        let outcome = of(&facts, &mut detail);
        (outcome, detail.trouble)
    }

    #[test]
    fn what_was_left_outweighs_what_was_taken() {
        let facts = Facts { taken_unread: 1, left_read: 1, ..Facts::default() };
        assert_eq!(outcome(facts, Detail::default()).0, Outcome::LeftRead);
        let facts = Facts { taken_unread: 1, taken_read: 1, replaced: true, ..Facts::default() };
        assert_eq!(outcome(facts, Detail::default()).0, Outcome::ReplacedRead);
    }

    #[test]
    fn nothing_found_is_told_apart() {
        let none = Facts::default();
        assert_eq!(outcome(none, Detail::default()), (Outcome::NotFound, None));
        assert_eq!(
            outcome(none, Detail { seen_there: true, ..Detail::default() }),
            (Outcome::AlreadyGone, None)
        );
        assert_eq!(
            outcome(none, Detail { strangers: 1, ..Detail::default() }),
            (Outcome::Failed, Some(Trouble::ContentDiffers))
        );
        let unsure = Facts { skipped: true, ..none };
        assert_eq!(outcome(unsure, Detail::default()), (Outcome::Failed, Some(Trouble::PartlyUnreadable)));
    }
}
