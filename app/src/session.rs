//! What a browser's session holds: who signed in and when, messages for the next page, a kept form.
//! The store behind it is the server's; the cookie never leaves tower-sessions.

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
const MAX_AGE: Duration = Duration::from_secs(12 * 60 * 60);

/// The key a session is stored under: the database alone gives nobody's cookie away.
pub fn key(id: &Id) -> [u8; 32] {
    Sha256::digest(id.0.to_be_bytes()).into()
}

/// A fresh id, so that one planted before is worth nothing.
pub async fn sign_in(session: &Session, person: PersonId, now: Timestamp) -> Result<(), Error> {
    session.cycle_id().await?;
    session.set_expiry(None);
    session.insert(PERSON, person).await?;
    session.insert(SIGNED_IN_AT, now).await
}

pub async fn sign_out(session: &Session) -> Result<(), Error> {
    session.flush().await
}

/// Who signed in here; nobody when that was too long ago.
pub async fn person(session: &Session, now: Timestamp) -> Result<Option<PersonId>, Error> {
    let since = session.get::<Timestamp>(SIGNED_IN_AT).await?;
    if since.is_none_or(|since| now.since(since) >= MAX_AGE) {
        return Ok(None);
    }
    session.get(PERSON).await
}

/// Anonymous sessions hold a message or a kept form, and not for long.
pub fn make_short_lived(session: &Session) {
    session.set_expiry(Some(tower_sessions::Expiry::OnInactivity(tower_sessions::cookie::time::Duration::hours(1))));
}
