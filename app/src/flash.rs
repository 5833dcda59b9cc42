//! Messages for the next page: posted forms end in a redirect, and say through the session how it went.

use crate::kit::Tone;
use serde::{Deserialize, Serialize};
use tower_sessions::{Session, session::Error};

const KEY: &str = "flash";

/// More would only be a page that nobody opened for long.
const MOST: usize = 5;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub tone: Tone,
    pub sentence: String,
}

pub async fn push(session: &Session, tone: Tone, sentence: String) -> Result<(), Error> {
    let mut waiting: Vec<Flash> = session.get(KEY).await?.unwrap_or_default();
    waiting.push(Flash { tone, sentence });
    let surplus = waiting.len().saturating_sub(MOST);
    waiting.drain(..surplus);
    session.insert(KEY, waiting).await
}

/// Each message is shown once. A session without any isn't touched.
pub async fn take(session: &Session) -> Result<Vec<Flash>, Error> {
    if session.get_value(KEY).await?.is_none() {
        return Ok(Vec::new());
    }
    Ok(session.remove(KEY).await?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::testing::empty;

    #[tokio::test]
    async fn shown_once_and_not_without_end() {
        let session = empty();
        assert_eq!(take(&session).await.unwrap(), []);
        for n in 0..7 {
            push(&session, Tone::Good, n.to_string()).await.unwrap();
        }
        let sentences: Vec<String> =
            take(&session).await.unwrap().into_iter().map(|flash| flash.sentence).collect();
        assert_eq!(sentences, ["2", "3", "4", "5", "6"]);
        assert_eq!(take(&session).await.unwrap(), []);
    }
}
