//! Signing the trail as it is: soon after something was done, and whenever a case has ended.

use crate::{
    audit::Checkpoint,
    store::{Store, StoreError},
    time::Timestamp,
};
use std::time::Duration;
use thiserror::Error;
use verify::{
    checkpoint,
    finding::entries,
    note::{KeyError, Signer},
};

/// While there is work, a checkpoint at least so often.
pub const EVERY: Duration = Duration::from_mins(1);

/// With these a case ends, and whatever was done for it is to be signed at once.
const ENDS: [&str; 3] = ["case.finished", "case.closed", "case.restored"];

#[derive(Debug, Error)]
pub enum CheckpointError {
    /// Signing it would make a lie look true.
    #[error("the trail has {}, but {} were signed: the database was rolled back", entries(*.there), entries(*.signed))]
    RolledBack { there: u64, signed: u64 },
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A minute after the last one, or when a case has ended since.
    Due,
    /// Whenever there is something new: before the program ends.
    Now,
}

/// The new checkpoint. None: nothing is new, or it isn't time yet. `known`: the largest size known from elsewhere.
/// Several servers may do this at once; one of them makes it.
pub async fn make(
    store: &dyn Store,
    signer: &Signer,
    when: When,
    known: u64,
    now: Timestamp,
) -> Result<Option<Checkpoint>, CheckpointError> {
    let mut tx = store.read().await?;
    let head = tx.trail_head().await?;
    let last = tx.last_checkpoint().await?;
    let there = head.tree.size();
    let known = last.as_ref().map_or(known, |last| last.size.max(known));
    if there < known {
        return Err(CheckpointError::RolledBack { there, signed: known });
    }
    if there == known {
        return Ok(None);
    }
    if let Some(last) = last
        && when == When::Due
        && !is_over(last.at, now)
        && !tx.has_acted_after(last.size, &ENDS).await?
    {
        return Ok(None);
    }
    drop(tx);
    let text = checkpoint::write(&head.tree, signer)?;
    let made = Checkpoint { size: there, root: head.tree.root(), at: now, text };
    let mut tx = store.write().await?;
    let is_ours = tx.insert_checkpoint(&made).await?;
    tx.commit().await?;
    Ok(is_ours.then_some(made))
}

/// Also when the clock was set back: waiting until it has caught up could take for ever.
fn is_over(last: Timestamp, now: Timestamp) -> bool {
    now < last || now.since(last) >= EVERY
}
