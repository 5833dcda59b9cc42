//! Targets: claims, leases, fences, results; and the switch, which stops claims.

use super::{
    Command, Expected, Said, broken,
    model::{Model, OfTarget, is_free, is_held, let_go, prolong, take},
    no, said, yes,
};
use crate::builders::{at, id};
use domain::{
    case::{Detail, Target},
    ids::TargetId,
    shared::{Outcome, TargetState, Task},
    store::{Finished, Leased, StoreError, TargetResult, Tx},
};
use proptest::{
    collection::{btree_map, btree_set, vec},
    option,
    prelude::*,
    sample::select,
};
use std::collections::{BTreeMap, BTreeSet};

properties!(targets: command());

/// Targets 0, 1, 2 are of the first case, 3, 4, 5 of the second one; 6 isn't there.
#[derive(Clone, Debug)]
enum Call {
    All(u128),
    Get(u128),
    Claim { holder: &'static str, now: i64, until: i64, limit: u32 },
    Leases(Vec<u128>),
    Lock(Vec<u128>),
    LockAll(u128),
    Renew { fences: BTreeMap<u128, i64>, until: i64 },
    Prolong { holder: &'static str, rows: BTreeSet<u128>, until: i64 },
    Finish { ended: BTreeMap<u128, Ended>, now: i64 },
    Postpone { target: u128, fence: i64, attempts: u32, due: i64, now: i64 },
    Assign { targets: BTreeSet<u128>, task: Option<Task>, outcome: Option<Outcome>, now: i64 },
    Pulse(u128),
    Stuck(Task, u32),
    Open(u128),
    Turn(bool),
}

/// By whoever has this fence.
#[derive(Clone, Debug)]
struct Ended {
    fence: i64,
    done: Task,
    state: TargetState,
    outcome: Option<Outcome>,
}

fn ended() -> impl Strategy<Value = Ended> {
    (1..=3_i64, select(Task::ALL), select(TargetState::ALL), option::of(select(Outcome::ALL)))
        .prop_map(|(fence, done, state, outcome)| Ended { fence, done, state, outcome })
}

fn command() -> impl Strategy<Value = Call> {
    let (target, fence, time, task) = (|| 0..=6_u128, || 1..=3_i64, || 0..8_i64, || select(Task::ALL));
    let holder = || select(&["one", "other"]);
    prop_oneof![
        1 => (1..=2_u128).prop_map(Call::All),
        1 => target().prop_map(Call::Get),
        6 => (holder(), time(), time(), 0..4_u32)
            .prop_map(|(holder, now, until, limit)| Call::Claim { holder, now, until, limit }),
        1 => vec(target(), 1..4).prop_map(Call::Leases),
        1 => vec(target(), 1..4).prop_map(Call::Lock),
        1 => (1..=2_u128).prop_map(Call::LockAll),
        2 => (btree_map(target(), fence(), 1..4), time())
            .prop_map(|(fences, until)| Call::Renew { fences, until }),
        1 => (holder(), btree_set(target(), 0..7), time())
            .prop_map(|(holder, rows, until)| Call::Prolong { holder, rows, until }),
        4 => (btree_map(target(), ended(), 1..3), time()).prop_map(|(ended, now)| Call::Finish { ended, now }),
        3 => (target(), fence(), 0..9_u32, time(), time())
            .prop_map(|(target, fence, attempts, due, now)| Call::Postpone { target, fence, attempts, due, now }),
        3 => (btree_set(target(), 1..4), option::weighted(0.8, task()), option::of(select(Outcome::ALL)), time())
            .prop_map(|(targets, task, outcome, now)| Call::Assign { targets, task, outcome, now }),
        1 => (1..=3_u128).prop_map(Call::Pulse),
        1 => (task(), 0..9_u32).prop_map(|(task, attempts)| Call::Stuck(task, attempts)),
        1 => (1..=2_u128).prop_map(Call::Open),
        1 => prop::bool::weighted(0.7).prop_map(Call::Turn),
    ]
}

fn target(n: u128) -> TargetId {
    id((n / 3 + 1) * 1_000_000 + n % 3)
}

fn ids<'a>(some: impl IntoIterator<Item = &'a u128>) -> Vec<TargetId> {
    some.into_iter().map(|n| target(*n)).collect()
}

fn lease(n: u128, fence: i64) -> Leased {
    Leased { target: target(n), fence }
}

fn detail(now: i64) -> Detail {
    Detail { seen_there: now % 2 == 0, read_copies: u32::try_from(now).unwrap(), ..Detail::default() }
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::All(case) => said(tx.targets(id(*case)).await),
            Self::Get(n) => said(tx.target(target(*n)).await),
            Self::Claim { holder, now, until, limit } => {
                said(tx.claim_targets(holder, at(*now), at(*until), *limit).await)
            }
            Self::Leases(some) => {
                let ids: Vec<_> = some.iter().map(|n| target(*n)).collect();
                said(tx.leases(&ids).await.map(BTreeMap::from_iter))
            }
            Self::Lock(some) => said(tx.lock_targets(&ids(some)).await),
            Self::LockAll(case) => said(tx.lock_targets_of(id(*case)).await),
            Self::Renew { fences, until } => {
                let leases: Vec<_> = fences.iter().map(|(n, fence)| lease(*n, *fence)).collect();
                said(tx.renew_targets(&leases, at(*until)).await.map(BTreeMap::from_iter))
            }
            Self::Prolong { holder, rows, until } => {
                let rows: Vec<_> = rows.iter().map(|n| target(*n).0).collect();
                said(tx.prolong_leases(holder, &rows, at(*until)).await)
            }
            Self::Finish { ended, now } => {
                let finished = ended.iter().map(|(n, ended)| {
                    let Ended { fence, done, state, outcome } = *ended;
                    let result = TargetResult { state, outcome, detail: detail(*now) };
                    Finished { lease: lease(*n, fence), done, result, at: at(*now) }
                });
                said(tx.finish_targets(&finished.collect::<Vec<_>>()).await)
            }
            Self::Postpone { target: n, fence, attempts, due, now } => {
                let (detail, due, now) = (detail(*now), at(*due), at(*now));
                said(tx.postpone_target(target(*n), *fence, &detail, *attempts, due, now).await)
            }
            Self::Assign { targets, task, outcome, now } => {
                said(tx.assign(&ids(targets), *task, *outcome, at(*now)).await)
            }
            Self::Pulse(case) => said(tx.case_pulse(id(*case)).await),
            Self::Stuck(task, attempts) => said(tx.stuck_targets(*task, *attempts).await),
            Self::Open(case) => said(tx.open_tasks(id(*case)).await),
            Self::Turn(running) => said(tx.turn_engine(*running, None, at(1), "look").await),
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        match self {
            Self::All(case) => yes(model.targets_where(|row| row.case == id(*case))),
            Self::Get(n) => yes(model.targets_where(|row| row.id == target(*n)).first()),
            Self::Claim { holder, now, until, limit } => model.claim(holder, *now, *until, *limit),
            Self::Leases(some) => {
                let rows = model.targets_where(|row| some.iter().any(|n| row.id == target(*n)));
                yes(rows
                    .iter()
                    .map(|row| (row.id, (row.lease.clone(), row.task)))
                    .collect::<BTreeMap<_, _>>())
            }
            Self::Lock(_) | Self::LockAll(_) => yes(()),
            Self::Renew { fences, until } => model.renew(fences, *until),
            Self::Prolong { holder, rows: named, until } => {
                // Nobody claims mails here.
                let named =
                    model.targets.iter_mut().filter(|one| named.iter().any(|n| one.row.id == target(*n)));
                let leases = named.map(|one| &mut one.row.lease);
                yes(leases.map(|lease| prolong(lease, holder, at(*until))).sum::<u64>())
            }
            Self::Finish { ended, now } => model.finish(ended, *now),
            Self::Postpone { target: n, fence, attempts, due, now } => model.write(*n, *fence, *now, |one| {
                // What was set since the worker last looked wasn't tried.
                if one.row.task.is_some() && one.row.task == one.known {
                    (one.row.attempts, one.row.due_at) = (*attempts, at(*due));
                }
            }),
            Self::Assign { targets, task, outcome, now } => {
                model.assign(&ids(targets), *task, *outcome, *now)
            }
            Self::Pulse(case) => {
                let Some(found) = model.case(id(*case)) else { return no(StoreError::Missing("the case")) };
                let of_case = model.targets.iter().filter(|one| one.row.case == found.id);
                yes(format!("{}.{}.0", found.version, of_case.map(|one| one.changes).sum::<i64>()))
            }
            Self::Stuck(task, attempts) => {
                yes(model.targets_where(|row| row.task == Some(*task) && row.attempts >= *attempts))
            }
            Self::Open(case) => {
                yes(model.targets_where(|row| row.case == id(*case) && row.task.is_some()).len() as u64)
            }
            Self::Turn(running) => {
                let turns = model.switch.running != *running;
                model.switch.running = *running;
                yes(turns)
            }
        }
    }

