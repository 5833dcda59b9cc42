//! Beside the work: leases on what is in hand are kept alive, those of dead engines are ended, and hints from other processes wake us.

use crate::{in_hand::InHand, pulse::Pulse, target::LEASE, worker::Waker};
use domain::{
    portal::{Portal, Wake},
    store::{Enlisted, Result},
};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How often we look for dead engines; the first time at once, before anything is claimed.
const ROLL_CALL: Duration = Duration::from_secs(2);
/// One that fails is tried again with the next roll call; a lease survives some.
const HEARTBEAT: Duration = Duration::from_secs(5);

pub async fn attend(
    portal: Arc<Portal>,
    holder: String,
    waker: Waker,
    mut enlisted: Box<dyn Enlisted>,
    in_hand: InHand,
    pulse: Pulse,
    ended: CancellationToken,
) {
    let mut roll_call = interval(ROLL_CALL);
    roll_call.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut beaten = Instant::now();
    pulse.beat(beaten);
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
                let begun = Instant::now();
                if begun.duration_since(beaten) < HEARTBEAT {
                    continue;
                }
                match beat(&portal, &holder, &in_hand).await {
                    Ok(()) => {
                        beaten = begun;
                        pulse.beat(begun);
                    }
                    Err(error) => tracing::warn!(%error, "engine: leases not prolonged"),
                }
            }
        }
    }
}

/// Only what is worked on: a row whose visit ended without being settled, while the database was away, must run out.
async fn beat(portal: &Portal, holder: &str, in_hand: &InHand) -> Result<()> {
    let rows = in_hand.all();
    if rows.is_empty() {
        return Ok(());
    }
    let mut tx = portal.store.write().await?;
    if tx.prolong_leases(holder, &rows, portal.world.now().plus(LEASE)).await? > 0 {
        tx.commit().await?;
    }
    Ok(())
}
