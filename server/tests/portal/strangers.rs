//! What people who aren't signed in can make the portal keep.

use crate::support::{TestApp, address, cookies, say};
use reqwest::{Method, Response, header};
use server::demo::AccountKind;
use std::time::Duration;

const FORM: &str = "application/x-www-form-urlencoded";

async fn employee(app: &TestApp) -> String {
    let directory = app.running.portal.directory().await.unwrap();
    let person = directory.person_by_address(&address(AccountKind::Employee).parse().unwrap()).unwrap();
    person.id.to_string()
}

/// What the page says after this person's session has ended over a comment so long.
async fn told(app: &TestApp, person: &str, comment: usize) -> String {
    let body = format!("number=R-2026-1&for_person={person}&comment={}", "x".repeat(comment));
    let request = app.request(Method::POST, "/api/case/decide").header(header::CONTENT_TYPE, FORM).body(body);
    let answer = request.header(header::ACCEPT_LANGUAGE, "zh-CN").send().await.unwrap();
    let page = app.request(Method::GET, "/sign-in").header(header::COOKIE, session_of(&answer));
    let page = page.send().await.unwrap().text().await.unwrap();
    let sentences = ["frame-session-ended-kept", "frame-session-ended-lost"];
    sentences.into_iter().find(|key| page.contains(&say(key))).unwrap_or("nothing").to_owned()
}

fn session_of(answer: &Response) -> String {
    cookies(answer)[0].split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_form_waits_for_people_of_ours_only() {
    let app = TestApp::start().await;
    let invented = "01980000-0000-7000-8000-000000000001";
    for nobody in [invented, "", "1 OR 1=1"] {
        assert_eq!(told(&app, nobody, 10).await, "frame-session-ended-lost", "{nobody}");
    }
    let person = employee(&app).await;
    assert_eq!(told(&app, &person, 10).await, "frame-session-ended-kept");
}

#[tokio::test]
async fn one_client_leaves_so_much_an_hour() {
    let app = TestApp::start().await;
    let person = employee(&app).await;
    let mut kept = 0;
    while told(&app, &person, 250_000).await == "frame-session-ended-kept" {
        kept += 1;
        assert!(kept < 20, "without an end");
    }
    assert!(kept > 5, "{kept}");
    app.clock.advance(Duration::from_hours(1));
    assert_eq!(told(&app, &person, 250_000).await, "frame-session-ended-kept");
}

/// Used again and again, it would otherwise keep for ever what it holds.
#[tokio::test]
async fn a_session_without_a_person_ends_an_hour_after_it_began() {
    let app = TestApp::start().await;
    let wrong = async |cookie: &str| {
        let request = app.request(Method::POST, "/api/sign-in").header(header::CONTENT_TYPE, FORM);
        let body = "address=nobody@chengyu.example&password=wrong";
        request.header(header::COOKIE, cookie).body(body).send().await.unwrap()
    };
    let remembers = async |cookie: &str| {
        let page = app.request(Method::GET, "/sign-in").header(header::COOKIE, cookie).send().await.unwrap();
        page.text().await.unwrap().contains("nobody@chengyu.example")
    };
    let cookie = session_of(&wrong("").await);
    app.clock.advance(Duration::from_mins(50));
    wrong(&cookie).await;
    assert!(remembers(&cookie).await);
    wrong(&cookie).await;
    app.clock.advance(Duration::from_mins(10));
    assert!(!remembers(&cookie).await);
}

/// Whoever signs in has a session of their own, and isn't kept out by the others.
#[tokio::test]
async fn beyond_so_many_sessions_only_the_sentence_is_lost() {
    let app = TestApp::start().await;
    let person = employee(&app).await;
    let portal = &app.running.portal;
    while portal.allowance.take_session(portal.world.now()) {}
    assert_eq!(told(&app, &person, 10).await, "nothing");
    let mut browser = app.signed_in(AccountKind::Employee).await;
    assert_eq!(browser.open("/sent").await.unwrap().path, "/sent");
}
