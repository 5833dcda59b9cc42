//! Signed-in browsers: tower-sessions over the domain's store.
//!
//! The cookie holds a random id, the database its hash (`app::session::key`), so that a stolen database signs
//! nobody in. The cookie lives as long as the browser; how long a session lasts is decided here alone.

use crate::config::PublicUrl;
use async_trait::async_trait;
use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::{ids::PersonId, portal::Portal, store::StoreError, time::Timestamp};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::HashMap, fmt, sync::Arc, time::Duration};
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::{SameSite, time::OffsetDateTime},
    session::{Id, Record},
    session_store,
};

/// Signed in, and nothing done for so long: signed out.
const IDLE: Duration = Duration::from_hours(12);

/// A session without a person holds a message or a form typed before signing in. From its beginning on, however much
/// it is used: otherwise anybody could have the database keep things for ever.
const ANONYMOUS: Duration = Duration::from_hours(1);

/// A session in use is prolonged at most so often: one write for many requests.
const PROLONGED_AFTER: Duration = Duration::from_mins(10);

#[derive(Clone)]
pub struct PortalSessions {
    portal: Arc<Portal>,
}

/// A session's row.
#[derive(Serialize, Deserialize)]
struct Stored {
    prolonged_at: Timestamp,
    values: HashMap<String, Value>,
}

/// The cookie's name. Browsers take `__Host-` only with Secure and without a domain, so that no other host and no
/// plain connection can plant it; plain http is for this machine alone (see [`PublicUrl`]), where not every
/// browser takes Secure cookies.
pub fn cookie_name(url: &PublicUrl) -> &'static str {
    if url.is_https() { "__Host-recant" } else { "recant" }
}

pub fn layer(portal: Arc<Portal>, url: &PublicUrl) -> SessionManagerLayer<PortalSessions> {
    SessionManagerLayer::new(PortalSessions { portal })
        .with_name(cookie_name(url))
        .with_secure(url.is_https())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnSessionEnd)
}

/// On every answer that comes from behind the session layer.
#[derive(Clone, Copy)]
struct Answered;

/// The step was taken, or wasn't: only what was to be said about it is lost.
#[derive(Clone, Copy)]
pub struct Unsure;

/// Inside of the session layer.
pub async fn answered(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.extensions_mut().insert(Answered);
    response
}

/// Outside of it. tower-sessions puts a bare 500 in the place of an answer whose session it can't save: the
/// database took no write, and may take it in a moment.
pub async fn unsaved(request: Request, next: Next) -> Response {
    let is_safe = request.method().is_safe();
    let response = next.run(request).await;
    let is_replaced = response.extensions().get::<Answered>().is_none();
    if is_replaced && response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
        if !is_safe {
            response.extensions_mut().insert(Unsure);
        }
        return response;
    }
    response
}

impl PortalSessions {
    async fn write(&self, record: &Record, must_exist: bool) -> Result<(), StoreError> {
        let now = self.portal.world.now();
        let key = app::session::key(&record.id);
        let mut stored = Stored { prolonged_at: now, values: record.data.clone() };
        let is_anonymous = stored.person().is_none();
        if is_anonymous && !must_exist && !self.portal.allowance.take_session(now) {
            tracing::warn!("too many sessions without a person");
            return Ok(());
        }
        let mut tx = self.portal.store.write().await?;
        if must_exist {
            // A request that was under way during the sign-out must not bring the session back.
            let Some(known) = tx.session(&key, now).await? else { return Ok(()) };
            if is_anonymous && let Some(known) = Stored::of_bytes(&known) {
                stored.prolonged_at = known.prolonged_at;
            }
        }
        tx.save_session(&key, stored.person(), &stored.to_bytes()?, stored.expires_at()).await?;
        tx.commit().await
    }

    async fn read(&self, id: &Id) -> Result<Option<Record>, StoreError> {
        let now = self.portal.world.now();
        let row = self.portal.store.read().await?.session(&app::session::key(id), now).await?;
        let Some(stored) = row.and_then(|bytes| Stored::of_bytes(&bytes)) else { return Ok(None) };
        let due = stored.person().is_some() && now.since(stored.prolonged_at) >= PROLONGED_AFTER;
        // What tower-sessions makes of the date doesn't matter: [`Self::write`] sets its own.
        let expiry_date = OffsetDateTime::from_unix_timestamp(stored.expires_at().secs())
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let record = Record { id: *id, data: stored.values, expiry_date };
        // Without room nothing can be prolonged, but everybody can still read.
        if due && let Err(error) = self.write(&record, true).await {
            tracing::warn!(%error, "a session is not prolonged");
        }
        Ok(Some(record))
    }

    async fn remove(&self, id: &Id) -> Result<(), StoreError> {
        let mut tx = self.portal.store.write().await?;
        tx.delete_session(&app::session::key(id)).await?;
        tx.commit().await
    }
}

impl Stored {
    fn person(&self) -> Option<PersonId> {
        serde_json::from_value(self.values.get(app::session::PERSON)?.clone()).ok()
    }

    fn expires_at(&self) -> Timestamp {
        self.prolonged_at.plus(if self.person().is_some() { IDLE } else { ANONYMOUS })
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    fn to_bytes(&self) -> Result<Vec<u8>, StoreError> {
        serde_json::to_vec(self).map_err(|error| StoreError::Other(Box::new(error)))
    }
}

#[async_trait]
impl SessionStore for PortalSessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.write(record, false).await.map_err(failure)
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.write(record, true).await.map_err(failure)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        self.read(id).await.map_err(failure)
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.remove(id).await.map_err(failure)
    }
}

/// Not "no session": the pages tell people that the database is the trouble, instead of signing them out. What may
/// pass is `Backend`, so that they ask to try again (`app::failure`).
#[expect(clippy::needless_pass_by_value, reason = "the shape map_err asks for")]
fn failure(error: StoreError) -> session_store::Error {
    if error.is_passing() {
        session_store::Error::Backend(error.to_string())
    } else {
        session_store::Error::Decode(error.to_string())
    }
}

impl fmt::Debug for PortalSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortalSessions").finish_non_exhaustive()
    }
}
