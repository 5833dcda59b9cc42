//! Leptos sends a form that failed back with the error in the page's address. Addresses are kept by browsers and
//! sent on, so nothing of that kind may stand there; what there is to say comes through the session.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, Uri, header};

/// `server_fn` marks answers of failed functions with it.
const FAILED: &str = "serverfnerror";

pub async fn no_errors_in_addresses(request: Request, next: Next) -> Response {
    let is_post = request.method() == http::Method::POST;
    let mut response = next.run(request).await;
    if !is_post {
        return response;
    }
    // Leptos' own body and redirect would say less than the page that an answer without words gets.
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let location = response.headers().get(header::LOCATION).cloned();
    if response.headers().contains_key(FAILED) && location.is_some() {
        let place = location.as_ref().and_then(|location| location.to_str().ok()).and_then(clean);
        let place = place.unwrap_or_else(|| HeaderValue::from_static("/"));
        response.headers_mut().insert(header::LOCATION, place);
        response.headers_mut().remove(FAILED);
    }
    // 303 is what a browser follows with GET by definition (RFC 9110 §15.4.4).
    if response.status() == StatusCode::FOUND {
        *response.status_mut() = StatusCode::SEE_OTHER;
    }
    response
}

/// The path alone, unless the address was chosen by us and is clean already.
fn clean(location: &str) -> Option<HeaderValue> {
    if location.starts_with('/') && !location.contains("__err=") {
        return HeaderValue::from_str(location).ok();
    }
    let uri: Uri = location.parse().ok()?;
    HeaderValue::from_str(uri.path()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_foreign_hosts_are_cut_off() {
        for (location, kept) in [
            ("https://h/sent/1/ask?q=1&__path=x&__err=c2VjcmV0", "/sent/1/ask"),
            ("/sent?__err=x", "/sent"),
            ("/sign-in?next=/sent", "/sign-in?next=/sent"),
            ("https://evil.example/there", "/there"),
        ] {
            assert_eq!(clean(location).unwrap(), kept, "{location}");
        }
    }
}
