//! Wrapped keys, what wrapped them, and which master keys are retired.

use super::{Command, Expected, Said, model::Model, no, said, sorted, yes};
use crate::builders::{id, wrapped};
use domain::{
    store::{KeysBy, StoreError, Tx},
    vault::{KeyId, WrappedKey},
};
use proptest::{option, prelude::*};
use std::collections::BTreeMap;
use uuid::Uuid;

properties!(vault_keys: command());

/// Master key 0 has no id.
#[derive(Clone, Debug)]
enum Call {
    Key(u128, Wrap),
    Existing(u128),
    InUse,
    Walk { by: By, after: Option<u128>, limit: u32 },
    Replace { owner: u128, old: Wrap, new: Wrap },
    Retired,
    Retire(Vec<u8>),
    Destroy(u128),
}

/// By which master key, and which one of those.
#[derive(Clone, Copy, Debug)]
struct Wrap(u8, u8);

#[derive(Clone, Debug)]
enum By {
    Exactly(u8),
    AnyBut(u8),
}

fn command() -> impl Strategy<Value = Call> {
    let owner = || 1..=4_u128;
    let wrap = || (0..=3_u8, 0..2_u8).prop_map(|(by, which)| Wrap(by, which));
    let by = prop_oneof![(0..=3_u8).prop_map(By::Exactly), (1..=3_u8).prop_map(By::AnyBut)];
    prop_oneof![
        5 => (owner(), wrap()).prop_map(|(owner, wrap)| Call::Key(owner, wrap)),
        1 => owner().prop_map(Call::Existing),
        1 => Just(Call::InUse),
        2 => (by, option::of(owner()), 0..4_u32).prop_map(|(by, after, limit)| Call::Walk { by, after, limit }),
        4 => (owner(), wrap(), wrap()).prop_map(|(owner, old, new)| Call::Replace { owner, old, new }),
        1 => Just(Call::Retired),
        1 => prop::collection::vec(1..=3_u8, 0..3).prop_map(Call::Retire),
        1 => owner().prop_map(Call::Destroy),
    ]
}

fn master(n: u8) -> Option<KeyId> {
    (n > 0).then(|| wrapped(n, b"").by.unwrap())
}

impl Wrap {
    fn key(self) -> WrappedKey {
        WrappedKey { by: master(self.0), bytes: vec![self.0, self.1] }
    }
}

impl By {
    fn parsed(&self) -> KeysBy {
        match self {
            Self::Exactly(n) => KeysBy::Exactly(master(*n)),
            Self::AnyBut(n) => KeysBy::AnyBut(master(*n).unwrap()),
        }
    }
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::Key(owner, fresh) => said(tx.vault_key(Uuid::from_u128(*owner), &fresh.key()).await),
            Self::Existing(owner) => said(tx.existing_vault_key(Uuid::from_u128(*owner)).await),
            Self::InUse => said(sorted(tx.keys_in_use().await)),
            Self::Walk { by, after, limit } => {
                said(tx.wrapped_keys(by.parsed(), after.map(Uuid::from_u128), *limit).await)
            }
            Self::Replace { owner, old, new } => {
                said(tx.replace_key(Uuid::from_u128(*owner), &old.key(), &new.key()).await)
            }
            Self::Retired => said(sorted(tx.retired_keys().await)),
            Self::Retire(keys) => {
                said(tx.retire_keys(&keys.iter().filter_map(|n| master(*n)).collect::<Vec<_>>()).await)
            }
            Self::Destroy(case) => said(tx.destroy_key(id(*case)).await),
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        match self {
            Self::Key(owner, fresh) => {
                let (owner, fresh) = (Uuid::from_u128(*owner), fresh.key());
                let is_retired = fresh.by.is_some_and(|by| model.retired.contains(&by));
                if is_retired && !model.keys.contains_key(&owner) {
                    return no(StoreError::Conflict("the vault's master key"));
                }
                yes(model.keys.entry(owner).or_insert(fresh))
            }
            Self::Existing(owner) => yes(model.keys.get(&Uuid::from_u128(*owner))),
            Self::InUse => {
                let mut counts = BTreeMap::<_, u64>::new();
                for key in model.keys.values() {
                    *counts.entry(key.by).or_default() += 1;
                }
                yes(counts.into_iter().collect::<Vec<_>>())
            }
            Self::Walk { by, after, limit } => {
                let after = after.map_or(Uuid::nil(), Uuid::from_u128);
                let wanted = |key: &WrappedKey| match by {
                    By::Exactly(n) => key.by == master(*n),
                    By::AnyBut(n) => key.by != master(*n),
                };
                let found = model.keys.iter().filter(|(owner, key)| **owner > after && wanted(key));
                yes(found.take(usize::try_from(*limit).unwrap()).collect::<Vec<_>>())
            }
            Self::Replace { owner, old, new } => {
                let Some(key) = model.keys.get_mut(&Uuid::from_u128(*owner)) else { return yes(false) };
                let is_old = *key == old.key();
                if is_old {
                    *key = new.key();
                }
                yes(is_old)
            }
            Self::Retired => yes(model.retired.iter().collect::<Vec<_>>()),
            Self::Retire(keys) => {
                model.retired.extend(keys.iter().filter_map(|n| master(*n)));
                yes(())
            }
            Self::Destroy(case) => yes(model.keys.remove(&Uuid::from_u128(*case)).is_some()),
        }
    }

    fn looks() -> Vec<Self> {
        (1..=4).map(Self::Existing).chain([Self::InUse, Self::Retired]).collect()
    }
}
