//! Freeze first: unread copies go into the vault before anybody decides. Read ones stay where they are.

use crate::{target::TaskError, visit::Visit};
use domain::{case::effects, shared::CopyState, store::TargetResult};

/// Looks, takes what is unread, looks again until nothing unread is left.
pub async fn hold(visit: &mut Visit) -> Result<TargetResult, TaskError> {
    visit.read_copies().await?;
    let mut session = visit.open().await?;
    for _ in 0..LOOKS {
        let look = visit.look(session.as_mut()).await?;
        let unread = visit.covered(&look);
        if unread.is_empty() {
            return Ok(result(visit));
        }
        visit.take(session.as_mut(), &unread).await?;
    }
    Err(TaskError::KeptChanging)
}

fn result(visit: &Visit) -> TargetResult {
    let copies: Vec<CopyState> = visit.copies.iter().map(|copy| copy.state).collect();
    let state = effects::held_so_far(visit.job.target.state, &copies, visit.detail.seen_there);
    TargetResult { state, outcome: None, detail: visit.detail.clone() }
}

/// A client that changes a copy between two looks this often is left alone for a while.
pub const LOOKS: usize = 4;
