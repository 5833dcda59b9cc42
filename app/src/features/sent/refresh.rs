//! Reading the mailbox anew when the page opens, without making the person wait for it.

use crate::page::Visit;
use domain::sent_index::{self, IndexError};
use std::time::Duration;

/// The page waits so long; the reading goes on after that.
const PATIENCE: Duration = Duration::from_millis(1500);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    Fresh,
    /// Still being read, by this request or an earlier one.
    Reading,
    /// The mailbox can't be read now; the list is as of the last time.
    Unreadable,
}

pub async fn refresh(visit: &Visit) -> Freshness {
    let (portal, owner) = (visit.asked.portal.clone(), visit.viewer.person.clone());
    let reading = tokio::spawn(async move {
        let result = sent_index::refresh(&portal, &owner).await;
        if let Err(error) = &result {
            tracing::warn!(%error, owner = %owner.address, "sent mail not read");
        }
        result
    });
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(Ok(Ok(indexed))) if !indexed.busy => Freshness::Fresh,
        Ok(Ok(Ok(_))) | Err(_) => Freshness::Reading,
        Ok(Ok(Err(IndexError::Mail(_) | IndexError::Store(_))) | Err(_)) => Freshness::Unreadable,
    }
}
