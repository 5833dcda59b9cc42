//! I1 to I10 of the design, and that the model reaches what it is about.

use crate::{
    people,
    recall::Recall,
    setting::APPROVERS,
    world::{Copy, Lease, Target, World},
};
use domain::shared::{CaseState, CopyState, CorrectionState, Outcome};
use stateright::Property;

pub const INVARIANTS: [&str; 10] = [
    "I1 nothing is taken without what the policy demands",
    "I2 only the message itself is touched",
    "I3 a copy is in its mailbox or in the vault, at the end never in both",
    "I4 the intent is durable before, and a fresh look comes first",
    "I5 stop and withdrawal take effect",
    "I6 no case is done with a correction unsent, none is sent twice",
    "I7 every target ends in exactly one outcome",
    "I8 a mailbox on legal hold is never touched",
    "I9 each effect has its two audit entries",
    "I10 the same key makes the same case",
];

/// What is asked for comes to its end as long as somebody works.
pub const GOES_ON: &str = "a case at work goes on";

pub fn all() -> Vec<Property<Recall>> {
    let conditions: [fn(&Recall, &World) -> bool; 10] = [
        approved,
        |_, world| !world.is_wrong(2),
        somewhere,
        |_, world| !world.is_wrong(4),
        |_, world| !world.is_wrong(5),
        corrected_once,
        one_outcome,
        |_, world| !world.is_wrong(8),
        recorded,
        |_, world| world.made.iter().all(|cases| *cases <= 1),
    ];
    let always = INVARIANTS.into_iter().zip(conditions).map(|(name, holds)| Property::always(name, holds));
    always.chain([Property::always(GOES_ON, goes_on)]).chain(reached()).collect()
}

/// Nothing is proved about what never happens.
fn reached() -> Vec<Property<Recall>> {
    vec![
        Property::sometimes("finished", |_, world| has_case(world, CaseState::Finished)),
        Property::sometimes("closed", |_, world| has_case(world, CaseState::Closed)),
        Property::sometimes("restored", |_, world| has_outcome(world, Outcome::Restored)),
        Property::sometimes("taken", |_, world| has_outcome(world, Outcome::RemovedUnread)),
        Property::sometimes("replaced", |_, world| has_outcome(world, Outcome::ReplacedUnread)),
        Property::sometimes("on legal hold", |_, world| has_outcome(world, Outcome::OnLegalHold)),
    ]
}

fn has_case(world: &World, state: CaseState) -> bool {
    world.cases.iter().flatten().any(|case| case.state == state)
}

fn has_outcome(world: &World, outcome: Outcome) -> bool {
    world.targets.iter().any(|target| target.outcome == Some(outcome))
}

fn approved(model: &Recall, world: &World) -> bool {
    let allowed = world.cases.iter().enumerate().all(|(at, case)| {
        let Some(case) = case else { return true };
        let for_good = matches!(case.state, CaseState::Approved | CaseState::Executing | CaseState::Finished);
        let decided = case.approval.is_some_and(|(who, seen)| {
            usize::from(who) != at && APPROVERS.contains(&who) && seen == 0 && case.live == 0
        });
        !for_good || !model.0.cases[at].needs_approval || decided
    });
    let returned = world.targets.iter().zip(&model.0.targets).all(|(target, recipient)| {
        let closed = world.cases[recipient.case].is_some_and(|case| case.state == CaseState::Closed);
        !closed || !recipient.inside || is_with_its_owner(target)
    });
    !world.is_wrong(1) && allowed && returned
}

fn somewhere(model: &Recall, world: &World) -> bool {
    let never_lost =
        world.targets.iter().zip(&model.0.targets).all(|(target, recipient)| {
            !recipient.inside || is_with_its_owner(target) || target.is_in_vault()
        });
    let true_records = copies(world).all(|copy| copy.sealed != copy.state.is_out_of_vault());
    let once = ended(model, world)
        .all(|(target, _)| target.in_mailbox() <= 1 && !(target.is_in_mailbox() && target.is_in_vault()));
    never_lost && true_records && once
}

fn corrected_once(model: &Recall, world: &World) -> bool {
    let sent = ended(model, world).all(|(target, state)| {
        state != CaseState::Finished || !target.correction.is_some_and(CorrectionState::is_open)
    });
    let once = |target: &Target| target.mailbox.mails + target.mailbox.replacements <= 1;
    sent && world.targets.iter().all(once)
}

fn one_outcome(model: &Recall, world: &World) -> bool {
    !world.is_wrong(7) && ended(model, world).all(|(target, _)| target.outcome.is_some())
}

fn recorded(_: &Recall, world: &World) -> bool {
    let copies = copies(world).all(|copy| {
        let taken = copy.state == CopyState::Vaulted || copy.taking == (true, true);
        taken && (copy.state != CopyState::Released || copy.returning == (true, true))
    });
    let sent =
        |target: &Target| target.correction != Some(CorrectionState::Sent) || target.sending == (true, true);
    !world.is_wrong(9) && copies && world.targets.iter().all(sent)
}

fn goes_on(model: &Recall, world: &World) -> bool {
    if world.stopped || world.workers.iter().any(Option::is_some) {
        return true;
    }
    let free = |lease: Option<Lease>| lease.is_none_or(|lease| lease.expired);
    let on_its_way = |state| matches!(state, CorrectionState::Queued | CorrectionState::Sending);
    let at_work = |target: &Target| {
        let corrects = target.correction.is_some_and(on_its_way);
        (target.task.is_some() && free(target.lease)) || (corrects && free(target.sender))
    };
    world.cases.iter().enumerate().all(|(at, case)| {
        let waits =
            case.is_none_or(|case| case.state.is_final() || case.state == CaseState::AwaitingApproval);
        waits
            || world.targets_of(&model.0, at).any(at_work)
            || people::advance(&model.0, &mut world.clone(), at).is_some()
    })
}

/// Targets of cases that are at their end.
fn ended<'a>(model: &'a Recall, world: &'a World) -> impl Iterator<Item = (&'a Target, CaseState)> {
    world.targets.iter().zip(&model.0.targets).filter_map(|(target, recipient)| {
        let state = world.cases[recipient.case]?.state;
        state.is_final().then_some((target, state))
    })
}

fn copies(world: &World) -> impl Iterator<Item = &Copy> {
    world.targets.iter().flat_map(|target| target.copies.iter().flatten())
}

fn is_with_its_owner(target: &Target) -> bool {
    target.is_in_mailbox() || target.mailbox.deleted_by_owner
}
