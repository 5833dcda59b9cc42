//! Keeps the index of sent mail up to date for everybody, so that a search finds what was sent from elsewhere, too.

use domain::{
    org::Person,
    portal::Portal,
    sent_index::{self, IndexError},
    store::StoreError,
};
use futures::StreamExt as _;
use std::{sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_mins(1);

/// Mailboxes looked at side by side: few, because people and the engine come first.
const SIDE_BY_SIDE: usize = 3;

pub async fn run(portal: Arc<Portal>, stop: CancellationToken) {
    let mut turn = interval(EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(turn.tick()).await.is_some() {
        if let Err(error) = round(&portal, &stop).await {
            tracing::warn!(%error, "sent mail isn't being indexed");
        }
    }
}

async fn round(portal: &Portal, stop: &CancellationToken) -> Result<(), StoreError> {
    let directory = portal.directory().await?;
    let owners: Vec<Person> =
        directory.people().into_iter().filter(|person| person.active).cloned().collect();
    futures::stream::iter(owners)
        .take_until(stop.cancelled())
        .for_each_concurrent(SIDE_BY_SIDE, |owner| async move { refresh(portal, &owner).await })
        .await;
    Ok(())
}

async fn refresh(portal: &Portal, owner: &Person) {
    match sent_index::refresh(portal, owner).await {
        Ok(done) if done.added + done.gone > 0 => {
            tracing::debug!(owner = %owner.id, added = done.added, gone = done.gone, "sent mail indexed");
        }
        // People without a mailbox here are nothing to report every minute.
        Ok(_) | Err(IndexError::Mail(domain::mail_system::MailError::NoSuchMailbox(_))) => {}
        Err(error) => tracing::warn!(owner = %owner.id, %error, "sent mail not indexed"),
    }
}
