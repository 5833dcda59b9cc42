//! Reading the mailbox anew when the page opens, without making the person wait for all of it.

use domain::{
    org::Person,
    portal::Portal,
    sent_index::{self, FirstReading},
};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// The page waits so long; the reading goes on after that.
const PATIENCE: Duration = Duration::from_millis(1500);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    Fresh,
    /// Still being read, by this request or an earlier one. How far, when it is for the first time.
    Reading(Option<FirstReading>),
    /// The mailbox can't be read now; the list is as of the last time.
    Unreadable,
}

enum Attempt {
    Done,
    /// It goes on without us.
    Unfinished,
    /// Somebody else has been at it.
    Busy,
    Failed,
}

/// For a page that opens: what is newest is in the list, also where everything takes long.
pub async fn refresh(portal: &Arc<Portal>, owner: &Person) -> Freshness {
    match attempt(portal, owner).await {
        Attempt::Done => Freshness::Fresh,
        Attempt::Failed => Freshness::Unreadable,
        Attempt::Unfinished => Freshness::Reading(portal.readings.first(owner.id)),
        Attempt::Busy => {
            let has_newest = newest(portal, owner).await;
            match portal.readings.first(owner.id) {
                Some(first) => Freshness::Reading(Some(FirstReading { has_newest, ..first })),
                None if has_newest => Freshness::Fresh,
                None => Freshness::Reading(None),
            }
        }
    }
}

/// For a page that is open: a reading that was stopped goes on, and nobody asks for more.
pub async fn follow(portal: &Arc<Portal>, owner: &Person) -> Freshness {
    match attempt(portal, owner).await {
        Attempt::Done => Freshness::Fresh,
        Attempt::Failed => Freshness::Unreadable,
        Attempt::Unfinished | Attempt::Busy => Freshness::Reading(portal.readings.first(owner.id)),
    }
}

async fn attempt(portal: &Arc<Portal>, owner: &Person) -> Attempt {
    let (portal, owner) = (portal.clone(), owner.clone());
    let reading = tokio::spawn(async move {
        match sent_index::refresh(&portal, &owner).await {
            Ok(indexed) if indexed.busy => Attempt::Busy,
            Ok(_) => Attempt::Done,
            Err(error) => {
                tracing::warn!(%error, owner = %owner.address, "sent mail not read");
                Attempt::Failed
            }
        }
    });
    match timeout(PATIENCE, reading).await {
        Ok(attempt) => attempt.unwrap_or(Attempt::Failed),
        Err(_) => Attempt::Unfinished,
    }
}

/// Is it in the list?
async fn newest(portal: &Arc<Portal>, owner: &Person) -> bool {
    let (portal, owner) = (portal.clone(), owner.clone());
    let looking = tokio::spawn(async move {
        sent_index::catch_up(&portal, &owner).await.unwrap_or_else(|error| {
            tracing::warn!(%error, owner = %owner.address, "the newest sent mail not read");
            false
        })
    });
    matches!(timeout(PATIENCE, looking).await, Ok(Ok(true)))
}
