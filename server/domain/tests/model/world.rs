//! One state: the rows, the mailboxes, and what each worker has in its head.

use crate::setting::{CASES, Setting, TARGETS, WORKERS};
use domain::shared::{CaseState, CopyState, CorrectionState, Outcome, TargetState, Task};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub cases: [Option<Case>; CASES],
    /// How many cases each key made.
    pub made: [u8; CASES],
    pub targets: [Target; TARGETS],
    pub workers: [Option<Job>; WORKERS],
    pub overdue: bool,
    pub stopped: bool,
    pub troubles: u8,
    /// Wrongs that can be told only when they happen: one bit for each invariant.
    pub wrongs: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Case {
    pub state: CaseState,
    /// Version of the list of targets as it is now; the case was made for version 0.
    pub live: u8,
    /// Who approved, and what they saw.
    pub approval: Option<(u8, u8)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spot {
    Absent,
    Unread,
    Read,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Copy {
    pub state: CopyState,
    pub read: bool,
    /// The sealed bytes are there.
    pub sealed: bool,
    /// Audit entries of taking: intent, result.
    pub taking: (bool, bool),
    /// Audit entries of putting back.
    pub returning: (bool, bool),
}

/// A copy is sealed anew after each trouble at most.
pub const COPIES: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    pub holder: u8,
    pub expired: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    pub state: TargetState,
    pub outcome: Option<Outcome>,
    pub task: Option<Task>,
    pub lease: Option<Lease>,
    pub seen_there: bool,
    pub copies: [Option<Copy>; COPIES],
    pub correction: Option<CorrectionState>,
    pub in_place: bool,
    pub sender: Option<Lease>,
    pub sending: (bool, bool),
    pub legal_hold: bool,
    pub mailbox: Mailbox,
}

/// Only this is outside of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mailbox {
    pub original: Spot,
    pub stranger: bool,
    /// Handles given out before are void.
    pub renumbered: bool,
    pub deleted_by_owner: bool,
    /// One bit for each copy that was put back: its key makes a second put harmless.
    pub returned: u8,
    pub replacements: u8,
    pub mails: u8,
}

/// What a look showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sight {
    pub original: Spot,
    pub stranger: bool,
    pub renumbered: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Job {
    pub target: u8,
    pub step: Step,
    /// Stop, withdrawal or legal hold came when this effect was under way: it is listed as such.
    pub in_flight: bool,
}

/// Where a worker stands, in the engine's order. Between two of them anything may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Look(Task),
    /// Notes what a fresh look says of copies that were sealed and not noted; then decides.
    Judge(Task, Sight),
    /// Permit and vault commit are one transaction.
    Seal(Task, Sight),
    Check(Task, Sight, u8),
    Remove(Task, Sight, u8),
    Note(Task, u8, CopyState),
    ReplaceMark(Sight),
    Replace(Sight, TriedBefore),
    ReplaceNote(Sight),
    ReturnMark(Sight, u8),
    Return(Sight, u8),
    Verify(Sight, u8),
    ReturnNote(Sight, u8),
    Settle(Task, TargetState, Option<Outcome>),
    /// Someone broke off while this correction was handed over.
    Resume,
    SendMark,
    Send,
    SendNote(CorrectionState),
}

/// An earlier try may have put the replacement in place.
pub type TriedBefore = bool;

impl Step {
    pub fn is_effect(self) -> bool {
        matches!(self, Self::Remove(..) | Self::Replace(..) | Self::Return(..) | Self::Send)
    }

    pub fn is_sending(self) -> bool {
        matches!(self, Self::Resume | Self::SendMark | Self::Send | Self::SendNote(_))
    }
}

impl World {
    pub fn start(setting: &Setting) -> Self {
        Self {
            cases: [None; CASES],
            made: [0; CASES],
            targets: std::array::from_fn(|at| Target::start(setting, at)),
            workers: [None; WORKERS],
            overdue: false,
            stopped: false,
            troubles: setting.troubles,
            wrongs: 0,
        }
    }

    pub fn wrong(&mut self, invariant: u8) {
        self.wrongs |= 1 << invariant;
    }

    pub fn is_wrong(&self, invariant: u8) -> bool {
        self.wrongs & (1 << invariant) != 0
    }

    pub fn targets_of<'a>(&'a self, setting: &'a Setting, case: usize) -> impl Iterator<Item = &'a Target> {
        let mine = setting.targets.iter().map(move |target| target.case == case);
        self.targets.iter().zip(mine).filter_map(|(target, mine)| mine.then_some(target))
    }

    /// The world changed its mind: effects that are under way are listed.
    pub fn list_in_flight(&mut self, concerns: impl Fn(usize) -> bool) {
        for job in self.workers.iter_mut().flatten() {
            job.in_flight |= job.step.is_effect() && concerns(usize::from(job.target));
        }
    }
}

impl Target {
    fn start(setting: &Setting, at: usize) -> Self {
        let recipient = &setting.targets[at];
        let original = if recipient.inside { Spot::Unread } else { Spot::Absent };
        Self {
            state: TargetState::Waiting,
            outcome: None,
            task: None,
            lease: None,
            seen_there: false,
            copies: [None; COPIES],
            correction: None,
            in_place: false,
            sender: None,
            sending: (false, false),
            legal_hold: false,
            mailbox: Mailbox {
                original,
                stranger: recipient.stranger,
                renumbered: false,
                deleted_by_owner: false,
                returned: 0,
                replacements: 0,
                mails: 0,
            },
        }
    }

    pub fn copy_states(&self) -> Vec<CopyState> {
        self.copies.iter().flatten().map(|copy| copy.state).collect()
    }

    pub fn held(&self) -> impl Iterator<Item = (u8, &Copy)> {
        let copies = (0..).zip(&self.copies).filter_map(|(at, copy)| Some((at, copy.as_ref()?)));
        copies.filter(|(_, copy)| copy.state == CopyState::Held)
    }

    pub fn in_mailbox(&self) -> u32 {
        u32::from(self.mailbox.original != Spot::Absent) + self.mailbox.returned.count_ones()
    }

    pub fn is_in_mailbox(&self) -> bool {
        self.in_mailbox() > 0
    }

    pub fn is_in_vault(&self) -> bool {
        self.copies.iter().flatten().any(|copy| !copy.state.is_out_of_vault() && copy.sealed)
    }
}

impl Mailbox {
    pub fn sight(self) -> Sight {
        Sight { original: self.original, stranger: self.stranger, renumbered: self.renumbered }
    }
}
