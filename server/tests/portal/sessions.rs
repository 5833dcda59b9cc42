//! How a session begins, lives and ends.

use crate::support::{TestApp, address, cookies, location, say};
use domain::account::{self, Accounts, GiveError};
use reqwest::{Method, Response, StatusCode, header};
use server::{commands::demo::PASSWORD, demo::AccountKind};
use std::time::Duration;

async fn sign_in(app: &TestApp, cookie: &str, host: Option<&str>) -> Response {
    let body = format!("address={}&password={PASSWORD}&next=/sent", address(AccountKind::Employee));
    let mut request = app.request(Method::POST, "/api/sign-in").header(header::COOKIE, cookie).body(body);
    if let Some(host) = host {
        request = request.header(header::HOST, host);
    }
    request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").send().await.unwrap()
}

fn session_cookie(answer: &Response) -> String {
    let all = cookies(answer);
    all.into_iter()
        .find(|line| line.split('=').next().unwrap().ends_with("recant"))
        .expect("a session's cookie")
}

fn pair(cookie: &str) -> String {
    cookie.split(';').next().unwrap().to_owned()
}

async fn status_with(app: &TestApp, cookie: &str) -> StatusCode {
    app.request(Method::GET, "/sent").header(header::COOKIE, cookie).send().await.unwrap().status()
}

#[tokio::test]
async fn the_cookie_is_for_this_host_and_no_script() {
    let app = TestApp::start_as(Some("https://recant.example")).await;
    let cookie = session_cookie(&sign_in(&app, "", Some("recant.example")).await);
    assert!(cookie.starts_with("__Host-recant="), "{cookie}");
    for part in ["; HttpOnly", "; Secure", "; SameSite=Lax", "; Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let plain = TestApp::start().await;
    let cookie = session_cookie(&sign_in(&plain, "", None).await);
    assert!(
        cookie.starts_with("recant=") && cookie.contains("; HttpOnly") && !cookie.contains("Secure"),
        "{cookie}"
    );
}

#[tokio::test]
async fn a_cookie_from_before_signing_in_is_worth_nothing_after() {
    let app = TestApp::start().await;
    let wrong = app.request(Method::POST, "/api/sign-in").body("address=x&password=y");
    let wrong = wrong.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").send().await.unwrap();
    let before = pair(&session_cookie(&wrong));
    let after = pair(&session_cookie(&sign_in(&app, &before, None).await));
    assert_ne!(before, after);
    assert_eq!(status_with(&app, &before).await, StatusCode::SEE_OTHER);
    assert_eq!(status_with(&app, &after).await, StatusCode::OK);
    let made_up = "recant=AAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(status_with(&app, made_up).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_out_ends_the_session_for_good() {
    let app = TestApp::start().await;
    let cookie = pair(&session_cookie(&sign_in(&app, "", None).await));
    let out =
        app.request(Method::POST, "/api/sign-out").header(header::COOKIE, &cookie).send().await.unwrap();
    assert_eq!(location(&out), "/sign-in");
    assert_eq!(status_with(&app, &cookie).await, StatusCode::SEE_OTHER);
    let after = pair(&session_cookie(&out));
    assert_ne!(after, cookie, "nothing that was under way can fill the old session again");
    assert_eq!(status_with(&app, &after).await, StatusCode::SEE_OTHER);
    let page = app.request(Method::GET, "/sign-in").header(header::COOKIE, &after).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains(&say("sign-in-done-out")), "{page}");
}

/// Whoever knew the old password may be the reason for the new one.
#[tokio::test]
async fn a_password_that_an_operator_gives_ends_every_session() {
    let app = TestApp::start().await;
    let cookie = pair(&session_cookie(&sign_in(&app, "", None).await));
    let address = address(AccountKind::Employee).parse().unwrap();
    let (store, world) = (&app.running.database, &app.running.portal.world);
    let refused = account::to_be_given(store, &address, Accounts::New).await;
    assert!(matches!(refused, Err(GiveError::SignsIn(_))), "she has one already");
    let person = account::to_be_given(store, &address, Accounts::Any).await.unwrap();
    let short = account::give_password(store, world, &person, "short").await;
    assert!(matches!(short, Err(GiveError::Bad(_))));
    assert_eq!(status_with(&app, &cookie).await, StatusCode::OK, "nothing has changed yet");
    account::give_password(store, world, &person, "another long one").await.unwrap();
    assert_eq!(status_with(&app, &cookie).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn who_does_nothing_for_half_a_day_is_signed_out() {
    let app = TestApp::start().await;
    let cookie = pair(&session_cookie(&sign_in(&app, "", None).await));
    app.clock.advance(Duration::from_hours(11));
    assert_eq!(status_with(&app, &cookie).await, StatusCode::OK);
    app.clock.advance(Duration::from_hours(12));
    assert_eq!(status_with(&app, &cookie).await, StatusCode::SEE_OTHER);
}

/// "You aren't signed in" would be a lie, and typed text would be lost over it.
#[tokio::test]
async fn a_database_that_does_not_answer_signs_nobody_out() {
    let app = TestApp::start().await;
    let cookie = pair(&session_cookie(&sign_in(&app, "", None).await));
    app.running.database.close().await;
    let answer = app.request(Method::GET, "/sent").header(header::COOKIE, &cookie).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{}", location(&answer));
    assert!(cookies(&answer).is_empty(), "the browser's cookie stays good for later");
    assert_eq!(app.get("/healthz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn it_stops_when_told_and_answers_nobody_after() {
    let app = TestApp::start().await;
    let url = format!("{}/healthz", app.origin);
    assert!(app.running.stop().await, "everything was finished in time");
    assert!(reqwest::get(url).await.is_err());
}
