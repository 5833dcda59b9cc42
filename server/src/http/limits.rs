//! How much a request may send and how long it may take. Streams of live progress are not cut: their answer has
//! begun long before.

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::portal::Settings;
use http::{StatusCode, header};
use http_body_util::Limited;
use std::time::Duration;
use tokio::time::timeout;

/// The longest form is a correction's text with a note.
const FORM: usize = 1024 * 1024;

const PATIENCE: Duration = Duration::from_mins(1);

/// 30 MB over a slow line.
const UPLOAD_PATIENCE: Duration = Duration::from_mins(10);

#[derive(Clone, Copy)]
pub struct Limits {
    upload: usize,
}

impl Limits {
    /// Somewhat above what is allowed, so that the page can say what is wrong; and multipart has its own overhead.
    pub fn of(settings: &Settings) -> Self {
        Self { upload: usize::try_from(settings.max_upload).unwrap_or(usize::MAX).saturating_add(2 * FORM) }
    }
}

pub async fn keep(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let is_upload = app::access::UPLOADS.contains(&request.uri().path());
    let (bytes, patience) = if is_upload { (limits.upload, UPLOAD_PATIENCE) } else { (FORM, PATIENCE) };
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > bytes) {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let request = request.map(|body| Body::new(Limited::new(body, bytes)));
    match timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
