//! Makes searchable what was in the index of sent mail before there was one of its words. Ends when all of it is; what
//! comes later brings its words along. Stopped midway, it goes on after the next start.

use domain::{portal::Portal, store::StoreError};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Messages in one transaction: people must not wait long for the next.
const BATCH: u32 = 100;

/// Leaves room for others between two of them.
const PAUSE: Duration = Duration::from_millis(10);

const AFTER_TROUBLE: Duration = Duration::from_secs(30);

pub async fn run(portal: Arc<Portal>, stop: CancellationToken) {
    let mut total = 0;
    loop {
        let pause = match batch(&portal).await {
            Ok(0) => break,
            Ok(count) => {
                total += count;
                PAUSE
            }
            Err(error) => {
                tracing::warn!(%error, "older sent mail isn't being made searchable");
                AFTER_TROUBLE
            }
        };
        if stop.run_until_cancelled(sleep(pause)).await.is_none() {
            break;
        }
    }
    if total > 0 {
        tracing::info!(messages = total, "older sent mail was made searchable");
    }
}

async fn batch(portal: &Portal) -> Result<u64, StoreError> {
    let mut tx = portal.store.write().await?;
    let count = tx.index_sent(BATCH).await?;
    tx.commit().await?;
    Ok(count)
}
