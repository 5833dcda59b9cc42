//! Erases what has been kept for long enough.

use domain::{portal::Portal, vault::retention};
use std::{sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_mins(10);

pub async fn run(portal: Arc<Portal>, stop: CancellationToken) {
    let mut turn = interval(EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(turn.tick()).await.is_some() {
        while !stop.is_cancelled() {
            match retention::erase_due(&portal).await {
                Ok(0) => break,
                Ok(cases) => tracing::info!(cases, "erased from the vault"),
                Err(error) => {
                    tracing::warn!(%error, "not erased from the vault");
                    break;
                }
            }
        }
        // Whatever was deleted since, and what couldn't be the last time.
        if let Err(error) = portal.store.purge().await {
            tracing::warn!(%error, "deleted, and not yet gone from the database's files");
        }
    }
}
