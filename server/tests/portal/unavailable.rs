//! A database that is busy, full or out of reach: people learn what happened, that nothing was lost, and what to do.

use crate::support::TestApp;
use reqwest::{Method, Response, StatusCode, header, multipart::Form};
use server::demo::AccountKind;
use std::{
    io,
    sync::{Arc, Mutex},
};
use tracing_subscriber::fmt::MakeWriter;

async fn out_of_reach() -> (TestApp, String) {
    let app = TestApp::start().await;
    let cookie = app.signed_in(AccountKind::Employee).await.cookie();
    app.running.database.close().await;
    (app, cookie)
}

/// The answer's text.
async fn says_to_try_again(answer: Response, what: &str) -> String {
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{what}");
    assert_eq!(answer.headers()[header::RETRY_AFTER], "30", "{what}");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn every_page_says_so_in_the_language_of_the_browser() {
    let (app, cookie) = out_of_reach().await;
    for path in ["/sent", "/cases", "/cases/R-2026-000001", "/account"] {
        for (language, sentence) in [("en", "Nothing was changed"), ("zh-CN", "什么都没有改动")] {
            let request = app.request(Method::GET, path).header(header::COOKIE, &cookie);
            let answer = request.header(header::ACCEPT_LANGUAGE, language).send().await.unwrap();
            let body = says_to_try_again(answer, path).await;
            assert!(body.contains(sentence), "{path} {language}: {body}");
            assert!(body.contains(&format!("href=\"{path}\"")), "{path} offers no second try");
        }
    }
    for path in ["/cases/R-2026-000001/report.csv", "/cases/R-2026-000001/events"] {
        let request = app.request(Method::GET, path).header(header::COOKIE, &cookie);
        says_to_try_again(request.send().await.unwrap(), path).await;
    }
}

/// A redirect would lead to a page without a word: what there is to say can't wait in the session.
#[tokio::test]
async fn every_form_says_so_on_the_spot() {
    let (app, cookie) = out_of_reach().await;
    for path in [
        "/api/case/withdraw",
        "/api/case/decide",
        "/api/case/restore",
        "/api/case/restore/drop",
        "/api/drafts/request",
        "/api/account/password",
    ] {
        let request = app.request(Method::POST, path).header(header::COOKIE, &cookie);
        let request = request.header(header::REFERER, format!("{}/sent", app.origin));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.body("number=R-2026-000001").send().await.unwrap();
        let body = says_to_try_again(answer, path).await;
        assert!(body.contains("再试一次") && body.contains("try again"), "{path}: {body}");
    }
    let form = Form::new().text("act", "check");
    let request = app.request(Method::POST, "/api/ask").header(header::COOKIE, &cookie).multipart(form);
    says_to_try_again(request.send().await.unwrap(), "/api/ask").await;
}

/// Somebody who isn't signed in has a session only when there is something to keep in it.
#[tokio::test]
async fn signing_in_and_a_session_that_can_not_be_saved_say_so_too() {
    let (app, _) = out_of_reach().await;
    assert_eq!(app.get("/sign-in").await.status(), StatusCode::OK, "this page needs no database");
    for (path, body) in [("/api/sign-in", "address=a@b.test&password=x"), ("/api/case/withdraw", "number=x")]
    {
        let request = app.request(Method::POST, path).body(body);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        says_to_try_again(request.send().await.unwrap(), path).await;
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Trouble is logged with the page it was on, not with what was searched for there. (Only what runs on this thread is
/// written down, which is all of the server.)
#[tokio::test]
async fn the_log_tells_of_trouble_without_what_was_searched_for() {
    let log = Log::default();
    let lines = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
    let _written = tracing::subscriber::set_default(lines);
    let (app, cookie) = out_of_reach().await;
    let request = app.request(Method::GET, "/sent?q=takeover").header(header::COOKIE, &cookie);
    says_to_try_again(request.send().await.unwrap(), "/sent").await;

    let app = TestApp::start().await;
    let cookie = app.signed_in(AccountKind::Employee).await.cookie();
    let path = "/api/admin/engine/start?q=takeover";
    app.request(Method::POST, path).header(header::COOKIE, &cookie).send().await.unwrap();

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("page failed") && log.contains("path=\"/sent\""), "{log}");
    assert!(log.contains("refused") && log.contains("path=\"/api/admin/engine/start\""), "{log}");
    assert!(!log.contains("takeover"), "{log}");
}
