//! What the vault keeps and may forget, over all that makes a difference to it.

use super::{Command, Expected, Said, model::Model, said, vault::Copy, yes};
use crate::builders::{at, id, wrapped};
use domain::{
    case::{Case, Detail},
    shared::{CaseState, CopyState, Task, Trouble},
    store::{ErasableCase, Tx},
    vault::status::{Bodies, CopyCount, NotPutBack},
};
use proptest::{option, prelude::*, sample::select};
use std::collections::BTreeMap;
use uuid::Uuid;

properties!(vault_care: command());

#[derive(Clone, Debug)]
enum Call {
    Erasable {
        before: i64,
        only: Option<u128>,
        limit: u32,
    },
    Due(i64),
    Copies,
    Bodies,
    Oldest,
    NotPutBack,
    /// The case gets there, whatever it was.
    Move {
        case: u128,
        state: CaseState,
        ended: Option<i64>,
    },
    Key(u128),
    Destroy(u128),
    Keep {
        n: u128,
        target: u128,
    },
    SetState(u128, CopyState),
    Empty(u128),
    /// A task is tried in vain at the first targets that are due.
    Fail(u32),
}

fn command() -> impl Strategy<Value = Call> {
    let case = || 1..=2_u128;
    let ends = [
        CaseState::Finished,
        CaseState::Closed,
        CaseState::Restored,
        CaseState::Releasing,
        CaseState::Restoring,
    ];
    prop_oneof![
        2 => (0..6_i64, option::weighted(0.3, case()), 0..3_u32)
            .prop_map(|(before, only, limit)| Call::Erasable { before, only, limit }),
        1 => (0..6_i64).prop_map(Call::Due),
        4 => (case(), select(ends.to_vec()), option::weighted(0.8, 0..6_i64))
            .prop_map(|(case, state, ended)| Call::Move { case, state, ended }),
        3 => case().prop_map(Call::Key),
        1 => case().prop_map(Call::Destroy),
        4 => (1..=9_u128, 0..6_u128).prop_map(|(n, target)| Call::Keep { n, target }),
        3 => (1..=9_u128, select(CopyState::ALL)).prop_map(|(n, state)| Call::SetState(n, state)),
        1 => case().prop_map(Call::Empty),
        2 => (1..=3_u32).prop_map(Call::Fail),
    ]
}

const KEEPS: [CopyState; 2] = [CopyState::Vaulted, CopyState::Held];

fn kept(n: u128, target: u128) -> Copy {
    Copy { n, target, name: 1, body: Some(7) }
}

