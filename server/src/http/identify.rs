//! Gives each request a number that people can read out, and writes one log line for it.
//!
//! Queries stay out of the log: they hold what people search for in their mail.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use domain::world::World;
use http::{HeaderName, HeaderValue};
use std::time::Instant;
use tracing::Instrument as _;

pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// What the caller sent under this name is replaced: a number that somebody else chose could fake log lines.
pub async fn identify(State(world): State<World>, mut request: Request, next: Next) -> Response {
    let number = world.id::<uuid::Uuid>().simple().to_string();
    let value = HeaderValue::from_str(&number).unwrap_or_else(|_| HeaderValue::from_static("-"));
    request.headers_mut().insert(HEADER, value.clone());
    for secret in [http::header::COOKIE, http::header::AUTHORIZATION] {
        if let Some(value) = request.headers_mut().get_mut(secret) {
            value.set_sensitive(true);
        }
    }
    let span =
        tracing::info_span!("request", id = number, method = %request.method(), path = request.uri().path());
    let begun = Instant::now();
    async move {
        let mut response = next.run(request).await;
        let (status, millis) = (response.status().as_u16(), begun.elapsed().as_millis());
        tracing::info!(status, millis, "answered");
        response.headers_mut().insert(HEADER, value);
        if let Some(cookie) = response.headers_mut().get_mut(http::header::SET_COOKIE) {
            cookie.set_sensitive(true);
        }
        response
    }
    .instrument(span)
    .await
}
