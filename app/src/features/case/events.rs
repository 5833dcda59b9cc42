//! `/cases/{number}/events`: the live view's stream (WHATWG HTML §9.2). Each event is a look at the case, its id
//! the pulse; after a break the browser names the last one it saw and gets nothing that it has already.

use super::{
    progress::{Reader, snapshot},
    streams::{Open, Streams},
};
use crate::{asked::Asked, guard, i18n::Text, session, viewer::Viewer};
use axum::{
    Extension, Router,
    http::{HeaderMap, StatusCode, Uri, header, request::Parts},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use domain::{
    case::view,
    ids::CaseId,
    org::Person,
    portal::Portal,
    shared::{CaseNumber, progress::Progress},
    store::StoreError,
    time::Timestamp,
};
use futures::{Stream, stream};
use std::{convert::Infallible, sync::Arc, time::Duration};

pub const ROUTE: &str = "/cases/{number}/events";

/// How often the database is asked whether anything changed.
const LOOK: Duration = Duration::from_millis(500);
/// Keeps proxies from taking the silence for a dead connection.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often we ask whether the person is still signed in.
const RECHECK: Duration = Duration::from_mins(1);
/// After a break the browser connects again so soon.
const RETRY: Duration = Duration::from_secs(2);

/// The route with its count of open streams.
pub fn handlers<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(ROUTE, get(events)).layer(Extension(Streams::default()))
}

async fn events(
    Extension(portal): Extension<Arc<Portal>>,
    Extension(streams): Extension<Streams>,
    parts: Parts,
) -> Response {
    let Some(asked) = Asked::of_parts(portal, &parts) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let viewer = match guard::handler(&asked, ROUTE).await {
        Ok(viewer) => viewer,
        Err(refusal) => {
            tracing::warn!(%refusal, "no live view");
            return refusal.status().into_response();
        }
    };
    match open(asked, viewer, &streams, &parts).await {
        Ok(Ok(live)) => {
            let keep_alive = KeepAlive::new().interval(HEARTBEAT).text("still here");
            let no_store = [
                (header::CACHE_CONTROL, "no-store"),
                (header::HeaderName::from_static("x-accel-buffering"), "no"),
            ];
            (no_store, Sse::new(follow(live)).keep_alive(keep_alive)).into_response()
        }
        Ok(Err(status)) => status.into_response(),
        Err(error) => {
            tracing::error!(%error, "no live view");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// One open stream.
struct Live {
    asked: Asked,
    person: Person,
    number: CaseNumber,
    case: CaseId,
    /// What the browser has.
    pulse: String,
    /// The look the browser has, when it got one from this stream.
    shown: Option<Progress>,
    checked_at: Timestamp,
    over: bool,
    first: bool,
    _open: Open,
}

async fn open(
    asked: Asked,
    viewer: Viewer,
    streams: &Streams,
    parts: &Parts,
) -> Result<Result<Live, StatusCode>, StoreError> {
    let Some(number) = number_of(&parts.uri) else { return Ok(Err(StatusCode::NOT_FOUND)) };
    let Some(view) = view::view(&asked.portal, &viewer.person, number).await? else {
        return Ok(Err(StatusCode::NOT_FOUND));
    };
    let Some(open) = streams.open(viewer.id()) else { return Ok(Err(StatusCode::TOO_MANY_REQUESTS)) };
    let (pulse, checked_at) = (last_seen(&parts.headers, &parts.uri), asked.now());
    Ok(Ok(Live {
        asked,
        person: viewer.person,
        number,
        case: view.case.id,
        pulse,
        shown: None,
        checked_at,
        over: false,
        first: true,
        _open: open,
    }))
}

/// `/cases/<number>/events`
fn number_of(uri: &Uri) -> Option<CaseNumber> {
    uri.path().split('/').nth(2)?.parse().ok()
}

/// What the browser has already: after a break it says so in a header, at first the page does in the address.
fn last_seen(headers: &HeaderMap, uri: &Uri) -> String {
    let again = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let at_first = || uri.query()?.split('&').find_map(|pair| pair.strip_prefix("after="));
    again.or_else(at_first).unwrap_or_default().chars().take(100).collect()
}

fn follow(live: Live) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(live, |mut live| async move {
        if live.over {
            return None;
        }
        if std::mem::take(&mut live.first) {
            return Some((Ok(Event::default().retry(RETRY).comment("hello")), live));
        }
        loop {
            match live.look().await {
                Ok(Some(event)) => return Some((Ok(event), live)),
                Ok(None) => tokio::time::sleep(LOOK).await,
                Err(error) => {
                    // The browser connects again; by then the database may answer.
                    tracing::warn!(%error, "live view broken off");
                    return None;
                }
            }
        }
    })
}

impl Live {
    /// The next event. None: nothing new.
    async fn look(&mut self) -> Result<Option<Event>, StoreError> {
        if self.asked.now().since(self.checked_at) >= RECHECK && !self.still_signed_in().await? {
            return Ok(Some(self.end()));
        }
        let pulse = self.asked.portal.store.read().await?.case_pulse(self.case).await?;
        if pulse == self.pulse {
            return Ok(None);
        }
        let Some(view) = view::view(&self.asked.portal, &self.person, self.number).await? else {
            return Ok(Some(self.end()));
        };
        let look = snapshot(&view, pulse.clone(), &self.reader());
        let changes = self.shown.as_ref().map_or_else(|| look.clone(), |shown| look.changes_since(shown));
        self.over = look.finished;
        self.pulse.clone_from(&pulse);
        self.shown = Some(look);
        // Serialising strings, numbers and lists can't fail.
        Ok(Event::default().id(pulse).json_data(&changes).ok())
    }

    /// The last event where the case isn't over but this reader may see no more of it.
    fn end(&mut self) -> Event {
        self.over = true;
        Event::default().event("end").data("-")
    }

    async fn still_signed_in(&mut self) -> Result<bool, StoreError> {
        let now = self.asked.now();
        self.checked_at = now;
        let Some(id) = self.asked.session.id() else { return Ok(false) };
        let portal = &self.asked.portal;
        let there = portal.store.read().await?.session(&session::key(&id), now).await?.is_some();
        let signed_in =
            session::person(&self.asked.session, now).await.ok().flatten() == Some(self.person.id);
        let directory = portal.directory().await?;
        let Some(person) = directory.person(self.person.id).filter(|person| person.active) else {
            return Ok(false);
        };
        self.person = person.clone();
        Ok(there && signed_in)
    }

    fn reader(&self) -> Reader {
        Reader {
            text: Text::of(self.person.language),
            person: self.person.id,
            zone: self.asked.portal.settings.time_zone,
            now: self.asked.now(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_after_a_break_outweighs_the_address_of_the_page() {
        let uri: Uri = "/cases/R-2026-000042/events?after=3.1.0".parse().unwrap();
        let mut headers = HeaderMap::new();
        assert_eq!(last_seen(&headers, &uri), "3.1.0");
        headers.insert("last-event-id", "4.1.0".parse().unwrap());
        assert_eq!(last_seen(&headers, &uri), "4.1.0");
        assert_eq!(last_seen(&HeaderMap::new(), &"/x".parse().unwrap()), "");
        assert_eq!(number_of(&uri), Some(CaseNumber::new(2026, 42)));
    }
}