fn moved(case: Case, state: CaseState, ended: Option<i64>) -> Case {
    Case { state, ended_at: ended.map(at), ..case }
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::Erasable { before, only, limit } => {
                said(tx.erasable(at(*before), only.map(id), *limit).await)
            }
            Self::Due(before) => said(tx.count_erasable(at(*before)).await),
            Self::Copies => {
                let counts = tx.copy_counts().await.map(|mut counts| {
                    counts.sort_by_key(|count| count.state);
                    counts
                });
                said(counts)
            }
            Self::Bodies => said(tx.body_counts().await),
            Self::Oldest => said(tx.oldest_kept().await),
            Self::NotPutBack => said(tx.not_put_back().await),
            Self::Move { case, state, ended } => {
                let case = tx.case(id(*case)).await.unwrap().unwrap();
                said(tx.update_case(&moved(case, *state, *ended)).await)
            }
            Self::Key(n) => said(tx.vault_key(Uuid::from_u128(*n), &wrapped(1, b"key")).await),
            Self::Destroy(case) => said(tx.destroy_key(id(*case)).await),
            Self::Keep { n, target } => said(tx.insert_copies(&[kept(*n, *target).sealed()]).await),
            Self::SetState(n, state) => said(tx.set_copy_states(&[(id(*n), *state)]).await),
            Self::Empty(case) => said(tx.empty_vault(id(*case)).await),
            Self::Fail(count) => {
                let detail = Detail { trouble: Some(Trouble::MailboxFull), ..Detail::default() };
                for target in tx.claim_targets("one", at(1), at(9), *count).await.unwrap() {
                    let (fence, tries) = (target.lease.fence, target.attempts + 1);
                    tx.postpone_target(target.id, fence, &detail, tries, at(0), at(1)).await.unwrap();
                }
                said(Ok(()))
            }
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        match self {
            Self::Erasable { before, only, limit } => {
                let mut due = model.erasable(*before);
                due.retain(|case| only.is_none_or(|only| case.id == id(only)));
                due.truncate(usize::try_from(*limit).unwrap());
                yes(due)
            }
            Self::Due(before) => yes(model.erasable(*before).len() as u64),
            Self::Copies => yes(model.copy_counts()),
            Self::Bodies => {
                let bytes = model.bodies.values().map(|body| body.len() as u64).sum();
                yes(Bodies { count: model.bodies.len() as u64, bytes })
            }
            Self::Oldest => {
                let with_bodies =
                    model.cases.iter().filter(|case| model.bodies.keys().any(|(owner, _)| *owner == case.id));
                let oldest = with_bodies.min_by_key(|case| (case.created_at, case.number));
                yes(oldest.map(|case| (case.number, case.created_at)))
            }
            Self::NotPutBack => yes(model.not_put_back()),
            Self::Move { case, state, ended } => {
                let case = model.cases.iter_mut().find(|one| one.id == id(*case)).unwrap();
                *case = moved(case.clone(), *state, *ended);
                case.version += 1;
                yes(&*case)
            }
            Self::Key(n) => yes(model.keys.entry(Uuid::from_u128(*n)).or_insert_with(|| wrapped(1, b"key"))),
            Self::Destroy(case) => yes(model.keys.remove(&Uuid::from_u128(*case)).is_some()),
            Self::Keep { n, target } => model.insert_copies(&[kept(*n, *target)]),
            Self::SetState(n, state) => model.set_copy_states(&BTreeMap::from([(*n, *state)])),
            Self::Empty(case) => model.empty(*case),
            Self::Fail(count) => {
                let due = model.targets.iter_mut().filter(|one| one.row.task == Some(Task::Hold));
                for one in due.take(usize::try_from(*count).unwrap()) {
                    one.row.attempts += 1;
                    one.row.detail.trouble = Some(Trouble::MailboxFull);
                }
                yes(())
            }
        }
    }

    fn looks() -> Vec<Self> {
        let erasable = Self::Erasable { before: 9, only: None, limit: 9 };
        vec![erasable, Self::Due(9), Self::Copies, Self::Bodies, Self::Oldest, Self::NotPutBack]
    }
}

impl Model {
    /// Ended, with a key; and, where everything should have gone back, with nothing left to put back.
    fn erasable(&self, before: i64) -> Vec<ErasableCase> {
        let keeps = |case: &Case| {
            let mut copies = self.copies.iter();
            copies.any(|copy| {
                copy.record.case == case.id && KEEPS.contains(&copy.record.state) && copy.header.is_some()
            })
        };
        let may_go = |case: &Case| match case.state {
            CaseState::Finished => true,
            CaseState::Closed | CaseState::Restored => !keeps(case),
            _ => false,
        };
        let mut due = Vec::new();
        for case in self.cases.iter().filter(|case| may_go(case) && self.keys.contains_key(&case.id.0)) {
            if let Some(ended_at) = case.ended_at.filter(|ended| *ended <= at(before)) {
                due.push(ErasableCase { id: case.id, number: case.number, ended_at });
            }
        }
        due.sort_by_key(|case| (case.ended_at, case.id));
        due
    }

    fn copy_counts(&self) -> Vec<CopyCount> {
        let count = |state: &CopyState| {
            let those: Vec<_> = self.copies.iter().filter(|copy| copy.record.state == *state).collect();
            CopyCount {
                state: *state,
                copies: those.len() as u64,
                bytes: those.iter().map(|copy| copy.record.size).sum(),
                kept: those.iter().filter(|copy| copy.header.is_some()).count() as u64,
            }
        };
        CopyState::ALL.iter().map(count).filter(|count| count.copies > 0).collect()
    }

    fn not_put_back(&self) -> Vec<NotPutBack> {
        let mut all = Vec::new();
        for one in &self.targets {
            let row = &one.row;
            let case = self.case(row.case).unwrap();
            let belongs_back = match case.state {
                CaseState::Closed | CaseState::Restored => true,
                CaseState::Releasing | CaseState::Restoring => row.attempts > 0,
                _ => false,
            };
            let kept = self.copies.iter().filter(|copy| {
                copy.record.target == row.id && KEEPS.contains(&copy.record.state) && copy.header.is_some()
            });
            let copies = kept.count() as u64;
            if belongs_back && copies > 0 {
                let (recipient, trouble) = (row.address().clone(), row.detail.trouble);
                all.push(NotPutBack {
                    case: case.number,
                    recipient,
                    copies,
                    trouble,
                    attempts: row.attempts,
                });
            }
        }
        all
    }
}
