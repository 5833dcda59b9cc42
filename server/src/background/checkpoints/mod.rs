//! Signs the trail while there is work, keeps the checkpoints in a file, and tells the witnesses.
//!
//! Any number of servers may do this over one database: each has its own file, a checkpoint is made by one of them
//! and told by one of them.

mod file;
mod witness;

use crate::config::Audit;
use domain::{
    checkpoint::{self, When},
    portal::Portal,
};
use file::CheckpointFile;
use std::{sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How soon the end of a case is noticed.
const LOOK_EVERY: Duration = Duration::from_secs(2);

pub fn start(portal: &Arc<Portal>, audit: Option<Audit>, tasks: &TaskTracker, stop: &CancellationToken) {
    let Some(audit) = audit.map(Arc::new) else {
        tracing::warn!(
            "the audit trail isn't signed: `recant key new FILE --signing NAME` makes a key for audit.key_file"
        );
        return;
    };
    tasks.spawn(sign(portal.clone(), audit.clone(), stop.clone()));
    if audit.witness_url.is_some() || audit.witness_mail.is_some() {
        tasks.spawn(witness::run(portal.clone(), audit, stop.clone()));
    }
}

/// Until it is told to stop, and once more then.
async fn sign(portal: Arc<Portal>, audit: Arc<Audit>, stop: CancellationToken) {
    let mut file = CheckpointFile::new(audit.checkpoint_file.clone());
    let mut turn = interval(LOOK_EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut said = String::new();
    loop {
        let goes_on = stop.run_until_cancelled(turn.tick()).await.is_some();
        let when = if goes_on { When::Due } else { When::Now };
        let problem = round(&portal, &audit, &mut file, when)
            .await
            .map_or_else(|error| format!("{error:#}"), |()| String::new());
        if problem != said && !problem.is_empty() {
            tracing::error!(problem, "no checkpoint of the audit trail");
        }
        said = problem;
        if !goes_on {
            return;
        }
    }
}

/// The file is looked at first: it may know of a longer trail than the database does.
pub(super) async fn round(
    portal: &Portal,
    audit: &Audit,
    file: &mut CheckpointFile,
    when: When,
) -> anyhow::Result<()> {
    let signed = file.last().await?;
    let now = portal.world.now();
    if let Some(made) = checkpoint::make(portal.store.as_ref(), &audit.signer, when, signed, now).await? {
        tracing::info!(size = made.size, "checkpoint of the audit trail");
    }
    file.follow(portal.store.as_ref()).await
}

#[cfg(test)]
mod tests;
