//! Freeze first: unread copies go into the vault before anybody decides. Read ones stay where they are.

use crate::{target::TaskError, visit::Visit};
use domain::{case::effects, shared::CopyState, store::TargetResult};

/// Takes what is unread until nothing unread is left.
pub async fn hold(visit: &mut Visit) -> Result<TargetResult, TaskError> {
    visit.read_copies().await?;
    let mut session = visit.open().await?;
    visit.take_all(session.as_mut()).await?;
    let copies: Vec<CopyState> = visit.copies.iter().map(|copy| copy.state).collect();
    let state = effects::held_so_far(visit.job.target.state, &copies, visit.detail.seen_there);
    Ok(TargetResult { state, outcome: None, detail: visit.detail.clone() })
}
