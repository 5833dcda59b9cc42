//! For load balancers and monitors: are we up, and does the database answer? Says nothing else.

use axum::{Extension, http::StatusCode};
use domain::portal::Portal;
use std::sync::Arc;

pub const PATH: &str = "/healthz";

pub async fn healthy(Extension(portal): Extension<Arc<Portal>>) -> (StatusCode, &'static str) {
    match portal.directory().await {
        Ok(_) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::warn!(%error, "not healthy");
            (StatusCode::SERVICE_UNAVAILABLE, "the database doesn't answer\n")
        }
    }
}
