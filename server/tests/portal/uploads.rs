//! Files that are too large cost no word of what was typed beside them.

use crate::support::{TestApp, address, location, say, say_with};
use domain::case::ask::{self, AskError};
use futures::{StreamExt as _, stream};
use reqwest::{Body, Method, StatusCode, header};
use server::{
    check::{Attached, Browser, Form, Page},
    commands::demo::PASSWORD,
    demo::AccountKind,
};
use std::{io, time::Duration};

const MEGABYTE: usize = 1_000_000;
const TYPED: &str = "写了很久的说明";

async fn form_of(app: &TestApp, employee: &mut Browser) -> (Page, Form) {
    let (from, to) = (address(AccountKind::Employee), address(AccountKind::Manager));
    let raw = format!(
        "From: {from}\r\nTo: {to}\r\nSubject: Draft\r\nMessage-ID: <1@chengyu.example>\r\n\r\ntext\r\n"
    );
    let message = app.sent(employee, "Draft", raw.as_bytes()).await;
    let page = employee.open(&format!("{}/ask?intent=recall", message.path)).await.unwrap();
    let form = page.form("/api/ask").unwrap().fill("note", TYPED).unwrap();
    (page, form)
}

fn file(name: &str, bytes: usize) -> Attached {
    Attached { name: name.to_owned(), content_type: "application/octet-stream", bytes: vec![b'x'; bytes] }
}

async fn small_limit() -> TestApp {
    TestApp::start_with(&[("RECANT_LIMITS__UPLOAD_MB", "1")]).await
}

fn kept(page: &Page) {
    assert_eq!(page.form("/api/ask").unwrap().value("note"), Some(TYPED), "{}", page.path);
}

fn too_large(app: &TestApp, name: &str) -> String {
    say_with("ask-file-too-large", &[("name", name), ("limit", &limit(app))])
}

fn limit(app: &TestApp) -> String {
    app::show::size(app.running.portal.settings.max_upload)
}

#[tokio::test]
async fn thirty_megabytes_are_taken_and_one_byte_more_is_not() {
    let app = TestApp::start().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let (page, form) = form_of(&app, &mut employee).await;
    let limit = usize::try_from(app.running.portal.settings.max_upload).unwrap();
    assert_eq!(limit, 30 * MEGABYTE);
    let form = form.attach("files", file("all.bin", limit)).unwrap();
    let page = employee.submit(&page, form.press("act", "attach").unwrap()).await.unwrap();
    assert_eq!(page.messages(), Vec::<String>::new());
    assert!(page.text().contains("all.bin"));
    kept(&page);

    let form = page.form("/api/ask").unwrap().attach("files", file("more.bin", 1)).unwrap();
    let page = employee.submit(&page, form.press("act", "check").unwrap()).await.unwrap();
    assert_eq!(page.messages(), [too_large(&app, "more.bin")]);
    assert!(!page.path.starts_with("/drafts/"), "not on to the check page without the file");
    kept(&page);
}

#[tokio::test]
async fn a_film_instead_of_a_document_is_named_and_the_text_is_kept() {
    let app = small_limit().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let (page, form) = form_of(&app, &mut employee).await;
    let form = form.attach("files", file("film.mp4", 15 * MEGABYTE)).unwrap();
    let form = form.attach("files", file("small.pdf", 10)).unwrap();
    let page = employee.submit(&page, form.press("act", "check").unwrap()).await.unwrap();
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.messages(), [too_large(&app, "film.mp4")]);
    assert!(page.text().contains("small.pdf"), "what fits is there");
    kept(&page);
}

#[tokio::test]
async fn a_film_after_the_session_has_ended_leaves_the_text_waiting() {
    let app = small_limit().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let (page, form) = form_of(&app, &mut employee).await;
    let form = form.attach("files", file("film.mp4", 15 * MEGABYTE)).unwrap();
    // The same page in a browser that has lost its cookie.
    let mut later = app.browser();
    let page = later.submit(&page, form.press("act", "check").unwrap()).await.unwrap();
    assert!(page.path.starts_with("/sign-in?next="), "{}", page.path);
    assert_eq!(page.messages(), [say("frame-session-ended-kept")]);
    let form = page.form("/api/sign-in").unwrap();
    let form =
        form.fill("address", address(AccountKind::Employee)).unwrap().fill("password", PASSWORD).unwrap();
    kept(&later.submit(&page, form).await.unwrap());
}

