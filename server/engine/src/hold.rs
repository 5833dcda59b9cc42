//! Freeze first: unread copies go into the vault before anybody decides. Read ones stay where they are.

use crate::{target::TaskError, visit::Visit};
use domain::{
    case::state::target_may,
    shared::{CopyState, TargetState},
    store::TargetResult,
};

/// Looks, takes what is unread, looks again until nothing unread is left.
pub async fn hold(visit: &mut Visit) -> Result<TargetResult, TaskError> {
    visit.read_copies().await?;
    let mut session = visit.open().await?;
    for _ in 0..LOOKS {
        let look = visit.look(session.as_mut()).await?;
        let unread: Vec<_> = look.copies.iter().filter(|copy| !copy.found.flags.seen).collect();
        if unread.is_empty() {
            return Ok(result(visit));
        }
        visit.take(session.as_mut(), &unread).await?;
    }
    Err(TaskError::KeptChanging)
}

fn result(visit: &Visit) -> TargetResult {
    let before = visit.job.target.state;
    let reached = if visit.copies.iter().any(|copy| copy.state == CopyState::Held) {
        TargetState::Held
    } else if visit.detail.seen_there {
        TargetState::Located
    } else {
        TargetState::Waiting
    };
    let state = if target_may(before, reached) { reached } else { before };
    TargetResult { state, outcome: None, detail: visit.detail.clone() }
}

/// A client that changes a copy between two looks this often is left alone for a while.
pub const LOOKS: usize = 4;
