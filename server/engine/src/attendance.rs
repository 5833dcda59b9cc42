//! Beside the work: our leases are kept alive, those of dead engines are ended, and hints from other processes wake us.

use crate::{target::LEASE, worker::Waker};
use domain::{
    portal::{Portal, Wake},
    store::{Enlisted, Result},
};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How often we look for dead engines; the first time at once, before anything is claimed.
const ROLL_CALL: Duration = Duration::from_secs(2);
/// A lease survives two heartbeats that fail.
const HEARTBEAT: Duration = Duration::from_secs(5);

pub async fn attend(
    portal: Arc<Portal>,
    holder: String,
    waker: Waker,
    mut enlisted: Box<dyn Enlisted>,
    ended: CancellationToken,
) {
    let mut roll_call = interval(ROLL_CALL);
    roll_call.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut beaten = Instant::now();
    loop {
        tokio::select! {
            () = ended.cancelled() => return,
            () = enlisted.hint() => waker.wake(),
            _ = roll_call.tick() => {
                match enlisted.free_orphans().await {
                    Ok(0) => {}
                    Ok(freed) => {
                        tracing::info!(freed, "engine: took over what a dead engine had in hand");
                        waker.wake();
                    }
                    Err(error) => tracing::warn!(%error, "engine: can't tell who is alive"),
                }
                if beaten.elapsed() >= HEARTBEAT {
                    beaten = Instant::now();
                    if let Err(error) = beat(&portal, &holder).await {
                        tracing::warn!(%error, "engine: leases not prolonged");
                    }
                }
            }
        }
    }
}

async fn beat(portal: &Portal, holder: &str) -> Result<()> {
    let mut tx = portal.store.write().await?;
    if tx.prolong_leases(holder, portal.world.now().plus(LEASE)).await? > 0 {
        tx.commit().await?;
    }
    Ok(())
}
