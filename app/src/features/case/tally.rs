//! A case in numbers. Counted in one place, so that headline, report and list never disagree.

use domain::{
    case::{Correction, Target, rules},
    shared::{CorrectionState, Outcome, TargetState},
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub total: usize,
    /// With an outcome.
    pub ended: usize,
    /// Unread copies are in the vault, undecided.
    pub held: usize,
    pub gone_unread: usize,
    /// Taken back, but flagged as read before.
    pub gone_read: usize,
    /// The vault has what was taken there, unless it is erased.
    pub kept: usize,
    pub put_back: usize,
    pub corrected: usize,
    pub outside: usize,
    /// Copies flagged as read, counted by mailbox.
    pub read: usize,
    /// Something stands in the way, or stood there at the end.
    pub troubled: usize,
    pub corrections_sent: usize,
    /// Of them, those that stand in place of the original.
    pub replacements: usize,
    pub corrections_open: usize,
    /// Failed, or nobody knows.
    pub corrections_lost: usize,
}

impl Tally {
    pub fn of(targets: &[Target], corrections: &[Correction]) -> Self {
        let count = |fits: &dyn Fn(&Target) -> bool| targets.iter().filter(|target| fits(target)).count();
        let ended_as =
            |outcomes: &[Outcome]| count(&|target| target.outcome.is_some_and(|of| outcomes.contains(&of)));
        let sent_as =
            |states: &[CorrectionState]| corrections.iter().filter(|one| states.contains(&one.state)).count();
        Self {
            total: targets.len(),
            ended: count(&|target| target.outcome.is_some()),
            held: count(&|target| target.outcome.is_none() && target.state == TargetState::Held),
            gone_unread: ended_as(&[Outcome::RemovedUnread, Outcome::ReplacedUnread]),
            gone_read: ended_as(&[Outcome::RemovedRead, Outcome::ReplacedRead]),
            kept: count(&is_kept),
            put_back: ended_as(&[Outcome::Restored]),
            corrected: ended_as(&[Outcome::Corrected]),
            outside: count(&|target| target.recipient.kind == domain::org::RecipientKind::Outside),
            read: count(&|target| target.detail.read_copies > 0),
            troubled: count(&|target| {
                target.outcome == Some(Outcome::Failed) || target.detail.trouble.is_some()
            }),
            corrections_sent: sent_as(&[CorrectionState::Sent]),
            replacements: corrections
                .iter()
                .filter(|one| one.in_place && one.state == CorrectionState::Sent)
                .count(),
            corrections_open: corrections.iter().filter(|one| one.state.is_open()).count(),
            corrections_lost: sent_as(&[CorrectionState::Failed, CorrectionState::Unconfirmed]),
        }
    }

    /// Sent after the original instead of taking its place.
    pub fn corrections_mailed(&self) -> usize {
        self.corrections_sent - self.replacements
    }

    pub fn gone(&self) -> usize {
        self.gone_unread + self.gone_read
    }

    /// Ended otherwise than asked for.
    pub fn missed(&self) -> usize {
        self.ended - self.gone() - self.corrected - self.put_back
    }
}

fn is_kept(target: &Target) -> bool {
    let taken = matches!(target.state, TargetState::Held | TargetState::Removed | TargetState::Replaced);
    taken && rules::on_restore(target.outcome).is_some()
}