/// A whole disk: the server stops reading, and has the text by then, which stands before the files in the form.
#[tokio::test]
async fn beyond_all_measure_the_text_is_saved_before_it_is_cut_off() {
    let app = small_limit().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let (page, form) = form_of(&app, &mut employee).await;
    let place = |what: &str| page.body.find(what).unwrap_or_else(|| panic!("no {what}"));
    for name in ["sent", "draft", "for_person", "intent", "recipient", "note", "subject", "text"] {
        assert!(place(&format!("name=\"{name}\"")) < place("name=\"files\""), "{name} comes too late");
    }

    let field = |name: &str| {
        let value = form.value(name).unwrap_or_default();
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let text = ["sent", "draft", "for_person", "intent", "recipient", "note"].map(field).concat();
    let file = "--XX\r\nContent-Disposition: form-data; name=\"files\"; filename=\"disk.img\"\r\n\r\n";
    let head = stream::iter([Ok::<_, io::Error>(format!("{text}{file}").into_bytes())]);
    let bytes = stream::repeat_with(|| Ok(vec![b'x'; MEGABYTE])).take(20);
    let request = app.request(Method::POST, "/api/ask").header(header::COOKIE, employee.cookie());
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX");
    // A terabyte is announced; after a fiftieth of a thousandth of it the client waits for what the server says.
    let request = request.header(header::CONTENT_LENGTH, 1_u64 << 40);
    let body = Body::wrap_stream(head.chain(bytes).chain(stream::pending()));
    let answer = request.body(body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let page = employee.open(location(&answer).split('#').next().unwrap()).await.unwrap();
    assert_eq!(page.messages(), [say_with("ask-file-broken-off", &[("limit", &limit(&app))])]);
    kept(&page);
}

/// Nobody has signed in, and no field ever comes: the server doesn't wait for the rest of a terabyte.
#[tokio::test]
async fn what_is_no_form_is_not_read_on() {
    let app = TestApp::start().await;
    for head in ["", "--XX\r\nContent-Disposition: form-data; name=\""] {
        let bytes = stream::iter([Ok::<_, io::Error>(head.as_bytes().to_vec()), Ok(vec![0; MEGABYTE])]);
        let request = app.request(Method::POST, "/api/ask").header(header::CONTENT_LENGTH, 1_u64 << 40);
        let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX");
        let answer = request.body(Body::wrap_stream(bytes.chain(stream::pending()))).send().await.unwrap();
        assert_eq!(location(&answer), "/sign-in?next=/sent");
    }
}

#[tokio::test]
async fn unfinished_requests_hold_ten_times_what_one_may() {
    let app = small_limit().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let (page, form) = form_of(&app, &mut employee).await;
    let path = format!("{}/ask?intent=recall", page.link_to("Draft").unwrap());
    let whole = |form: Form, name: &str| {
        let form = form.attach("files", file(name, MEGABYTE)).unwrap();
        form.fill("note", TYPED).unwrap().press("act", "check").unwrap()
    };
    let mut last = employee.submit(&page, whole(form, "1.bin")).await.unwrap();
    for n in 2..=10 {
        let page = employee.open(&path).await.unwrap();
        let form = page.form("/api/ask").unwrap();
        last = employee.submit(&page, whole(form, &format!("{n}.bin"))).await.unwrap();
        assert!(last.path.starts_with("/drafts/"), "{}: {:?}", last.path, last.messages());
    }

    let page = employee.open(&path).await.unwrap();
    let form = page.form("/api/ask").unwrap();
    let page = employee.submit(&page, whole(form, "11.bin")).await.unwrap();
    let limit = app::show::size(10 * app.running.portal.settings.max_upload);
    let refused = say_with("ask-file-too-much-unfinished", &[("name", "11.bin"), ("limit", &limit)]);
    assert_eq!(page.messages(), [refused]);
    kept(&page);

    // What the sentence advises helps.
    employee.submit(&last, last.form("/api/drafts/discard").unwrap()).await.unwrap();
    let form = page.form("/api/ask").unwrap();
    let page = employee.submit(&page, whole(form, "11.bin")).await.unwrap();
    assert!(page.path.starts_with("/drafts/"), "{}: {:?}", page.path, page.messages());
}

#[tokio::test]
async fn of_very_many_unfinished_requests_the_oldest_goes() {
    let app = TestApp::start().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let (page, form) = form_of(&app, &mut employee).await;
    let first = employee.submit(&page, form.press("act", "check").unwrap()).await.unwrap();
    let portal = &app.running.portal;
    let id = first.path.strip_prefix("/drafts/").unwrap().parse().unwrap();
    let directory = portal.directory().await.unwrap();
    let owner = directory.person_by_address(&address(AccountKind::Employee).parse().unwrap()).unwrap();
    let (draft, _) = ask::draft(portal, owner, id).await.unwrap();
    for n in 1..=200 {
        assert!(ask::draft(portal, owner, id).await.is_ok(), "gone after {n}");
        app.clock.advance(Duration::from_secs(1));
        ask::save(portal, owner, portal.world.id(), draft.sent, draft.form.clone()).await.unwrap();
    }
    assert!(matches!(ask::draft(portal, owner, id).await, Err(AskError::NotFound)));
}
