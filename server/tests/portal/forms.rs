//! What is posted: from our own pages only, not too much, and without a trace in addresses.

use crate::support::{TestApp, location};
use app::access::{HANDLERS, SERVER_FNS};
use reqwest::{Method, StatusCode, header};
use server::demo::AccountKind;

/// Everything that changes something.
fn posted() -> impl Iterator<Item = &'static str> {
    SERVER_FNS.iter().chain(HANDLERS).map(|(path, _)| *path).filter(|path| path.starts_with("/api/"))
}

#[tokio::test]
async fn other_sites_can_not_post() {
    let app = TestApp::start().await;
    let cookie = app.signed_in(AccountKind::Employee).await.cookie();
    let foreign =
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.test")];
    for path in posted() {
        for (name, value) in foreign {
            let request = app.request(Method::POST, path).header(header::COOKIE, &cookie).header(name, value);
            let answer = request.header(header::CONTENT_TYPE, "text/plain").body("a=b").send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} {value}");
            let body = answer.text().await.unwrap();
            assert!(body.contains("别的网站") && body.contains("another site"), "{body}");
        }
    }
}

#[tokio::test]
async fn too_much_is_refused_before_it_is_read() {
    let app = TestApp::start().await;
    let form = "application/x-www-form-urlencoded";
    let much = "x".repeat(1024 * 1024 + 1);
    let request = app.request(Method::POST, "/api/sign-in").header(header::CONTENT_TYPE, form).body(much);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let body = answer.text().await.unwrap();
    assert!(body.contains("太长") && body.contains("too long"), "{body}");
}

/// GET never changes anything: functions answer to POST alone.
#[tokio::test]
async fn functions_can_not_be_called_by_following_a_link() {
    let app = TestApp::start().await;
    for path in posted() {
        let status = app.get(path).await.status();
        assert!(status.is_client_error(), "{path}: {status}");
    }
}

#[tokio::test]
async fn rubbish_in_a_form_leaves_no_error_in_the_address() {
    let app = TestApp::start().await;
    let cookie = app.signed_in(AccountKind::Administrator).await.cookie();
    for (path, _) in SERVER_FNS {
        for body in ["", "nonsense", "a[b]=1&a=2", "%ff=%fe"] {
            let request = app.request(Method::POST, path).header(header::COOKIE, &cookie).body(body);
            let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let request = request.header(header::REFERER, format!("{}/sent?q=secret", app.origin));
            let answer = request.send().await.unwrap();
            let to = location(&answer).to_owned();
            assert!(!to.contains("__err") && !to.contains("secret"), "{path} {body}: {to}");
            assert!(to.is_empty() || to.starts_with('/'), "{path} {body}: {to}");
            assert!(answer.status() != StatusCode::FOUND, "{path} {body}");
        }
    }
}
