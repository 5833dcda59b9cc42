//! A worker at a target, step by step in the engine's order. What it decides is decided by production code.

mod replacing;
mod taking;

use crate::{
    setting::{AskedFor, Broken, Setting},
    world::{Copy, Job, Lease, Sight, Spot, Step, Target, World},
};
use domain::{
    case::{
        effects::{self, After, Halt, Moment},
        rules,
        state::target_may,
    },
    shared::{CopyState, CorrectionState, Intent, Outcome, TargetState, Task},
};

/// How the mail system answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    Fine,
    /// Surely nothing was done, and it isn't tried again.
    Refused,
    /// Surely nothing was done; tried again.
    Later,
    /// The answer never came, and the worker gives up; was it done?
    Lost {
        done: bool,
    },
}

pub struct Worker<'a> {
    pub setting: &'a Setting,
    pub world: &'a mut World,
    pub number: u8,
    pub job: Job,
}

impl Worker<'_> {
    pub fn work(mut self, answer: Answer) -> Option<()> {
        match self.job.step {
            Step::Look(task) => self.look(task, answer),
            Step::Judge(task, sight) => self.judge(task, sight),
            Step::Seal(task, sight) => self.seal(task, sight),
            Step::Check(task, sight, copy) => self.check(task, sight, copy),
            Step::Remove(task, sight, copy) => self.remove(task, sight, copy, answer),
            Step::Note(task, copy, state) => {
                self.note(copy, state);
                self.go(Step::Look(task));
            }
            Step::ReplaceMark(sight) => self.mark_replacement(sight),
            Step::Replace(sight, tried) => self.replace(sight, tried, answer),
            Step::ReplaceNote(sight) => self.note_replacement(sight),
            Step::ReturnMark(sight, copy) => self.mark_return(sight, copy),
            Step::Return(sight, copy) => self.put_back(sight, copy),
            Step::Verify(sight, copy) => {
                let there = self.target().mailbox.returned & (1 << copy) != 0;
                if there {
                    self.go(Step::ReturnNote(sight, copy));
                } else {
                    self.give_back();
                }
            }
            Step::ReturnNote(sight, copy) => {
                self.note(copy, CopyState::Released);
                self.go(Step::Judge(Task::Release, sight));
            }
            Step::Settle(task, state, outcome) => self.settle(task, state, outcome),
            Step::Resume | Step::SendMark | Step::Send | Step::SendNote(_) => self.send(answer)?,
        }
        Some(())
    }

    pub fn target(&mut self) -> &mut Target {
        &mut self.world.targets[usize::from(self.job.target)]
    }

    fn asked(&self) -> &AskedFor {
        self.setting.asked(usize::from(self.job.target))
    }

    pub fn go(&mut self, step: Step) {
        self.world.workers[usize::from(self.number)] = Some(Job { step, in_flight: false, ..self.job });
    }

    pub fn leave(&mut self) {
        self.world.workers[usize::from(self.number)] = None;
    }

    fn has_lease(&mut self) -> bool {
        let number = self.number;
        self.target().lease.is_some_and(|lease| lease.holder == number)
    }

    /// Each write of the engine checks the fence in its own transaction. False: the job is over.
    fn is_fenced_out(&mut self) -> bool {
        let out = !self.has_lease();
        if out {
            self.leave();
        }
        out
    }

    fn give_back(&mut self) {
        if self.has_lease() {
            self.target().lease = None;
        }
        self.leave();
    }

    fn end(&mut self, task: Task, after: After) {
        match after {
            After::Free | After::Wait => self.give_back(),
            After::Settle(_) if !effects::may_give_up(task, &self.target().copy_states()) => self.give_back(),
            After::Settle(outcome) => {
                let state = self.target().state;
                self.go(Step::Settle(task, state, outcome));
            }
        }
    }

    fn permit(&mut self, task: Task) -> Result<(), Halt> {
        let held = self.has_lease();
        let stopped = self.world.stopped && !self.setting.is(Broken::SwitchUnseen);
        let on_legal_hold = !self.setting.is(Broken::LegalHoldUnseen);
        let unseen = self.setting.is(Broken::WithdrawalUnseen);
        let target = self.target();
        let wanted = if unseen { Some(task) } else { target.task };
        let moment = Moment {
            wanted: wanted.filter(|_| held),
            stopped,
            on_legal_hold: target.legal_hold && on_legal_hold,
        };
        effects::permit(task, moment)?;
        target.lease.iter_mut().for_each(|lease| lease.expired = false);
        Ok(())
    }

    /// Was this effect still allowed when it happened, or listed as in flight?
    fn watch(&mut self, task: Task) {
        if self.job.in_flight {
            return;
        }
        let target = self.target();
        let (wanted, on_hold) = (target.task == Some(task), target.legal_hold);
        if !wanted || self.world.stopped {
            self.world.wrong(5);
        }
        if on_hold {
            self.world.wrong(8);
        }
    }

    fn look(&mut self, task: Task, answer: Answer) {
        if answer != Answer::Fine {
            return self.end(task, effects::after_giving_up(task));
        }
        let target = self.target();
        let untouched = target.copy_states().iter().all(|copy| *copy == CopyState::Left);
        if task == Task::Release && untouched {
            let (state, outcome) = effects::released(target.state, &[]);
            return self.go(Step::Settle(task, state, Some(outcome)));
        }
        let sight = target.mailbox.sight();
        target.seen_there |= sight.original != Spot::Absent;
        self.go(Step::Judge(task, sight));
    }

    fn judge(&mut self, task: Task, sight: Sight) {
        let vaulted = |copy: &Option<Copy>| copy.is_some_and(|copy| copy.state == CopyState::Vaulted);
        if let Some(copy) =
            (0..).zip(&self.target().copies).find_map(|(at, copy)| vaulted(copy).then_some(at))
        {
            let there = sight.original != Spot::Absent && !self.setting.is(Broken::NoLookAgain);
            self.note(copy, effects::after_looking_again(there));
            return;
        }
        if self.prey(task, sight).is_some() {
            return self.go(Step::Seal(task, sight));
        }
        let replaces = self.asked().intent == Intent::RecallAndReplace;
        let target = self.target();
        match task {
            Task::Hold => {
                let state = effects::held_so_far(target.state, &target.copy_states(), target.seen_there);
                self.go(Step::Settle(task, state, None));
            }
            Task::Execute => {
                let planned = target.correction == Some(CorrectionState::Planned);
                let holds = target.held().next().is_some();
                if replaces && planned && holds {
                    self.go(Step::ReplaceMark(sight));
                } else {
                    let sent = target.correction == Some(CorrectionState::Sent);
                    let stands = replaces && holds && sent && target.in_place;
                    self.end_execution(sight, stands);
                }
            }
            Task::Release => {
                let held = target.held().next().map(|(copy, _)| copy);
                let (state, outcome) = effects::released(target.state, &target.copy_states());
                self.go(held
                    .map_or(Step::Settle(task, state, Some(outcome)), |copy| Step::ReturnMark(sight, copy)));
            }
        }
    }

    /// Outcome commit: result, correction and audit entry together.
    fn settle(&mut self, task: Task, state: TargetState, outcome: Option<Outcome>) {
        if !self.setting.is(Broken::FenceIgnored) && self.is_fenced_out() {
            return;
        }
        let put_and_send = self.setting.is(Broken::PutAndSend);
        let target = self.target();
        let wrong = target.outcome.is_some() || !target_may(target.state, state);
        target.state = state;
        target.outcome = outcome;
        target.task = target.task.filter(|now| *now != task);
        if let (Some(outcome), Some(correction)) = (outcome, target.correction) {
            let in_place = target.in_place && !put_and_send;
            target.correction = Some(rules::correction_after(correction, in_place, outcome));
        }
        if wrong {
            self.world.wrong(7);
        }
        self.give_back();
    }
}

/// Takes the lease of a target whose task is due.
pub fn claim(world: &mut World, number: u8, target: usize) -> Option<()> {
    let row = &mut world.targets[target];
    let task = row.task?;
    if world.stopped || row.lease.is_some_and(|lease| !lease.expired) {
        return None;
    }
    row.lease = Some(Lease { holder: number, expired: false });
    let job = Job { target: u8::try_from(target).ok()?, step: Step::Look(task), in_flight: false };
    world.workers[usize::from(number)] = Some(job);
    Some(())
}
