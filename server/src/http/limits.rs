//! How much a request may send and how long it may take. Streams of live progress are not cut: their answer has
//! begun long before.
//!
//! A form without files that is too large is turned away unread. One with files isn't: it is a person who chose the
//! wrong file, with a letter written beside it. A browser shows an answer only after it has sent everything, so the
//! handler reads all of it, keeps the text, throws away what is above the limit, and says so on a page. Only far
//! beyond that, or after a very long time, the body ends in the middle; what came before it is still saved.

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::portal::Settings;
use futures::StreamExt as _;
use http::{StatusCode, header};
use http_body_util::Limited;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// The longest one is a refusal's comment.
const FORM: usize = 1024 * 1024;

const PATIENCE: Duration = Duration::from_mins(1);

/// 30 MB over a slow line.
const UPLOAD_PATIENCE: Duration = Duration::from_mins(10);

/// So many times the limit is read for the sake of an answer: a film instead of a document, not a whole disk.
const DRAINED: usize = 20;

#[derive(Clone, Copy)]
pub struct Limits {
    upload: usize,
}

impl Limits {
    pub fn of(settings: &Settings) -> Self {
        let limit = usize::try_from(settings.max_upload).unwrap_or(usize::MAX);
        Self { upload: limit.saturating_mul(DRAINED) }
    }
}

pub async fn keep(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let answer = if app::access::UPLOADS.contains(&request.uri().path()) {
        let request = request.map(|body| cut(body, limits.upload, sleep(UPLOAD_PATIENCE)));
        timeout(UPLOAD_PATIENCE + PATIENCE, next.run(request)).await
    } else if announced(&request).is_some_and(|length| length > FORM) {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    } else {
        let request = request.map(|body| Body::new(Limited::new(body, FORM)));
        timeout(PATIENCE, next.run(request)).await
    };
    answer.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

fn announced(request: &Request) -> Option<usize> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Breaks off after so many bytes, or when `end` comes. The handler still answers, with what it has read until then.
fn cut(body: Body, bytes: usize, end: impl Future<Output = ()> + Send + 'static) -> Body {
    let in_time = body.into_data_stream().take_until(Box::pin(end));
    Body::new(Limited::new(Body::from_stream(in_time), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{FutureExt as _, channel::oneshot, future, stream};
    use std::convert::Infallible;

    #[tokio::test]
    async fn what_came_before_the_end_of_patience_is_there() {
        let (late, lateness) = oneshot::channel::<()>();
        let hang = async move {
            drop(late);
            future::pending().await
        };
        let begun = stream::iter([Ok::<_, Infallible>("typed")]).chain(stream::once(hang));
        let body = cut(Body::from_stream(begun), 100, lateness.map(|_| ()));
        assert_eq!(axum::body::to_bytes(body, 100).await.unwrap(), "typed");
    }

    #[tokio::test]
    async fn too_much_ends_with_an_error() {
        let endless = stream::repeat(Ok::<_, Infallible>("0123456789"));
        let mut body = cut(Body::from_stream(endless), 35, future::pending()).into_data_stream();
        let mut taken = 0;
        while let Some(Ok(chunk)) = body.next().await {
            taken += chunk.len();
        }
        assert_eq!(taken, 30);
    }
}
