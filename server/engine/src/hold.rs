//! Freeze first: unread copies go into the vault before anybody decides. Read ones stay where they are.

use crate::target::{Job, TaskError};
use domain::{
    case::{Detail, state::target_may},
    shared::{CopyState, TargetState},
    store::TargetResult,
};

/// Looks, takes what is unread, looks again until nothing unread is left.
pub async fn hold(job: &Job<'_>, detail: &mut Detail) -> Result<TargetResult, TaskError> {
    let mut session = job.open().await?;
    for _ in 0..LOOKS {
        let look = job.look(session.as_mut(), detail).await?;
        let copies = job.reconcile(&look).await?;
        let unread: Vec<_> = look.copies.iter().filter(|copy| !copy.found.flags.seen).collect();
        if unread.is_empty() {
            let reached = if copies.iter().any(|copy| copy.state == CopyState::Held) {
                TargetState::Held
            } else if detail.seen_there {
                TargetState::Located
            } else {
                TargetState::Waiting
            };
            let state = if target_may(job.target.state, reached) { reached } else { job.target.state };
            return Ok(TargetResult { state, outcome: None, detail: detail.clone() });
        }
        for copy in unread {
            // One that changed is seen by the next look.
            job.take(session.as_mut(), copy).await?;
        }
    }
    Err(TaskError::KeptChanging)
}

/// A client that changes a copy between two looks this often is left alone for a while.
pub const LOOKS: usize = 4;
