//! A finished recall undone through the portal's pages: asked for, withdrawn, decided, carried out.

use crate::support::{TestApp, address, location, say, say_with};
use domain::shared::CaseState;
use reqwest::{Method, StatusCode, header};
use server::{
    check::{Browser, Page, Wish, ask},
    demo::AccountKind,
};
use std::fs;

const ASK: &str = "/api/case/restore";
const DROP: &str = "/api/case/restore/drop";
const REASON: &str = "其实是对的 <b>";

/// Needs no approval, so it finishes by itself.
const WISH: Wish<'static> = Wish {
    intent: "recall",
    include_read: false,
    reason: "wording",
    note: "Quickly, please.",
    letter: None,
    file: None,
};

/// The engine is at it; each look takes a while.
async fn until(browser: &mut Browser, path: &str, what: &str, fits: impl Fn(&Page) -> bool) -> Page {
    for _ in 0..1_000 {
        let page = browser.open(path).await.unwrap();
        if fits(&page) {
            return page;
        }
    }
    panic!("{path} never shows {what}");
}

/// The page of a recall that has taken one copy, and who asked for it.
async fn finished(app: &TestApp) -> (Browser, Page, String) {
    let colleague = app.colleagues(1).await.remove(0);
    let (from, date) = (address(AccountKind::Employee), app.clock_date());
    let raw = format!(
        "From: {from}\r\nTo: {colleague}\r\nSubject: plan\r\nDate: {date}\r\nMessage-ID: <plan@test>\r\n\r\nText.\r\n"
    );
    app.lay(&colleague, "", raw.as_bytes());
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let message = app.sent(&mut employee, "plan", raw.as_bytes()).await;
    let number = ask(&mut employee, &message, &WISH).await.unwrap();
    let path = format!("/cases/{number}");
    let page = until(&mut employee, &path, "the form", |page| page.form(ASK).is_ok()).await;
    assert_eq!(inbox(app, &colleague), 0, "it was taken");
    (employee, page, colleague)
}

fn inbox(app: &TestApp, owner: &str) -> usize {
    let files = |place: &str| fs::read_dir(app.maildir(owner).join(place)).unwrap().count();
    files("cur") + files("new")
}

async fn state(app: &TestApp, page: &Page) -> CaseState {
    let number = page.path.strip_prefix("/cases/").unwrap().parse().unwrap();
    let mut tx = app.running.portal.store.read().await.unwrap();
    tx.case_by_number(number).await.unwrap().unwrap().state
}

async fn post(browser: &mut Browser, page: &Page, action: &str, note: Option<&str>) -> Page {
    let mut form = page.form(action).unwrap();
    if let Some(note) = note {
        form = form.fill("note", note).unwrap();
    }
    browser.submit(page, form).await.unwrap()
}

#[tokio::test]
async fn asking_needs_a_reason_and_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let (mut employee, page, _) = finished(&app).await;
    let told = post(&mut employee, &page, ASK, Some("  ")).await;
    assert_eq!(told.messages(), [say("restore-note-missing")]);
    assert_eq!(told.form(ASK).unwrap().value("note"), Some("  "));
    let long = "长".repeat(2_001);
    let told = post(&mut employee, &told, ASK, Some(&long)).await;
    assert_eq!(told.messages().len(), 1);
    assert_eq!(told.form(ASK).unwrap().value("note"), Some(long.as_str()));
    assert_eq!(state(&app, &page).await, CaseState::Finished);
}

