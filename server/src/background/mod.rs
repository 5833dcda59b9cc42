//! What goes on beside the requests: the engine, the index of sent mail, cleaning up, erasing what is kept no longer.
//! Each ends by itself when told to stop, after finishing what it has in hand.

pub mod checkpoints;
mod cleaner;
mod indexer;
mod retention;
mod words;

use domain::{portal::Portal, store::StoreError};
use engine::{Engine, Waker};
use std::sync::Arc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Starts all of it in `tasks`; nothing, when this database bears no further engine.
pub async fn start(
    portal: &Arc<Portal>,
    waker: Waker,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let holder = format!("{}-{}", std::process::id(), portal.world.id::<uuid::Uuid>().simple());
    let enlisted = portal.store.enlist(&holder).await?;
    tasks.spawn(Engine::new(portal.clone(), waker, holder).run(enlisted, stop.clone()));
    tasks.spawn(indexer::run(portal.clone(), stop.clone()));
    tasks.spawn(cleaner::run(portal.clone(), stop.clone()));
    tasks.spawn(retention::run(portal.clone(), stop.clone()));
    tasks.spawn(words::run(portal.clone(), stop.clone()));
    Ok(())
}
