//! What people do, and the steps of a case that follow: the same rules as the services carry out.

use crate::{
    setting::{APPROVERS, Broken, EXPIRY, Setting, digest, person},
    world::{COPIES, Case, World},
};
use domain::{
    case::{
        rules::{self, Asked, Consequence, NotDecided, Opening, Question},
        state::{self, Event},
    },
    shared::{CaseNumber, CaseState, CorrectionState, Verdict},
    time::Timestamp,
};

/// The button. None: nothing changed.
pub fn ask(setting: &Setting, world: &mut World, case: usize) -> Option<()> {
    let same_key =
        world.cases[case].map(|_| CaseNumber::new(2026, 1)).filter(|_| !setting.is(Broken::KeyIgnored));
    if rules::asked(same_key, []) != Asked::New || world.made[case] > 1 {
        return None;
    }
    world.made[case] += 1;
    if world.made[case] > 1 {
        return Some(());
    }
    let asked = &setting.cases[case];
    world.cases[case] = Some(Case { state: CaseState::Requested, live: 0, approval: None });
    for (at, recipient) in setting.targets.iter().enumerate().filter(|(_, recipient)| recipient.case == case)
    {
        let target = &mut world.targets[at];
        target.outcome = rules::at_request(asked.intent, recipient.inside && target.legal_hold);
        target.correction = Some(CorrectionState::Planned);
    }
    match rules::opening(asked.needs_approval, asked.freeze_first, asked.intent) {
        Opening::Start => start(setting, world, case),
        Opening::AskForApproval => step(world, case, Event::AskForApproval),
        Opening::HoldFirst => {
            step(world, case, Event::HoldFirst)?;
            assign(setting, world, case, |setting, world, at| {
                rules::on_hold_first(setting.kind(at), world.targets[at].outcome)
            });
            Some(())
        }
    }
}

pub fn decide(
    setting: &Setting,
    world: &mut World,
    case: usize,
    who: u8,
    verdict: Verdict,
    seen: u8,
) -> Option<()> {
    let row = world.cases[case]?;
    let question = Question {
        requester: person(u8::try_from(case).unwrap()),
        state: row.state,
        expires_at: EXPIRY,
        digest: digest(0),
        live: digest(row.live),
    };
    let now = Timestamp(i64::from(world.overdue));
    match rules::may_decide(&question, person(who), &APPROVERS.map(person), digest(seen), now) {
        Ok(()) => {}
        Err(NotDecided::OtherTargets) if setting.is(Broken::StaleDigest) => {}
        Err(NotDecided::NotTheirs)
            if setting.is(Broken::SelfApproval) && row.state == CaseState::AwaitingApproval => {}
        Err(_) => return None,
    }
    match verdict {
        Verdict::Approved => {
            world.cases[case] = Some(Case { approval: Some((who, seen)), ..row });
            start(setting, world, case)
        }
        Verdict::Refused => let_go(setting, world, case, Event::Refuse),
    }
}

pub fn withdraw(setting: &Setting, world: &mut World, case: usize) -> Option<()> {
    if !world.cases[case]?.state.can_withdraw() {
        return None;
    }
    let_go(setting, world, case, Event::Withdraw)
}

/// The engine's round over cases at work.
pub fn advance(setting: &Setting, world: &mut World, case: usize) -> Option<()> {
    let event = rules::awaited(world.cases[case]?.state, world.overdue)?;
    if event == Event::Expire {
        return let_go(setting, world, case, event);
    }
    let tasks = world.targets_of(setting, case).filter(|target| target.task.is_some()).count() as u64;
    let corrections =
        world.targets_of(setting, case).any(|target| target.correction.is_some_and(CorrectionState::is_open));
    let (tasks, corrections) = match setting.broken {
        Some(Broken::TargetForgotten) => (0, corrections),
        Some(Broken::FinishUnsent) => (tasks, false),
        _ => (tasks, corrections),
    };
    if !rules::may_advance(event, tasks, corrections) {
        return None;
    }
    step(world, case, event)?;
    if event == Event::Close {
        for (target, recipient) in world.targets.iter_mut().zip(&setting.targets) {
            if recipient.case == case {
                target.copies = [None; COPIES];
            }
        }
    }
    Some(())
}

fn step(world: &mut World, case: usize, event: Event) -> Option<()> {
    let row = world.cases[case].as_mut()?;
    row.state = state::next(row.state, event).ok()?;
    Some(())
}

fn start(setting: &Setting, world: &mut World, case: usize) -> Option<()> {
    step(world, case, Event::Approve)?;
    step(world, case, Event::Start)?;
    assign(setting, world, case, |setting, world, at| {
        let intent = setting.cases[case].intent;
        Some(rules::on_start(intent, setting.kind(at), world.targets[at].outcome))
    });
    for (target, recipient) in world.targets.iter_mut().zip(&setting.targets) {
        if recipient.case == case
            && let (Some(state), Some(outcome)) = (target.correction, target.outcome)
        {
            target.correction = Some(rules::correction_after(state, target.in_place, outcome));
        }
    }
    Some(())
}

fn let_go(setting: &Setting, world: &mut World, case: usize, event: Event) -> Option<()> {
    step(world, case, event)?;
    step(world, case, Event::Release)?;
    assign(setting, world, case, |setting, world, at| {
        rules::on_let_go(setting.cases[case].intent, setting.kind(at), world.targets[at].outcome)
    });
    for (target, recipient) in world.targets.iter_mut().zip(&setting.targets) {
        if recipient.case == case && target.correction == Some(CorrectionState::Planned) {
            target.correction = Some(CorrectionState::Unneeded);
        }
    }
    world.list_in_flight(|target| setting.targets[target].case == case);
    Some(())
}

fn assign(
    setting: &Setting,
    world: &mut World,
    case: usize,
    consequence: impl Fn(&Setting, &World, usize) -> Option<Consequence>,
) {
    for at in (0..setting.targets.len()).filter(|at| setting.targets[*at].case == case) {
        match consequence(setting, world, at) {
            Some(Consequence::Assign(task)) => world.targets[at].task = Some(task),
            Some(Consequence::Settle(outcome)) => {
                let target = &mut world.targets[at];
                target.task = None;
                if target.outcome.is_some_and(|written| written != outcome) {
                    world.wrong(7);
                }
                world.targets[at].outcome = Some(outcome);
            }
            None => {}
        }
    }
}
