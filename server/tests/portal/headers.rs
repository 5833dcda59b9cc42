//! What every answer carries, errors and files included; and requests that are turned away at the door.

use crate::support::TestApp;
use reqwest::{Method, Response, StatusCode, header};

fn value<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn is_guarded(answer: &Response, what: &str) {
    for (name, expected) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(value(answer, name), expected, "{what}");
    }
    assert_eq!(value(answer, "x-request-id").len(), 32, "{what}");
    let policy = value(answer, "content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
    assert!(
        policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"),
        "{what}: {policy}"
    );
    assert!(value(answer, "permissions-policy").contains("camera=()"), "{what}");
}

#[tokio::test]
async fn every_kind_of_answer_is_guarded() {
    let app = TestApp::start().await;
    for (path, status) in [
        ("/sign-in", StatusCode::OK),
        ("/sent", StatusCode::SEE_OTHER),
        ("/nothing", StatusCode::NOT_FOUND),
        ("/pkg/recant.a.js", StatusCode::OK),
        ("/pkg/recant.old.js", StatusCode::NOT_FOUND),
        ("/favicon.svg", StatusCode::OK),
        ("/../recant.toml", StatusCode::NOT_FOUND),
        ("/healthz", StatusCode::OK),
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status(), status, "{path}");
        is_guarded(&answer, path);
        let kept =
            if path == "/pkg/recant.a.js" { "public, max-age=31536000, immutable" } else { "no-store" };
        assert_eq!(value(&answer, "cache-control"), kept, "{path}");
    }
}

#[tokio::test]
async fn a_page_lets_only_its_own_scripts_run() {
    let app = TestApp::start().await;
    let (first, second) = (app.get("/sign-in").await, app.get("/sign-in").await);
    let nonce = |answer: &Response| {
        let policy = value(answer, "content-security-policy");
        let (_, rest) = policy.split_once("script-src 'nonce-").unwrap_or_else(|| panic!("{policy}"));
        rest.split('\'').next().unwrap().to_owned()
    };
    let (one, other) = (nonce(&first), nonce(&second));
    assert_ne!(one, other);
    let body = first.text().await.unwrap();
    for tag in body.split("<script").skip(1) {
        assert!(tag.split('>').next().unwrap().contains(&one), "a script without the nonce: {tag}");
    }
    assert!(!body.contains(" style=\""), "the policy would refuse it");
}

#[tokio::test]
async fn other_names_are_not_ours() {
    let app = TestApp::start().await;
    for host in ["evil.test", "localhost", "127.0.0.1:1"] {
        let answer = app.request(Method::GET, "/sign-in").header(header::HOST, host).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
        is_guarded(&answer, host);
    }
    let localhost = app.origin.replace("http://127.0.0.1", "localhost");
    let answer = app.request(Method::GET, "/sign-in").header(header::HOST, localhost).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let answer = app.request(Method::GET, "/healthz").header(header::HOST, "10.0.0.7").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "load balancers ask by address");
}

#[tokio::test]
async fn https_is_kept_for_two_years_and_only_when_it_is_there() {
    let app = TestApp::start_as(Some("https://recant.example")).await;
    let ask = app.request(Method::GET, "/sign-in").header(header::HOST, "recant.example");
    assert_eq!(value(&ask.send().await.unwrap(), "strict-transport-security"), "max-age=63072000");
    assert_eq!(app.get("/sign-in").await.status(), StatusCode::MISDIRECTED_REQUEST);
    let plain = TestApp::start().await;
    assert_eq!(value(&plain.get("/sign-in").await, "strict-transport-security"), "");
}