#[tokio::test]
async fn a_request_can_be_withdrawn_and_strangers_learn_nothing() {
    let app = TestApp::start().await;
    let (mut employee, page, colleague) = finished(&app).await;
    let mut stranger = app.signed_in(AccountKind::Administrator).await;
    assert_eq!(stranger.get(&page.path).await.unwrap().status, StatusCode::NOT_FOUND);
    let number = page.path.strip_prefix("/cases/").unwrap();
    for path in [ASK, DROP] {
        let request = app.request(Method::POST, path).header(header::COOKIE, stranger.cookie());
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.body(format!("number={number}&note=mine")).send().await.unwrap();
        assert_eq!(location(&answer), "/cases", "{path}");
        assert_eq!(state(&app, &page).await, CaseState::Finished, "{path}");
    }

    let waiting = post(&mut employee, &page, ASK, Some(REASON)).await;
    assert_eq!(waiting.messages(), [say("restore-asked")]);
    assert_eq!(state(&app, &page).await, CaseState::RestoreRequested);
    assert!(waiting.form(ASK).is_err(), "asked for once");
    assert!(waiting.body.contains("http-equiv=\"refresh\""), "nobody types on it: it stays fresh");
    // Going back and pressing again changes nothing.
    let again = post(&mut employee, &page, ASK, Some("again")).await;
    assert_eq!(again.messages(), [say_with("restore-not-now", &[("state", &say("case-restore-requested"))])]);

    let dropped = post(&mut employee, &again, DROP, None).await;
    assert_eq!(dropped.messages(), [say("restore-dropped")]);
    assert_eq!(state(&app, &page).await, CaseState::Finished);
    assert!(dropped.form(ASK).is_ok(), "it can be asked for again");
    assert_eq!(inbox(&app, &colleague), 0, "nothing moved");
}

/// The page was opened before the reason changed.
#[tokio::test]
async fn an_approval_counts_only_for_the_reason_that_was_seen() {
    let app = TestApp::start().await;
    let (mut employee, page, _) = finished(&app).await;
    let asked = post(&mut employee, &page, ASK, Some(REASON)).await;
    let mut manager = app.signed_in(AccountKind::Manager).await;
    let seen = manager.open(&page.path).await.unwrap();
    let dropped = post(&mut employee, &asked, DROP, None).await;
    post(&mut employee, &dropped, ASK, Some("another reason")).await;

    let form = seen.form("/api/case/decide").unwrap().press("verdict", "approved").unwrap();
    let told = manager.submit(&seen, form).await.unwrap();
    assert_eq!(told.messages(), [say("cases-decide-other-targets")]);
    assert_eq!(state(&app, &page).await, CaseState::RestoreRequested);
    let form = told.form("/api/case/decide").unwrap().press("verdict", "approved").unwrap();
    manager.submit(&told, form).await.unwrap();
    assert_ne!(state(&app, &page).await, CaseState::RestoreRequested);
}

#[tokio::test]
async fn the_manager_decides_about_putting_back_and_it_happens() {
    let app = TestApp::start().await;
    let (mut employee, page, colleague) = finished(&app).await;
    post(&mut employee, &page, ASK, Some(REASON)).await;

    let mut manager = app.signed_in(AccountKind::Manager).await;
    let list = manager.open("/approvals").await.unwrap();
    assert!(list.text().contains(&say("approvals-hint-restore")), "{}", list.text());
    let to_decide =
        manager.open(&list.link_to(page.path.strip_prefix("/cases/").unwrap()).unwrap()).await.unwrap();
    for part in [say("restore-decide-about").as_str(), REASON] {
        assert!(to_decide.text().contains(part), "{part} in {}", to_decide.text());
    }
    let form = to_decide.form("/api/case/decide").unwrap().press("verdict", "refused").unwrap();
    let told = manager.submit(&to_decide, form).await.unwrap();
    assert_eq!(told.messages(), [say("cases-decide-comment-missing")]);
    let form = told.form("/api/case/decide").unwrap().press("verdict", "approved").unwrap();
    let told = manager.submit(&told, form).await.unwrap();
    assert_eq!(told.messages(), [say("restore-decided-approved")]);

    let report = manager.open(&format!("{}/report", page.path)).await.unwrap();
    let current = "href=\"/approvals\" aria-current=\"page\"";
    assert!(told.body.contains(current) && report.body.contains(current), "they came from their approvals");

    let done = say("restore-done");
    let back = until(&mut employee, &page.path, &done, |page| page.text().contains(&done)).await;
    assert_eq!(state(&app, &page).await, CaseState::Restored);
    assert_eq!(inbox(&app, &colleague), 1);
    assert!(back.form(ASK).is_err() && back.form(DROP).is_err());
    let report = employee.open(&format!("{}/report", page.path)).await.unwrap();
    for part in [say("restore-asked-by").as_str(), REASON, &say("restore-approval")] {
        assert!(report.text().contains(part), "{part} in {}", report.text());
    }
    let csv = employee.get(&format!("{}/report.csv", page.path)).await.unwrap().body;
    let line = csv.lines().nth(1).unwrap();
    assert!(
        line.contains(address(AccountKind::Employee)) && line.contains(address(AccountKind::Manager)),
        "{line}"
    );
}
