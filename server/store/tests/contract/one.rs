//! One at a time, where a test is about one.

use domain::{
    ids::{CopyId, TargetId},
    shared::{CopyState, Task},
    store::{Finished, Leased, Result, StoreError, TargetResult, Tx},
    time::Timestamp,
};

pub async fn renew(tx: &mut dyn Tx, target: TargetId, fence: i64, until: Timestamp) -> Result<Option<Task>> {
    let mut renewed = tx.renew_targets(&[Leased { target, fence }], until).await?;
    renewed.remove(&target).ok_or(StoreError::Fenced("the target"))
}

/// Ends a hold.
pub async fn finish(
    tx: &mut dyn Tx,
    target: TargetId,
    fence: i64,
    result: TargetResult,
    at: Timestamp,
) -> Result<()> {
    let lease = Leased { target, fence };
    tx.finish_targets(&[Finished { lease, done: Task::Hold, result, at }]).await
}

pub async fn set_state(tx: &mut dyn Tx, copy: CopyId, state: CopyState) -> Result<()> {
    tx.set_copy_states(&[(copy, state)]).await
}
