//! Who must agree, in one place (first form): recent unread copies in a few mailboxes of ours need nobody,
//! everything else somebody above the requester.

use serde::{Deserialize, Serialize};
use shared::ApprovalReason;
use std::time::Duration;

/// Raised whenever [`decide`] changes; each case records the version it was decided by.
pub const VERSION: u32 = 2;

/// What the organisation may set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Up to so many mailboxes need no approval.
    pub free_mailboxes: usize,
    /// Mail sent within this time needs no approval.
    pub free_age: Duration,
    /// Hold unread copies before the decision.
    pub freeze_first: bool,
    /// Without a decision for so long, everything goes back.
    pub decision_time: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            free_mailboxes: 10,
            free_age: Duration::from_mins(30),
            freeze_first: true,
            decision_time: Duration::from_hours(24),
        }
    }
}

/// What the policy looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    pub include_read: bool,
    /// Recipients without a mailbox of ours.
    pub outside: usize,
    /// Of ours, with those that earlier cases took this mail from.
    pub mailboxes: usize,
    /// Since the mail was sent.
    pub age: Duration,
}

/// The recorded decision of I1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub version: u32,
    /// Empty: no approval needed.
    pub reasons: Vec<ApprovalReason>,
    pub freeze_first: bool,
}

impl Decision {
    pub fn needs_approval(&self) -> bool {
        !self.reasons.is_empty()
    }
}

pub fn decide(policy: &Policy, facts: &Facts) -> Decision {
    let checks = [
        (facts.include_read, ApprovalReason::ReadCopies),
        (facts.outside > 0, ApprovalReason::OutsideRecipients),
        (facts.mailboxes > policy.free_mailboxes, ApprovalReason::ManyMailboxes),
        (facts.age > policy.free_age, ApprovalReason::NotRecent),
    ];
    let reasons = checks.into_iter().filter_map(|(applies, reason)| applies.then_some(reason)).collect();
    Decision { version: VERSION, reasons, freeze_first: policy.freeze_first }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Facts =
        Facts { include_read: false, outside: 0, mailboxes: 10, age: Duration::from_mins(30) };

    #[test]
    fn the_edge_is_free() {
        assert!(!decide(&Policy::default(), &FREE).needs_approval());
    }

    #[test]
    fn one_step_further_is_not() {
        let beyond = [
            (Facts { include_read: true, ..FREE }, ApprovalReason::ReadCopies),
            (Facts { outside: 1, ..FREE }, ApprovalReason::OutsideRecipients),
            (Facts { mailboxes: 11, ..FREE }, ApprovalReason::ManyMailboxes),
            (Facts { age: Duration::from_millis(1_800_001), ..FREE }, ApprovalReason::NotRecent),
        ];
        for (facts, reason) in beyond {
            assert_eq!(decide(&Policy::default(), &facts).reasons, [reason]);
        }
    }
}
