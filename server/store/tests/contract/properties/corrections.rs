//! The follow-up mails: planned, claimed, sent.

use super::{
    Command, Expected, Said,
    model::{Model, Outgoing, is_free, is_held, is_open, let_go, take},
    no, said, yes,
};
use crate::builders::{at, case, correction, id};
use domain::{
    case::Correction,
    ids::CorrectionId,
    shared::CorrectionState,
    store::{StoreError, Tx},
};
use proptest::{collection::btree_set, option, prelude::*, sample::select};
use std::collections::BTreeSet;

properties!(corrections: command());

/// Number 6 isn't there, and no case is number 3.
#[derive(Clone, Debug)]
enum Call {
    SaveText(u128, u8),
    Text(u128),
    OfCase(u128),
    OfTarget(u128),
    Get(u128),
    Claim { holder: &'static str, now: i64, until: i64, limit: u32 },
    Update { n: u128, fence: Option<i64>, state: CorrectionState, tries: u32, due: i64 },
    Settle { case: u128, state: CorrectionState, now: i64 },
    Prolong { holder: &'static str, rows: BTreeSet<u128>, until: i64 },
    Pulse(u128),
}

fn command() -> impl Strategy<Value = Call> {
    let (n, time, state) = (|| 0..=6_u128, || 0..8_i64, || select(CorrectionState::ALL));
    let case = || prop_oneof![12 => 1..=2_u128, 1 => Just(3)];
    let holder = || select(&["one", "other"]);
    let fence = || option::weighted(0.8, 1..=3_i64);
    prop_oneof![
        1 => (case(), any::<u8>()).prop_map(|(case, text)| Call::SaveText(case, text)),
        1 => case().prop_map(Call::Text),
        1 => n().prop_map(Call::OfTarget),
        1 => n().prop_map(Call::Get),
        5 => (holder(), time(), time(), 0..4_u32)
            .prop_map(|(holder, now, until, limit)| Call::Claim { holder, now, until, limit }),
        5 => (n(), fence(), state(), 0..9_u32, time())
            .prop_map(|(n, fence, state, tries, due)| Call::Update { n, fence, state, tries, due }),
        3 => (case(), state(), time()).prop_map(|(case, state, now)| Call::Settle { case, state, now }),
        1 => (holder(), btree_set(n(), 0..7), time())
            .prop_map(|(holder, rows, until)| Call::Prolong { holder, rows, until }),
    ]
}

fn number(n: u128) -> CorrectionId {
    id((n / 3 + 1) * 1_000_000 + n % 3)
}

/// All that an update writes, and something that it leaves alone.
fn changed(n: u128, state: CorrectionState, tries: u32, due: i64) -> Correction {
    let (_, targets) = case(n / 3 + 1, 3);
    let written = correction(&targets[usize::try_from(n % 3).unwrap()]);
    Correction {
        state,
        in_place: tries % 2 == 1,
        attempts: tries,
        due_at: at(due),
        problem: format!("第 {tries} 次"),
        sent_at: (state == CorrectionState::Sent).then(|| at(due)),
        to: crate::builders::named("nobody", "nobody@out.test"),
        ..written
    }
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::SaveText(case, text) => said(tx.save_correction_content(id(*case), &[*text]).await),
            Self::Text(case) => said(tx.correction_content(id(*case)).await),
            Self::OfCase(case) => said(tx.corrections(id(*case)).await),
            Self::OfTarget(n) => said(tx.correction_of(number(*n).0.into()).await),
            Self::Get(n) => said(tx.correction(number(*n)).await),
            Self::Claim { holder, now, until, limit } => {
                said(tx.claim_corrections(holder, at(*now), at(*until), *limit).await)
            }
            Self::Update { n, fence, state, tries, due } => {
                said(tx.update_correction(&changed(*n, *state, *tries, *due), *fence).await)
            }
            Self::Settle { case, state, now } => said(tx.settle_planned(id(*case), *state, at(*now)).await),
            Self::Prolong { holder, rows, until } => {
                let rows: Vec<_> = rows.iter().map(|n| number(*n).0).collect();
                said(tx.prolong_leases(holder, &rows, at(*until)).await)
            }
            Self::Pulse(case) => said(tx.case_pulse(id(*case)).await),
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        let rows = &mut model.corrections;
        match self {
            Self::SaveText(case, text) => {
                model.contents.insert(id(*case), vec![*text]);
                yes(())
            }
            Self::Text(case) => yes(model.contents.get(&id(*case))),
            Self::OfCase(case) => {
                let rows = rows.iter().map(|one| &one.row);
                yes(rows.filter(|row| row.case == id(*case)).collect::<Vec<_>>())
            }
            // Each has the number of its target.
            Self::OfTarget(n) | Self::Get(n) => {
                yes(rows.iter().map(|one| &one.row).find(|row| row.id == number(*n)))
            }
            Self::Claim { holder, now, until, limit } => {
                model.claim_corrections(holder, *now, *until, *limit)
            }
            Self::Update { n, fence, state, tries, due } => {
                let Some(one) = rows.iter_mut().find(|one| one.row.id == number(*n)) else {
                    let absent = StoreError::Missing("the correction");
                    return no(fence.map_or(absent, |_| StoreError::Fenced("the correction")));
                };
                if fence.is_some_and(|fence| !is_held(&one.row.lease, fence)) {
                    return no(StoreError::Fenced("the correction"));
                }
                let (lease, to) = (one.row.lease.clone(), one.row.to.clone());
                one.row = Correction { lease, to, ..changed(*n, *state, *tries, *due) };
                one.changes += 1;
                if *state != CorrectionState::Sending {
                    let_go(&mut one.row.lease);
                }
                yes(())
            }
            Self::Settle { case, state, now } => model.settle_planned(*case, *state, *now),
            Self::Prolong { holder, rows: named, until } => {
                let named = rows.iter_mut().filter(|one| named.iter().any(|n| one.row.id == number(*n)));
                let leases = named.map(|one| &mut one.row.lease);
                yes(leases.map(|lease| super::model::prolong(lease, holder, at(*until))).sum::<u64>())
            }
            Self::Pulse(case) => {
                let of_case = rows.iter().filter(|one| one.row.case == id(*case));
                yes(format!("1.0.{}", of_case.map(|one| one.changes).sum::<i64>()))
            }
        }
    }

    fn looks() -> Vec<Self> {
        (1..=2).flat_map(|case| [Self::OfCase(case), Self::Text(case), Self::Pulse(case)]).collect()
    }
}

impl Model {
    fn settle_planned(&mut self, case: u128, state: CorrectionState, now: i64) -> Expected {
        let is_planned = |row: &Correction| row.case == id(case) && row.state == CorrectionState::Planned;
        let mut count = 0_u64;
        for one in self.corrections.iter_mut().filter(|one| is_planned(&one.row)) {
            (one.row.state, one.row.due_at) = (state, at(now));
            one.changes += 1;
            count += 1;
        }
        yes(count)
    }

    pub fn claim_corrections(&mut self, holder: &str, now: i64, until: i64, limit: u32) -> Expected {
        let is_due = |one: &&mut Outgoing<Correction>| {
            is_open(one.row.state) && one.row.due_at <= at(now) && is_free(&one.row.lease, at(now))
        };
        let mut due: Vec<_> = self.corrections.iter_mut().filter(is_due).collect();
        due.sort_by_key(|one| one.row.due_at);
        due.truncate(if self.switch.running { usize::try_from(limit).unwrap() } else { 0 });
        for one in &mut due {
            take(&mut one.row.lease, holder, at(until));
            one.changes += 1;
        }
        yes(due.iter().map(|one| &one.row).collect::<Vec<_>>())
    }
}
