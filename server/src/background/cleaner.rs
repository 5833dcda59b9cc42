//! Deletes what nobody comes back to: expired sessions, and requests that were begun and left.

use domain::{portal::Portal, store::StoreError};
use std::{sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_mins(10);

/// A request that was begun may wait over a long holiday.
const DRAFTS_KEPT: Duration = Duration::from_hours(30 * 24);

pub async fn run(portal: Arc<Portal>, stop: CancellationToken) {
    let mut turn = interval(EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(turn.tick()).await.is_some() {
        match clean(&portal).await {
            Ok((0, 0)) => {}
            Ok((sessions, drafts)) => tracing::info!(sessions, drafts, "cleaned up"),
            Err(error) => tracing::warn!(%error, "not cleaned up"),
        }
    }
}

/// How many sessions and drafts went.
async fn clean(portal: &Portal) -> Result<(u64, u64), StoreError> {
    let now = portal.world.now();
    let mut tx = portal.store.write().await?;
    let sessions = tx.delete_expired_sessions(now).await?;
    let drafts = tx.delete_old_drafts(now.minus(DRAFTS_KEPT)).await?;
    tx.commit().await?;
    Ok((sessions, drafts))
}
