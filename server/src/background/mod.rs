//! What goes on beside the requests: the engine, the index of sent mail, and cleaning up. Each ends by itself when
//! told to stop, after finishing what it has in hand.

pub mod checkpoints;
mod cleaner;
mod indexer;

use domain::portal::Portal;
use engine::{Engine, Waker};
use std::sync::Arc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Starts all of it in `tasks`.
pub fn start(portal: &Arc<Portal>, waker: Waker, tasks: &TaskTracker, stop: &CancellationToken) {
    let holder = format!("{}-{}", std::process::id(), portal.world.id::<uuid::Uuid>().simple());
    tasks.spawn(Engine::new(portal.clone(), waker, holder).run(stop.clone()));
    tasks.spawn(indexer::run(portal.clone(), stop.clone()));
    tasks.spawn(cleaner::run(portal.clone(), stop.clone()));
}
