//! Messages for the next page: posted forms end in a redirect, and say through the session how it went.
//!
//! A page that loads itself again would take its message away before it is read. It asks with [`linger`] that its
//! messages stay for a while, on this page alone.

use crate::kit::Tone;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tower_sessions::{Session, session::Error};

const KEY: &str = "flash";

/// More would only be a page that nobody opened for long.
const MOST: usize = 5;

/// Long enough to notice, read and understand two sentences in a fright.
const READING: Duration = Duration::from_secs(20);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub tone: Tone,
    pub sentence: String,
    /// Where it stays, since when.
    #[serde(default)]
    stays: Option<(String, Timestamp)>,
}

/// What was read on an earlier page is over: beside news it would only confuse.
pub async fn push(session: &Session, tone: Tone, sentence: String) -> Result<(), Error> {
    let mut waiting = waiting(session).await?;
    waiting.retain(|flash| flash.stays.is_none());
    waiting.push(Flash { tone, sentence, stays: None });
    let surplus = waiting.len().saturating_sub(MOST);
    waiting.drain(..surplus);
    session.insert(KEY, waiting).await
}

/// The page at `path` loads itself again: messages that are new now stay on it while they are being read. Before
/// [`take`].
pub async fn linger(session: &Session, path: &str, now: Timestamp) -> Result<(), Error> {
    let mut waiting = waiting(session).await?;
    if waiting.iter().all(|flash| flash.stays.is_some()) {
        return Ok(());
    }
    for flash in &mut waiting {
        flash.stays.get_or_insert_with(|| (path.to_owned(), now));
    }
    session.insert(KEY, waiting).await
}

/// Each message is shown once, or for a while on one page. A session without any isn't touched.
pub async fn take(session: &Session, path: &str, now: Timestamp) -> Result<Vec<Flash>, Error> {
    let waiting = waiting(session).await?;
    if waiting.is_empty() {
        return Ok(waiting);
    }
    let stays = |flash: &Flash| {
        let (there, since) = flash.stays.as_ref()?;
        Some(there == path && now.since(*since) < READING)
    };
    let kept: Vec<&Flash> = waiting.iter().filter(|flash| stays(flash) == Some(true)).collect();
    if kept.is_empty() {
        session.remove_value(KEY).await?;
    } else if kept.len() < waiting.len() {
        session.insert(KEY, kept).await?;
    }
    Ok(waiting.into_iter().filter(|flash| stays(flash) != Some(false)).collect())
}

async fn waiting(session: &Session) -> Result<Vec<Flash>, Error> {
    Ok(session.get(KEY).await?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::testing::empty;

    const CASE: &str = "/cases/R-2026-000042";

    async fn taken(session: &Session, path: &str, seconds: i64) -> Vec<String> {
        let messages = take(session, path, Timestamp(seconds * 1000)).await.unwrap();
        messages.into_iter().map(|flash| flash.sentence).collect()
    }

    async fn say(session: &Session, sentence: &str) {
        push(session, Tone::Good, sentence.to_owned()).await.unwrap();
    }

    #[tokio::test]
    async fn shown_once_and_not_without_end() {
        let session = empty();
        assert!(taken(&session, CASE, 0).await.is_empty() && session.is_empty().await);
        for n in 0..7 {
            say(&session, &n.to_string()).await;
        }
        assert_eq!(taken(&session, CASE, 0).await, ["2", "3", "4", "5", "6"]);
        assert!(taken(&session, CASE, 0).await.is_empty());
    }

    #[tokio::test]
    async fn a_page_that_loads_itself_again_keeps_its_message_until_it_is_read() {
        let session = empty();
        say(&session, "withdrawn").await;
        for seconds in [0, 3, 6, 19] {
            linger(&session, CASE, Timestamp(seconds * 1000)).await.unwrap();
            assert_eq!(taken(&session, CASE, seconds).await, ["withdrawn"], "after {seconds} s");
        }
        linger(&session, CASE, Timestamp(20_000)).await.unwrap();
        assert!(taken(&session, CASE, 20).await.is_empty(), "counted from when it was first seen");
        assert!(session.is_empty().await);
    }

    #[tokio::test]
    async fn it_follows_nobody_to_another_page_and_makes_room_for_news() {
        let session = empty();
        say(&session, "requested").await;
        linger(&session, CASE, Timestamp(0)).await.unwrap();
        assert_eq!(taken(&session, CASE, 0).await, ["requested"]);
        say(&session, "withdrawn").await;
        linger(&session, CASE, Timestamp(1000)).await.unwrap();
        assert_eq!(taken(&session, CASE, 1).await, ["withdrawn"]);
        assert!(taken(&session, "/sent", 2).await.is_empty());
        assert!(taken(&session, CASE, 3).await.is_empty());
    }
}
