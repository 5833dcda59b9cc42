//! One at a time, where a test is about one.

use async_trait::async_trait;
use domain::{
    ids::{CopyId, TargetId},
    shared::{CopyState, Task},
    store::{Finished, Leased, Result, StoreError, TargetResult, Tx},
    time::Timestamp,
};

#[async_trait]
pub trait One {
    async fn renew_target(&mut self, id: TargetId, fence: i64, until: Timestamp) -> Result<Option<Task>>;

    async fn finish_target(
        &mut self,
        id: TargetId,
        fence: i64,
        done: Task,
        result: &TargetResult,
        now: Timestamp,
    ) -> Result<()>;

    async fn set_copy_state(&mut self, copy: CopyId, state: CopyState) -> Result<()>;
}

#[async_trait]
impl<T: Tx + ?Sized> One for T {
    async fn renew_target(&mut self, id: TargetId, fence: i64, until: Timestamp) -> Result<Option<Task>> {
        let mut renewed = self.renew_targets(&[Leased { target: id, fence }], until).await?;
        renewed.remove(&id).ok_or(StoreError::Fenced("the target"))
    }

    async fn finish_target(
        &mut self,
        id: TargetId,
        fence: i64,
        done: Task,
        result: &TargetResult,
        now: Timestamp,
    ) -> Result<()> {
        let lease = Leased { target: id, fence };
        self.finish_targets(&[Finished { lease, done, result: result.clone(), at: now }]).await
    }

    async fn set_copy_state(&mut self, copy: CopyId, state: CopyState) -> Result<()> {
        self.set_copy_states(&[(copy, state)]).await
    }
}
