//! Another master key: everything is wrapped again under the first one, then the old ones can go.
//!
//! Before anything is wrapped again the old keys are retired in the database, which from then on takes no case key
//! wrapped by them: a process that read the key file long ago can't bring an old key back into use.

use super::{KeyId, MasterKey, SealError};
use crate::{
    audit::{Actor, NewEntry},
    store::{KeysBy, Store, StoreError},
    time::Timestamp,
    world::World,
};
use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

/// Wrapped again in one transaction: few enough that nobody waits for it.
const BATCH: u32 = 200;

/// Why the vault can't be used with this key file. Each says what to do.
#[derive(Debug, Error)]
pub enum KeysError {
    #[error(
        "{count} case keys of the vault are wrapped by master key {needed}, and the key file (vault.key_file) holds {there}. \
         Put the key file back that holds {needed}, or add that key's line from your copy at the end of the file. \
         Nothing was touched", there = list(.there)
    )]
    Missing { needed: KeyId, count: u64, there: Vec<KeyId> },
    #[error(
        "{count} case keys of the vault were wrapped before keys had ids, by another key than those of the key file \
         (vault.key_file), which holds {there}. Put the key file back that was in use. Nothing was touched",
        there = list(.there)
    )]
    Other { count: u64, there: Vec<KeyId> },
    #[error(
        "the first key of the key file (vault.key_file), {0}, was replaced by another one: \
         use the newer key file. Nothing was touched"
    )]
    Retired(KeyId),
    #[error(
        "the case key of {0} doesn't open with the key that wrapped it: the row was changed. Restore it from a backup"
    )]
    Damaged(Uuid),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Is every key there that something is wrapped by? Looks only.
pub async fn check(store: &dyn Store, key: &MasterKey) -> Result<(), KeysError> {
    let there = key.ids();
    let mut tx = store.read().await?;
    for (by, count) in tx.keys_in_use().await? {
        if let Some(needed) = by.filter(|id| !there.contains(id)) {
            return Err(KeysError::Missing { needed, count, there });
        }
        // One of them proves the key; its id alone is only a name.
        for (owner, wrapped) in tx.wrapped_keys(KeysBy::Exactly(by), None, 1).await? {
            if key.unwrap(owner, &wrapped).is_err() {
                return Err(match by {
                    Some(_) => KeysError::Damaged(owner),
                    None => KeysError::Other { count, there },
                });
            }
        }
    }
    if tx.retired_keys().await?.contains(&key.first_id()) {
        return Err(KeysError::Retired(key.first_id()));
    }
    Ok(())
}

/// Wraps every case key under the first key; how many were. Broken off, it goes on where it stopped; two at once,
/// each does a part; the portal may run meanwhile.
pub async fn rewrap(store: &dyn Store, key: &MasterKey, world: &World) -> Result<u64, KeysError> {
    check(store, key).await?;
    let first = key.first_id();
    retire(store, key, world).await?;
    let (mut done, mut after) = (0, None);
    loop {
        let mut tx = store.write().await?;
        let batch = tx.wrapped_keys(KeysBy::AnyBut(first), after, BATCH).await?;
        let Some((last, _)) = batch.last() else { return Ok(done) };
        after = Some(*last);
        let mut changed = 0;
        for (owner, wrapped) in &batch {
            let fresh = key.rewrap(*owner, wrapped, world).map_err(|SealError| KeysError::Damaged(*owner))?;
            // False: destroyed or wrapped by somebody else since it was read.
            changed += u64::from(tx.replace_key(*owner, wrapped, &fresh).await?);
        }
        if changed > 0 {
            let detail = json!({ "keys": changed, "by": first.to_string() });
            tx.record(&entry(world.now(), "vault.rewrapped", detail)).await?;
            tx.commit().await?;
        }
        done += changed;
    }
}

/// Keys of the file that nothing is wrapped by and nothing will ever be again.
pub async fn dispensable(store: &dyn Store, key: &MasterKey) -> Result<Vec<KeyId>, KeysError> {
    check(store, key).await?;
    let first = key.first_id();
    let mut tx = store.read().await?;
    let retired = tx.retired_keys().await?;
    let in_use = tx.keys_in_use().await?;
    if in_use.iter().any(|(by, _)| by.is_none()) {
        // Nobody knows by which of them.
        return Ok(Vec::new());
    }
    let used = |id: &KeyId| in_use.iter().any(|(by, _)| by.as_ref() == Some(id));
    Ok(key.ids().into_iter().filter(|id| *id != first && retired.contains(id) && !used(id)).collect())
}

async fn retire(store: &dyn Store, key: &MasterKey, world: &World) -> Result<(), KeysError> {
    let mut tx = store.write().await?;
    let known = tx.retired_keys().await?;
    let old: Vec<KeyId> = key.ids().into_iter().skip(1).filter(|id| !known.contains(id)).collect();
    if old.is_empty() {
        return Ok(());
    }
    tx.retire_keys(&old).await?;
    let names: Vec<String> = old.iter().map(KeyId::to_string).collect();
    let detail = json!({ "retired": names, "first": key.first_id().to_string() });
    tx.record(&entry(world.now(), "vault.keys_retired", detail)).await?;
    Ok(tx.commit().await?)
}

fn entry(at: Timestamp, action: &'static str, detail: Value) -> NewEntry {
    NewEntry { at, actor: Actor::System, action, case: None, target: None, detail, sealed: None }
}

fn list(ids: &[KeyId]) -> String {
    ids.iter().map(KeyId::to_string).collect::<Vec<_>>().join(", ")
}
