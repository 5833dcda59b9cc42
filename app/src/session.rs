//! What a browser's session holds: who signed in and when, messages for the next page, a kept form.
//! The store behind it and its lifetime are the server's; the cookie never leaves tower-sessions.

use domain::{ids::PersonId, time::Timestamp};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tower_sessions::{
    Session,
    session::{Error, Id},
};

/// Under this name the signed-in person's id stands in a session's data.
pub const PERSON: &str = "person";
const SIGNED_IN_AT: &str = "signed_in_at";

/// However busy, nobody stays signed in longer.
const MAX_AGE: Duration = Duration::from_hours(12);

/// The key a session is stored under: the database alone gives nobody's cookie away.
pub fn key(id: &Id) -> [u8; 32] {
    Sha256::digest(id.0.to_be_bytes()).into()
}

/// A fresh id, so that one planted before is worth nothing.
pub async fn sign_in(session: &Session, person: PersonId, now: Timestamp) -> Result<(), Error> {
    session.cycle_id().await?;
    session.insert(PERSON, person).await?;
    session.insert(SIGNED_IN_AT, now).await
}

pub async fn sign_out(session: &Session) -> Result<(), Error> {
    session.flush().await?;
    // What is said afterwards gets a session of its own: a request still under way must not find one to fill again.
    session.cycle_id().await
}

/// Who signed in here; nobody when that was too long ago.
pub async fn person(session: &Session, now: Timestamp) -> Result<Option<PersonId>, Error> {
    let since = session.get::<Timestamp>(SIGNED_IN_AT).await?;
    if since.is_none_or(|since| now.since(since) >= MAX_AGE) {
        return Ok(None);
    }
    session.get(PERSON).await
}

/// Typed at the last try, so that only the password must be typed again.
const ADDRESS: &str = "address";

pub async fn remember_address(session: &Session, address: &str) -> Result<(), Error> {
    session.insert(ADDRESS, address.chars().take(320).collect::<String>()).await
}

pub async fn take_address(session: &Session) -> Option<String> {
    session.get_value(ADDRESS).await.ok().flatten()?;
    session.remove(ADDRESS).await.ok().flatten()
}

#[cfg(test)]
pub mod testing {
    //! A session that is only in memory.

    use async_trait::async_trait;
    use std::sync::Arc;
    use tower_sessions::{
        Session, SessionStore,
        session::{Id, Record},
        session_store::Result,
    };

    #[derive(Debug)]
    struct Nowhere;

    #[async_trait]
    impl SessionStore for Nowhere {
        async fn save(&self, _: &Record) -> Result<()> {
            Ok(())
        }

        async fn load(&self, _: &Id) -> Result<Option<Record>> {
            Ok(None)
        }

        async fn delete(&self, _: &Id) -> Result<()> {
            Ok(())
        }
    }

    pub fn empty() -> Session {
        Session::new(None, Arc::new(Nowhere), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[tokio::test]
    async fn nobody_stays_signed_in_for_ever() {
        let session = testing::empty();
        let (mei, now) = (PersonId(Uuid::from_u128(1)), Timestamp(1_000));
        assert_eq!(person(&session, now).await.unwrap(), None);
        sign_in(&session, mei, now).await.unwrap();
        assert_eq!(person(&session, now).await.unwrap(), Some(mei));
        assert_eq!(person(&session, now.plus(MAX_AGE)).await.unwrap(), None);
    }

    #[tokio::test]
    async fn signing_out_leaves_nothing() {
        let session = testing::empty();
        sign_in(&session, PersonId(Uuid::from_u128(1)), Timestamp(0)).await.unwrap();
        remember_address(&session, "mei@x.test").await.unwrap();
        sign_out(&session).await.unwrap();
        assert!(session.is_empty().await);
        assert_eq!(take_address(&session).await, None);
    }
}
