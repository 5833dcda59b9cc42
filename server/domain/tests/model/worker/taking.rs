//! Out of the mailbox and back: vault commit, removal, note; mark, put, look, note.

use super::{Answer, Worker};
use crate::{
    setting::Broken,
    world::{Copy, Sight, Spot, Step},
};
use domain::{
    case::{
        effects::{self, Halt},
        state::copy_may,
    },
    mail_system::Removal,
    shared::{CaseState, CopyState, Task},
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Prey {
    Original,
    Stranger,
}

impl Worker<'_> {
    pub(super) fn prey(&self, task: Task, sight: Sight) -> Option<Prey> {
        let covers = |seen| effects::covers(task, self.asked().include_read, seen);
        if sight.original != Spot::Absent && covers(sight.original == Spot::Read) {
            return Some(Prey::Original);
        }
        (self.setting.stranger_fits && sight.stranger && covers(false)).then_some(Prey::Stranger)
    }

    pub(super) fn seal(&mut self, task: Task, sight: Sight) {
        if !self.setting.is(Broken::UnfencedSeal)
            && let Err(halt) = self.permit(task)
        {
            return self.end(task, effects::after_halt(task, halt));
        }
        let free = self.target().copies.iter().position(Option::is_none).unwrap();
        if !self.setting.is(Broken::RemoveBeforeVault) {
            self.target().copies[free] = Some(sealed(sight));
        }
        self.go(Step::Check(task, sight, u8::try_from(free).unwrap()));
    }

    pub(super) fn check(&mut self, task: Task, sight: Sight, copy: u8) {
        match self.permit(task) {
            Ok(()) => self.go(Step::Remove(task, sight, copy)),
            // The sealed copy is still there: seen and noted, before the task ends.
            Err(Halt::LegalHold) => self.go(Step::Look(task)),
            Err(halt) => self.end(task, effects::after_halt(task, halt)),
        }
    }

    pub(super) fn remove(&mut self, task: Task, sight: Sight, copy: u8, answer: Answer) {
        if answer == (Answer::Lost { done: false }) {
            return self.end(task, effects::after_giving_up(task));
        }
        let removal = self.take_away(task, sight, copy);
        if answer == (Answer::Lost { done: true }) {
            return self.end(task, effects::after_giving_up(task));
        }
        self.go(Step::Note(task, copy, effects::after_removal(removal)));
    }

    pub(super) fn take_away(&mut self, task: Task, sight: Sight, copy: u8) -> Removal {
        let prey = self.prey(task, sight);
        let renumbered = self.target().mailbox.renumbered != sight.renumbered;
        if renumbered && self.setting.is(Broken::OldNumbers) || prey == Some(Prey::Stranger) {
            // Something else has this number now.
            self.world.wrong(2);
            return Removal::Removed;
        }
        if renumbered || self.target().mailbox.original != sight.original {
            return Removal::Changed;
        }
        self.watch(task);
        let asked = *self.asked();
        let case = self.world.cases[self.setting.targets[usize::from(self.job.target)].case];
        let executing = task == Task::Execute && case.is_some_and(|case| case.state == CaseState::Executing);
        let holding = task == Task::Hold && asked.freeze_first && sight.original == Spot::Unread;
        if !executing && !holding {
            self.world.wrong(1);
        }
        let record = self.target().copies[usize::from(copy)];
        if record.is_none() {
            self.world.wrong(4);
        }
        if record.is_some_and(|copy| !copy.taking.0) {
            self.world.wrong(9);
        }
        self.target().mailbox.original = Spot::Absent;
        Removal::Removed
    }

    /// Written with its audit entry, while the lease is ours.
    pub(super) fn note(&mut self, copy: u8, to: CopyState) {
        let late = self.setting.is(Broken::LateNote);
        if !late && self.is_fenced_out() {
            return;
        }
        let recorded = !self.setting.is(Broken::EffectUnrecorded);
        let target = self.target();
        let still_there = target.mailbox.original != Spot::Absent;
        let Some(record) = &mut target.copies[usize::from(copy)] else { return };
        if !late && !copy_may(record.state, to) {
            return;
        }
        record.state = to;
        record.sealed &= !to.is_out_of_vault();
        match to {
            CopyState::Released => record.returning.1 = recorded,
            _ => record.taking.1 = recorded,
        }
        if to == CopyState::Held && still_there {
            self.world.wrong(4);
        }
    }

    pub(super) fn mark_return(&mut self, sight: Sight, copy: u8) {
        if let Err(halt) = self.permit(Task::Release) {
            return self.end(Task::Release, effects::after_halt(Task::Release, halt));
        }
        if let Some(record) = &mut self.target().copies[usize::from(copy)] {
            record.returning.0 = true;
        }
        self.go(Step::Return(sight, copy));
    }

    pub(super) fn put_back(&mut self, sight: Sight, copy: u8) {
        self.watch(Task::Release);
        if self.target().copies[usize::from(copy)].is_none_or(|record| !record.returning.0) {
            self.world.wrong(9);
        }
        self.target().mailbox.returned |= 1 << copy;
        self.go(Step::Verify(sight, copy));
    }
}

fn sealed(sight: Sight) -> Copy {
    Copy {
        state: CopyState::Vaulted,
        read: sight.original == Spot::Read,
        sealed: true,
        taking: (true, false),
        returning: (false, false),
    }
}
