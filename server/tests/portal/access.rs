//! Everything that can be asked for is in the access table, and the table holds.

use crate::support::{TestApp, location};
use app::access::{Access, HANDLERS, PAGES, SERVER_FNS, UPLOADS};
use reqwest::{Method, StatusCode, header, multipart::Form};
use server::demo::AccountKind;
use std::collections::BTreeSet;

/// A path of the table with something in its gaps.
fn filled(path: &str) -> String {
    path.replace("{id}", "0198a8a0-0000-7000-8000-000000000000").replace("{number}", "R-2026-000001")
}

/// What changes something stands below `/api/`.
fn method_of(path: &str) -> Method {
    if path.starts_with("/api/") { Method::POST } else { Method::GET }
}

fn is_for_roles(access: Access) -> bool {
    matches!(access, Access::Approver | Access::Helpdesk | Access::Administrator)
}

#[tokio::test]
async fn nothing_is_reachable_that_the_table_does_not_list() {
    let listed = |table: &'static [(&str, Access)]| -> BTreeSet<String> {
        table.iter().map(|(path, _)| (*path).to_owned()).collect()
    };
    let pages: BTreeSet<String> =
        leptos_axum::generate_route_list(app::App).iter().map(|route| route.path().to_owned()).collect();
    assert_eq!(pages, listed(PAGES));
    let functions: BTreeSet<String> =
        server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    assert_eq!(functions, listed(SERVER_FNS));
}

#[tokio::test]
async fn strangers_are_sent_to_sign_in() {
    let app = TestApp::start().await;
    for (path, _) in PAGES.iter().filter(|(_, access)| *access != Access::Public) {
        let path = filled(path);
        let answer = app.get(&path).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
        assert_eq!(location(&answer), format!("/sign-in?next={path}"));
        let body = answer.text().await.unwrap();
        assert!(!body.contains("<h1"), "{path} shows something to strangers");
    }
    for (path, _) in HANDLERS.iter().filter(|(_, access)| *access != Access::Public) {
        let request = app.request(method_of(path), &filled(path));
        let request = if UPLOADS.contains(path) {
            request.multipart(Form::new().text("act", "check"))
        } else {
            request
        };
        let answer = request.send().await.unwrap();
        let refused =
            answer.status() == StatusCode::UNAUTHORIZED || location(&answer).starts_with("/sign-in");
        assert!(refused, "{path}: {} {}", answer.status(), location(&answer));
    }
    for (path, _) in SERVER_FNS.iter().filter(|(_, access)| *access != Access::Public) {
        let request =
            app.request(Method::POST, path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.send().await.unwrap();
        let refused =
            answer.status() == StatusCode::UNAUTHORIZED || location(&answer).starts_with("/sign-in");
        assert!(refused, "{path}: {} {}", answer.status(), location(&answer));
    }
}

#[tokio::test]
async fn an_employee_gets_nothing_that_is_for_roles() {
    let app = TestApp::start().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    for (path, _) in PAGES.iter().chain(HANDLERS).filter(|(_, access)| is_for_roles(*access)) {
        let page = employee.get(&filled(path)).await.unwrap();
        assert!(
            [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&page.status),
            "{path}: {}",
            page.status
        );
    }
    let cookie = employee.cookie();
    for (path, _) in SERVER_FNS.iter().filter(|(_, access)| is_for_roles(*access)) {
        let request = app.request(Method::POST, path).header(header::COOKIE, &cookie);
        let answer =
            request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").send().await.unwrap();
        let refused = answer.status() == StatusCode::FORBIDDEN || location(&answer) == "/sent";
        assert!(refused, "{path}: {} {}", answer.status(), location(&answer));
        let page = employee.open("/sent").await.unwrap();
        assert!(!page.messages().is_empty(), "{path}: refused without a word");
    }
}

#[tokio::test]
async fn everybody_with_the_role_gets_in() {
    let app = TestApp::start().await;
    for (kind, access) in [
        (AccountKind::Manager, Access::Approver),
        (AccountKind::SecondApprover, Access::Approver),
        (AccountKind::Helpdesk, Access::Helpdesk),
        (AccountKind::Administrator, Access::Administrator),
    ] {
        let mut browser = app.signed_in(kind).await;
        for (path, _) in PAGES.iter().filter(|(_, needed)| *needed == access) {
            browser.open(path).await.unwrap_or_else(|error| panic!("{kind:?}: {error:#}"));
        }
    }
}

/// The answer for somebody else's case, or mail, is that of one that doesn't exist.
#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let app = TestApp::start().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    for path in
        ["/cases/R-2026-000001", "/cases/rubbish", "/sent/0198a8a0-0000-7000-8000-000000000000", "/nothing"]
    {
        assert_eq!(employee.get(path).await.unwrap().status, StatusCode::NOT_FOUND, "{path}");
    }
}
