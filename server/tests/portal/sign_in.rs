//! What somebody learns who doesn't have the password: nothing.

use crate::support::{TestApp, address, location};
use reqwest::{Method, Response, header};
use server::demo::AccountKind;
use std::time::{Duration, Instant};

async fn attempt(app: &TestApp, address: &str) -> Response {
    let request = app
        .request(Method::POST, "/api/sign-in")
        .body(format!("address={address}&password=not-the-password"));
    request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").send().await.unwrap()
}

/// What the person reads afterwards.
async fn message(app: &TestApp, account: &str) -> Vec<String> {
    let mut browser = app.browser();
    let page = browser.open("/sign-in").await.unwrap();
    let form = page.form("/api/sign-in").unwrap();
    let form = form.fill("address", account).unwrap().fill("password", "not-the-password").unwrap();
    browser.submit(&page, form).await.unwrap().messages()
}

#[tokio::test]
async fn unknown_accounts_get_the_answer_of_known_ones() {
    let app = TestApp::start().await;
    let known = address(AccountKind::Employee);
    let (right, wrong) = (message(&app, known).await, message(&app, "nobody@chengyu.example").await);
    assert_eq!(right.len(), 1);
    assert_eq!(right, wrong);
    let (one, other) = (attempt(&app, known).await, attempt(&app, "nobody@chengyu.example").await);
    assert_eq!((one.status(), location(&one)), (other.status(), location(&other)));
}

/// The hash is computed for unknown accounts, too: otherwise they'd be answered ten times as fast.
#[tokio::test]
async fn unknown_accounts_take_as_long_as_known_ones() {
    let app = TestApp::start().await;
    let mut quickest = [Duration::MAX; 2];
    for round in 0..4 {
        for (at, account) in
            [address(AccountKind::Manager).to_owned(), format!("nobody{round}@chengyu.example")]
                .iter()
                .enumerate()
        {
            let begun = Instant::now();
            attempt(&app, account).await;
            quickest[at] = quickest[at].min(begun.elapsed());
        }
    }
    let [known, unknown] = quickest;
    assert!(unknown * 3 > known && known * 3 > unknown, "known {known:?}, unknown {unknown:?}");
}

#[tokio::test]
async fn guessing_has_to_wait_and_the_owner_elsewhere_does_not() {
    let app = TestApp::start().await;
    let account = address(AccountKind::Employee);
    let wrong = message(&app, account).await;
    for _ in 0..4 {
        attempt(&app, account).await;
    }
    let throttled = message(&app, account).await;
    assert_ne!(throttled, wrong);
    let mut manager = app.signed_in(AccountKind::Manager).await;
    assert!(manager.open("/sent").await.is_ok());
    app.clock.advance(Duration::from_mins(16));
    assert_eq!(message(&app, account).await, wrong, "a quarter of an hour later it goes on");
}

/// A try counts before its password is looked at.
#[tokio::test]
async fn guessing_side_by_side_is_guessing() {
    let app = TestApp::start().await;
    let account = address(AccountKind::Employee);
    let tries = (0..20).map(|_| attempt(&app, account));
    futures::future::join_all(tries).await;
    let mut tx = app.running.portal.store.read().await.unwrap();
    let looked_at = tx.trail_after(0, 10_000).await.unwrap();
    let looked_at = looked_at.iter().filter(|entry| entry.action == "account.sign_in_failed").count();
    assert_eq!(looked_at, 5);
}
