//! What the vault keeps, for whom, until when, and what needs a human.

use super::{KeyId, MasterKey};
use crate::{
    mail::EmailAddress,
    store::{ErasableCase, Store, StoreError},
    time::Timestamp,
};
use shared::{CaseNumber, CopyState, Trouble};
use std::time::Duration;

/// Copies in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyCount {
    pub state: CopyState,
    pub copies: u64,
    /// Of the messages as they were in the mailboxes.
    pub bytes: u64,
    /// Those whose sealed content is still here.
    pub kept: u64,
}

/// Sealed bodies, each shared by all copies of its case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bodies {
    pub count: u64,
    pub bytes: u64,
}

/// Somebody's mail that should be back in the mailbox, and isn't.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotPutBack {
    pub case: CaseNumber,
    pub recipient: EmailAddress,
    pub copies: u64,
    pub trouble: Option<Trouble>,
    /// Failed tries so far.
    pub attempts: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// None: wrapped before ids were kept.
    pub id: Option<KeyId>,
    /// In the key file.
    pub there: bool,
    pub wraps: u64,
}

#[derive(Clone, Debug)]
pub struct Status {
    pub copies: Vec<CopyCount>,
    pub bodies: Bodies,
    /// The oldest case with bodies, and when it was requested.
    pub oldest: Option<(CaseNumber, Timestamp)>,
    /// The first is the one that wraps.
    pub keys: Vec<KeyUse>,
    /// Cases that will be erased, whenever; how many of them are due now.
    pub to_erase: u64,
    pub due: u64,
    /// The next ones, and when.
    pub next: Vec<(CaseNumber, Timestamp)>,
    pub not_put_back: Vec<NotPutBack>,
}

/// Cases listed by number.
const NEXT: u32 = 5;

impl Status {
    pub fn needs_a_human(&self) -> bool {
        !self.not_put_back.is_empty() || self.keys.iter().any(|key| !key.there)
    }
}

pub async fn status(
    store: &dyn Store,
    key: &MasterKey,
    retention: Duration,
    now: Timestamp,
) -> Result<Status, StoreError> {
    let mut tx = store.read().await?;
    let ever = Timestamp(i64::MAX);
    let due_at = |case: ErasableCase| (case.number, case.ended_at.plus(retention));
    Ok(Status {
        copies: tx.copy_counts().await?,
        bodies: tx.body_counts().await?,
        oldest: tx.oldest_kept().await?,
        keys: keys(&key.ids(), &tx.keys_in_use().await?),
        to_erase: tx.count_erasable(ever).await?,
        due: tx.count_erasable(now.minus(retention)).await?,
        next: tx.erasable(ever, None, NEXT).await?.into_iter().map(due_at).collect(),
        not_put_back: tx.not_put_back().await?,
    })
}

fn keys(there: &[KeyId], in_use: &[(Option<KeyId>, u64)]) -> Vec<KeyUse> {
    let wraps = |id: Option<KeyId>| in_use.iter().filter(|(by, _)| *by == id).map(|(_, count)| count).sum();
    let in_file = there.iter().map(|id| KeyUse { id: Some(*id), there: true, wraps: wraps(Some(*id)) });
    let elsewhere = in_use.iter().filter(|(by, _)| by.is_none_or(|id| !there.contains(&id)));
    // Which key wrapped the nameless ones is only known by trying: the check at start does.
    let elsewhere = elsewhere.map(|(by, count)| KeyUse { id: *by, there: by.is_none(), wraps: *count });
    in_file.chain(elsewhere).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_used_and_not_there_stands_out() {
        let [a, b, c] = [1, 2, 3].map(|n| MasterKey::new([n; 32]).first_id());
        let keys = keys(&[a, b], &[(Some(b), 4), (Some(c), 1), (None, 2)]);
        let told: Vec<_> = keys.iter().map(|key| (key.id, key.there, key.wraps)).collect();
        assert_eq!(told, [(Some(a), true, 0), (Some(b), true, 4), (Some(c), false, 1), (None, true, 2)]);
    }
}
