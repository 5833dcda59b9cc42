//! The switch, and what is under way when it is turned.

use super::{
    Command, DANGLING, Expected, Said, broken,
    model::{Model, let_go},
    said, yes,
};
use crate::builders::{BO, at, id};
use domain::{
    engine_switch::{InFlight, Switch},
    shared::CorrectionState,
    store::Tx,
};
use proptest::{option, prelude::*};

properties!(engine_switch: command());

#[derive(Clone, Debug)]
enum Call {
    Switch,
    Turn {
        running: bool,
        by: Option<u128>,
        time: i64,
    },
    InFlight(i64),
    /// What is under way now.
    Note(i64),
    ClaimTargets {
        now: i64,
        until: i64,
        limit: u32,
    },
    ClaimCorrections {
        now: i64,
        until: i64,
        limit: u32,
    },
    /// The first correction with a lease ends.
    EndCorrection,
}

fn command() -> impl Strategy<Value = Call> {
    let time = || 0..8_i64;
    // Nobody is number 3.
    let by = option::of(prop_oneof![9 => Just(BO), 1 => Just(3)]);
    let claim = || (time(), time(), 0..4_u32);
    prop_oneof![
        1 => Just(Call::Switch),
        3 => (any::<bool>(), by, time()).prop_map(|(running, by, time)| Call::Turn { running, by, time }),
        2 => time().prop_map(Call::InFlight),
        2 => time().prop_map(Call::Note),
        4 => claim().prop_map(|(now, until, limit)| Call::ClaimTargets { now, until, limit }),
        4 => claim().prop_map(|(now, until, limit)| Call::ClaimCorrections { now, until, limit }),
        1 => Just(Call::EndCorrection),
    ]
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::Switch => said(tx.engine_switch().await),
            Self::Turn { running, by, time } => {
                said(tx.turn_engine(*running, by.map(id), at(*time), &format!("第 {time} 次")).await)
            }
            Self::InFlight(now) => said(tx.in_flight(at(*now)).await),
            Self::Note(now) => {
                let flying = tx.in_flight(at(*now)).await.unwrap();
                said(tx.note_in_flight(&flying).await)
            }
            Self::ClaimTargets { now, until, limit } => {
                said(tx.claim_targets("one", at(*now), at(*until), *limit).await)
            }
            Self::ClaimCorrections { now, until, limit } => {
                said(tx.claim_corrections("one", at(*now), at(*until), *limit).await)
            }
            Self::EndCorrection => {
                for mut correction in tx.corrections(id(2)).await.unwrap() {
                    if correction.lease.holder.is_some() {
                        correction.state = CorrectionState::Sent;
                        return said(tx.update_correction(&correction, Some(correction.lease.fence)).await);
                    }
                }
                said(Ok(()))
            }
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        match self {
            Self::Switch => yes(&model.switch),
            Self::Turn { running, .. } if model.switch.running == *running => yes(false),
            Self::Turn { by: Some(3), .. } => broken(DANGLING),
            Self::Turn { running, by, time } => {
                let in_flight = std::mem::take(&mut model.switch.in_flight);
                let (changed_by, changed_at, reason) = (by.map(id), at(*time), format!("第 {time} 次"));
                model.switch = Switch { running: *running, changed_by, changed_at, reason, in_flight };
                yes(true)
            }
            Self::InFlight(now) => yes(model.in_flight(*now)),
            Self::Note(now) => {
                model.switch.in_flight = model.in_flight(*now);
                yes(())
            }
            Self::ClaimTargets { now, until, limit } => model.claim("one", *now, *until, *limit),
            Self::ClaimCorrections { now, until, limit } => {
                model.claim_corrections("one", *now, *until, *limit)
            }
            Self::EndCorrection => {
                let mut all = model.corrections.iter_mut();
                if let Some(held) = all.find(|one| one.row.lease.holder.is_some()) {
                    held.row.state = CorrectionState::Sent;
                    let_go(&mut held.row.lease);
                }
                yes(())
            }
        }
    }

    fn looks() -> Vec<Self> {
        vec![Self::Switch, Self::InFlight(3)]
    }
}

impl Model {
    /// By case, in the order of insertion; mails come after mailboxes.
    fn in_flight(&self, now: i64) -> Vec<InFlight> {
        let number = |case| self.case(case).unwrap().number;
        let targets =
            self.targets.iter().filter(|one| one.row.lease.until.is_some_and(|until| until > at(now)));
        let targets = targets.map(|one| InFlight {
            case: number(one.row.case),
            target: one.row.id,
            recipient: one.row.address().clone(),
            task: one.known,
        });
        let mails =
            self.corrections.iter().filter(|one| one.row.lease.until.is_some_and(|until| until > at(now)));
        let mails = mails.map(|one| InFlight {
            case: number(one.row.case),
            target: one.row.target,
            recipient: one.row.to.address.clone(),
            task: None,
        });
        targets.chain(mails).collect()
    }
}
