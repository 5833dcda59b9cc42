//! What every answer tells the browser: what it may load, who may frame it, what it may keep.
//!
//! Pages bring a policy of their own, with the nonce of their scripts (`app`); everything else may load nothing.

use crate::config::PublicUrl;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, header};

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    ),
];

const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Two years, as browsers ask for.
const HTTPS_ONLY: &str = "max-age=63072000";

#[derive(Clone, Copy)]
pub struct Headers {
    https: bool,
}

impl Headers {
    pub fn of(url: &PublicUrl) -> Self {
        Self { https: url.is_https() }
    }
}

pub async fn set(State(ours): State<Headers>, request: Request, next: Next) -> Response {
    let is_hashed = request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    let keeps = is_hashed && response.status().is_success();
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if ours.https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HTTPS_ONLY));
    }
    // Files below /pkg/ have a hash of their content in the name.
    let cache = if keeps { "public, max-age=31536000, immutable" } else { "no-store" };
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(cache));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING));
    response
}