    fn looks() -> Vec<Self> {
        (1..=2).flat_map(|case| [Self::All(case), Self::Pulse(case), Self::Open(case)]).collect()
    }
}

impl Model {
    fn assign(
        &mut self,
        targets: &[TargetId],
        task: Option<Task>,
        outcome: Option<Outcome>,
        now: i64,
    ) -> Expected {
        for target in targets {
            let Some(one) = self.targets.iter_mut().find(|one| one.row.id == *target) else {
                return broken(StoreError::Missing("the target"));
            };
            (one.row.task, one.row.attempts) = (task, 0);
            (one.row.due_at, one.row.updated_at) = (at(now), at(now));
            one.row.outcome = outcome.or(one.row.outcome);
            one.changes += 1;
        }
        yes(())
    }

    fn targets_where(&self, takes: impl Fn(&Target) -> bool) -> Vec<&Target> {
        self.targets.iter().map(|one| &one.row).filter(|row| takes(row)).collect()
    }

    pub fn claim(&mut self, holder: &str, now: i64, until: i64, limit: u32) -> Expected {
        let urgency = |task| [Task::Release, Task::Hold, Task::Execute].iter().position(|one| *one == task);
        let is_due =
            |row: &Target| row.task.is_some() && row.due_at <= at(now) && is_free(&row.lease, at(now));
        let mut due: Vec<_> = self.targets.iter_mut().filter(|one| is_due(&one.row)).collect();
        due.sort_by_key(|one| one.row.task.map(urgency));
        due.truncate(if self.switch.running { usize::try_from(limit).unwrap() } else { 0 });
        for one in &mut due {
            take(&mut one.row.lease, holder, at(until));
            one.known = one.row.task;
            one.changes += 1;
        }
        yes(due.iter().map(|one| &one.row).collect::<Vec<_>>())
    }

