//! The ports for the trail and its checkpoints.

use super::Result;
use crate::{audit, ids::CaseId, time::Timestamp};
use async_trait::async_trait;

#[async_trait]
pub trait Audit: Send {
    /// Appends in this transaction (I9). Written when it commits, after everything else and all entries at the cost
    /// of one: concurrent transactions wait for each other there, so the wait is short and never crosswise.
    async fn record(&mut self, entry: &audit::NewEntry) -> Result<()>;

    /// Where the next entry goes.
    async fn trail_head(&mut self) -> Result<audit::Head>;

    /// Of one case, oldest first.
    async fn trail_of(&mut self, case: CaseId) -> Result<Vec<audit::Entry>>;

    /// Entries after `seq`, oldest first.
    async fn trail_after(&mut self, seq: i64, limit: u32) -> Result<Vec<audit::Entry>>;

    /// Is one of these actions in the trail after its first `size` entries?
    async fn has_acted_after(&mut self, size: u64, actions: &[&'static str]) -> Result<bool>;
}

#[async_trait]
pub trait Checkpoints: Send {
    /// False: there is one of this size, which stays as it is.
    async fn insert_checkpoint(&mut self, checkpoint: &audit::Checkpoint) -> Result<bool>;

    /// The largest.
    async fn last_checkpoint(&mut self) -> Result<Option<audit::Checkpoint>>;

    /// Larger than `size`, the smallest first.
    async fn checkpoints_after(&mut self, size: u64, limit: u32) -> Result<Vec<audit::Checkpoint>>;

    /// The last checkpoint, if this witness doesn't know it and it is time; until `until` nobody else gets it.
    async fn claim_witness(
        &mut self,
        witness: audit::Witness,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<audit::Checkpoint>>;

    /// It knows the checkpoint of this size now, and hears of another not before `due_at`.
    async fn tell_witness(&mut self, witness: audit::Witness, size: u64, due_at: Timestamp) -> Result<()>;
}
