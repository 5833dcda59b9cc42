//! The model: every act that is possible in a state, and the state it leads to.

use crate::{
    invariants, people, sending,
    setting::{APPROVERS, Broken, PERSONS, Setting},
    worker::{self, Answer, Worker},
    world::{Lease, Spot, Step, World},
};
use domain::shared::{CaseState, CorrectionState, Verdict};
use stateright::{Model, Property};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    Ask(usize),
    Decide { case: usize, who: u8, verdict: Verdict, seen: u8 },
    Withdraw(usize),
    Advance(usize),
    TimeIsOver,
    Claim { worker: u8, target: usize },
    ClaimSending { worker: u8, target: usize },
    Work { worker: u8, answer: Answer },
    Lift(usize),
    SwitchOn,
    Trouble(Trouble),
}

/// What may go wrong, each only so often altogether.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Somebody is added to the list while the case waits.
    OtherTargets(usize),
    LegalHold(usize),
    SwitchOff,
    OwnerReads(usize),
    OwnerDeletes(usize),
    Renumbered(usize),
    Crash(u8),
    /// The worker is slower than its lease.
    Expires(usize),
    SendingExpires(usize),
    Answered(u8, Answer),
}

pub struct Recall(pub Setting);

impl Model for Recall {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        vec![World::start(&self.0)]
    }

    fn actions(&self, world: &World, acts: &mut Vec<Act>) {
        for case in 0..self.0.keys {
            of_case(world, case, acts);
        }
        if !world.overdue {
            acts.push(Act::TimeIsOver);
        }
        if world.stopped {
            acts.push(Act::SwitchOn);
        }
        for worker in [0, 1] {
            of_worker(world, worker, acts);
        }
        acts.extend((0..world.targets.len()).filter(|at| world.targets[*at].legal_hold).map(Act::Lift));
        if world.troubles > 0 {
            let mut troubles = Vec::with_capacity(16);
            self.troubles(world, &mut troubles);
            acts.extend(troubles.into_iter().map(Act::Trouble));
        }
    }

    fn next_state(&self, world: &World, act: Act) -> Option<World> {
        let mut next = world.clone();
        let setting = &self.0;
        match act {
            Act::Ask(case) => people::ask(setting, &mut next, case)?,
            Act::Decide { case, who, verdict, seen } => {
                people::decide(setting, &mut next, case, who, verdict, seen)?;
            }
            Act::Withdraw(case) => people::withdraw(setting, &mut next, case)?,
            Act::Advance(case) => people::advance(setting, &mut next, case)?,
            Act::TimeIsOver => next.overdue = true,
            Act::Claim { worker, target } => worker::claim(&mut next, worker, target)?,
            Act::ClaimSending { worker, target } => sending::claim(&mut next, worker, target)?,
            Act::Work { worker, answer } => work(setting, &mut next, worker, answer)?,
            Act::Lift(target) => next.targets[target].legal_hold = false,
            Act::SwitchOn => next.stopped = false,
            Act::Trouble(trouble) => {
                next.troubles -= 1;
                suffer(setting, &mut next, trouble)?;
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        invariants::all()
    }
}

impl Recall {
    fn troubles(&self, world: &World, troubles: &mut Vec<Trouble>) {
        let waits = |case: CaseState| matches!(case, CaseState::Holding | CaseState::AwaitingApproval);
        let waiting = (0..).zip(&world.cases).filter(|(_, case)| case.is_some_and(|case| waits(case.state)));
        troubles.extend(waiting.map(|(case, _)| Trouble::OtherTargets(case)));
        if !world.stopped {
            troubles.push(Trouble::SwitchOff);
        }
        for (at, target) in world.targets.iter().enumerate() {
            let case = world.cases[self.0.targets[at].case];
            if case.is_none_or(|case| case.state.is_final()) {
                continue;
            }
            if self.0.targets[at].inside && !target.legal_hold {
                troubles.push(Trouble::LegalHold(at));
            }
            match target.mailbox.original {
                Spot::Unread => troubles.extend([Trouble::OwnerReads(at), Trouble::OwnerDeletes(at)]),
                Spot::Read => troubles.push(Trouble::OwnerDeletes(at)),
                Spot::Absent => {}
            }
            if target.mailbox.original != Spot::Absent && !target.mailbox.renumbered {
                troubles.push(Trouble::Renumbered(at));
            }
            if target.lease.is_some_and(|lease| self.may_expire(world, at, lease, false)) {
                troubles.push(Trouble::Expires(at));
            }
            if target.sender.is_some_and(|lease| self.may_expire(world, at, lease, true)) {
                troubles.push(Trouble::SendingExpires(at));
            }
        }
        for worker in [0, 1] {
            let Some(job) = world.workers[usize::from(worker)] else { continue };
            troubles.push(Trouble::Crash(worker));
            let lost = [Answer::Lost { done: false }, Answer::Lost { done: true }];
            let answers: &[Answer] = match job.step {
                Step::Look(_) => &[Answer::Refused],
                Step::Remove(..) => &lost,
                Step::Replace(..) => &[Answer::Refused, lost[0], lost[1]],
                Step::Send => &[Answer::Refused, Answer::Later, lost[0], lost[1]],
                _ => &[],
            };
            troubles.extend(answers.iter().map(|answer| Trouble::Answered(worker, *answer)));
        }
    }

    /// An effect happens within its lease or not at all; only a mail that can't be looked for may come late.
    fn may_expire(&self, world: &World, target: usize, lease: Lease, sending: bool) -> bool {
        let job = world.workers[usize::from(lease.holder)];
        let mine = job.filter(|job| usize::from(job.target) == target && job.step.is_sending() == sending);
        let in_effect = mine.is_some_and(|job| match job.step {
            Step::Send => self.0.targets[target].can_look,
            step => step.is_effect(),
        });
        !lease.expired && (!in_effect || self.0.is(Broken::LateRemoval))
    }
}

fn of_case(world: &World, case: usize, acts: &mut Vec<Act>) {
    acts.push(Act::Ask(case));
    let Some(row) = world.cases[case] else { return };
    if row.state == CaseState::AwaitingApproval {
        for (who, seen) in (0..PERSONS).flat_map(|who| [(who, 0), (who, 1)]) {
            acts.push(Act::Decide { case, who, verdict: Verdict::Approved, seen });
        }
        acts.push(Act::Decide { case, who: APPROVERS[0], verdict: Verdict::Refused, seen: row.live });
    }
    if !row.state.is_final() {
        acts.extend([Act::Withdraw(case), Act::Advance(case)]);
    }
}

fn of_worker(world: &World, worker: u8, acts: &mut Vec<Act>) {
    if world.workers[usize::from(worker)].is_some() {
        acts.push(Act::Work { worker, answer: Answer::Fine });
        return;
    }
    for (target, row) in world.targets.iter().enumerate() {
        if row.task.is_some() {
            acts.push(Act::Claim { worker, target });
        }
        if row.correction.is_some_and(CorrectionState::is_open) {
            acts.push(Act::ClaimSending { worker, target });
        }
    }
}

fn work(setting: &Setting, world: &mut World, number: u8, answer: Answer) -> Option<()> {
    let job = world.workers[usize::from(number)]?;
    Worker { setting, world, number, job }.work(answer)
}

fn suffer(setting: &Setting, world: &mut World, trouble: Trouble) -> Option<()> {
    match trouble {
        Trouble::OtherTargets(case) => world.cases[case].as_mut()?.live = 1,
        Trouble::LegalHold(at) => {
            world.targets[at].legal_hold = true;
            world.list_in_flight(|target| target == at);
        }
        Trouble::SwitchOff => {
            world.stopped = true;
            world.list_in_flight(|_| true);
        }
        Trouble::OwnerReads(at) => world.targets[at].mailbox.original = Spot::Read,
        Trouble::OwnerDeletes(at) => {
            world.targets[at].mailbox.original = Spot::Absent;
            world.targets[at].mailbox.deleted_by_owner = true;
        }
        Trouble::Renumbered(at) => world.targets[at].mailbox.renumbered = true,
        Trouble::Crash(worker) => crash(world, worker)?,
        Trouble::Expires(at) => world.targets[at].lease.as_mut()?.expired = true,
        Trouble::SendingExpires(at) => world.targets[at].sender.as_mut()?.expired = true,
        Trouble::Answered(worker, answer) => work(setting, world, worker, answer)?,
    }
    Some(())
}

/// What it had in its head is gone; its leases run out.
fn crash(world: &mut World, worker: u8) -> Option<()> {
    world.workers[usize::from(worker)].take()?;
    for target in &mut world.targets {
        for lease in [&mut target.lease, &mut target.sender].into_iter().flatten() {
            lease.expired |= lease.holder == worker;
        }
    }
    Some(())
}