    fn renew(&mut self, fences: &BTreeMap<u128, i64>, until: i64) -> Expected {
        let running = self.switch.running;
        let renewed = fences.iter().filter_map(|(n, fence)| match self.held(*n, *fence) {
            _ if !running => Some((target(*n), None)),
            None => None,
            Some(held) => {
                held.row.lease.until = Some(at(until));
                held.known = held.row.task;
                Some((target(*n), held.row.task))
            }
        });
        yes(renewed.collect::<BTreeMap<_, _>>())
    }

    fn finish(&mut self, ended: &BTreeMap<u128, Ended>, now: i64) -> Expected {
        for (n, Ended { fence, done, state, outcome }) in ended {
            let written = self.write(*n, *fence, now, |one| {
                (one.row.state, one.row.outcome, one.row.attempts) = (*state, *outcome, 0);
                one.row.task = one.row.task.filter(|task| task != done);
            });
            if written.said != yes(()).said {
                return broken(StoreError::Fenced("the target"));
            }
        }
        yes(())
    }

    fn held(&mut self, n: u128, fence: i64) -> Option<&mut OfTarget> {
        let mut all = self.targets.iter_mut();
        all.find(|one| one.row.id == target(n) && is_held(&one.row.lease, fence))
    }

    /// By whoever holds it; that ends the lease.
    fn write(&mut self, n: u128, fence: i64, now: i64, write: impl FnOnce(&mut OfTarget)) -> Expected {
        let Some(held) = self.held(n, fence) else { return no(StoreError::Fenced("the target")) };
        write(held);
        (held.row.detail, held.row.updated_at) = (detail(now), at(now));
        let_go(&mut held.row.lease);
        held.known = None;
        held.changes += 1;
        yes(())
    }
}
