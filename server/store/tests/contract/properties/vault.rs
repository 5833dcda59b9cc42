//! Sealed copies and their bodies.

use super::{
    Command, DANGLING, Expected, Said, broken,
    model::{Kept, Model},
    said, yes,
};
use crate::builders::{case, copy, id};
use domain::{
    case::SealedCopy,
    shared::CopyState,
    store::{StoreError, Tx},
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::select,
};
use std::collections::BTreeMap;

properties!(vault: command());

/// Targets as in `targets`; names of bodies are 32 times one byte.
#[derive(Clone, Debug)]
pub enum Call {
    Insert(Vec<Copy>),
    Copies(u128),
    Content(u128),
    SetStates(BTreeMap<u128, CopyState>),
    Empty(u128),
    SaveText(u128),
    Text(u128),
}

#[derive(Clone, Debug)]
pub struct Copy {
    pub n: u128,
    pub target: u128,
    pub name: u8,
    pub body: Option<u8>,
}

fn command() -> impl Strategy<Value = Call> {
    prop_oneof![
        6 => vec(any_copy(), 0..4).prop_map(Call::Insert),
        1 => (0..6_u128).prop_map(Call::Copies),
        1 => (1..=8_u128).prop_map(Call::Content),
        3 => btree_map(1..=8_u128, select(CopyState::ALL), 1..3).prop_map(Call::SetStates),
        1 => (1..=2_u128).prop_map(Call::Empty),
        1 => (1..=2_u128).prop_map(Call::SaveText),
        1 => (1..=2_u128).prop_map(Call::Text),
    ]
}

fn any_copy() -> impl Strategy<Value = Copy> {
    let facts = (1..=8_u128, 0..6_u128, 1..=2_u8, option::weighted(0.8, any::<u8>()));
    facts.prop_map(|(n, target, name, body)| Copy { n, target, name, body })
}

impl Copy {
    pub fn sealed(&self) -> SealedCopy {
        let (_, targets) = case(self.target / 3 + 1, 3);
        let target = &targets[usize::try_from(self.target % 3).unwrap()];
        let body = self.body.map(|byte| vec![byte; 3]);
        SealedCopy { body_name: [self.name; 32], ..copy(self.n, target, body.as_deref()) }
    }
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::Insert(copies) => {
                said(tx.insert_copies(&copies.iter().map(Copy::sealed).collect::<Vec<_>>()).await)
            }
            Self::Copies(target) => said(tx.copies(id((target / 3 + 1) * 1_000_000 + target % 3)).await),
            Self::Content(n) => said(tx.copy_content(id(*n)).await),
            Self::SetStates(states) => {
                let states: Vec<_> = states.iter().map(|(n, state)| (id(*n), *state)).collect();
                said(tx.set_copy_states(&states).await)
            }
            Self::Empty(case) => said(tx.empty_vault(id(*case)).await),
            Self::SaveText(case) => said(tx.save_correction_content(id(*case), b"text").await),
            Self::Text(case) => said(tx.correction_content(id(*case)).await),
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        match self {
            Self::Insert(copies) => model.insert_copies(copies),
            Self::Copies(target) => {
                let target = id((target / 3 + 1) * 1_000_000 + target % 3);
                let all = model.copies.iter().map(|copy| &copy.record);
                let mut found: Vec<_> = all.filter(|record| record.target == target).collect();
                found.sort_by_key(|record| record.id);
                yes(found)
            }
            Self::Content(n) => {
                let kept = model.copies.iter().find(|copy| copy.record.id == id(*n));
                let content = kept.and_then(|copy| {
                    let body = model.bodies.get(&(copy.record.case, copy.body_name?))?;
                    Some((copy.header.clone()?, body.clone()))
                });
                yes(content)
            }
            Self::SetStates(states) => model.set_copy_states(states),
            Self::Empty(case) => model.empty(*case),
            Self::SaveText(case) => {
                model.contents.insert(id(*case), b"text".to_vec());
                yes(())
            }
            Self::Text(case) => yes(model.contents.get(&id(*case))),
        }
    }

    fn looks() -> Vec<Self> {
        let texts = (1..=2).map(Self::Text);
        (0..6).map(Self::Copies).chain((1..=8).map(Self::Content)).chain(texts).collect()
    }
}

impl Model {
    pub fn insert_copies(&mut self, copies: &[Copy]) -> Expected {
        let sealed: Vec<_> = copies.iter().map(Copy::sealed).collect();
        for copy in &sealed {
            if let Some(body) = &copy.body {
                // The first one stays: whoever came later sealed the same.
                self.bodies.entry((copy.record.case, copy.body_name)).or_insert_with(|| body.clone());
            }
        }
        for copy in &sealed {
            if self.copies.iter().any(|known| known.record.id == copy.record.id) {
                return broken(StoreError::Conflict("the vaulted copy"));
            }
            let (header, body_name) = (Some(copy.header.clone()), Some(copy.body_name));
            self.copies.push(Kept { record: copy.record.clone(), header, body_name });
        }
        if sealed.iter().any(|copy| !self.bodies.contains_key(&(copy.record.case, copy.body_name))) {
            return broken(DANGLING);
        }
        yes(())
    }

    pub fn set_copy_states(&mut self, states: &BTreeMap<u128, CopyState>) -> Expected {
        for (n, state) in states {
            let Some(copy) = self.copies.iter_mut().find(|copy| copy.record.id == id(*n)) else {
                return broken(StoreError::Missing("the vaulted copy"));
            };
            copy.record.state = *state;
            copy.header =
                copy.header.take().filter(|_| matches!(state, CopyState::Vaulted | CopyState::Held));
        }
        yes(())
    }

    pub fn empty(&mut self, case: u128) -> Expected {
        for copy in self.copies.iter_mut().filter(|copy| copy.record.case == id(case)) {
            (copy.header, copy.body_name) = (None, None);
        }
        self.bodies.retain(|(owner, _), _| *owner != id(case));
        self.contents.remove(&id(case));
        yes(())
    }
}
