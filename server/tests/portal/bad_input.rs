//! Mail that isn't as it should be, mailboxes that can't be read, requests made twice: each a clear page.

use crate::support::{TestApp, address, location, say, say_with};
use domain::world::Clock as _;
use reqwest::{Method, StatusCode, header, multipart};
use server::{
    check::{Browser, Form, Page},
    demo::AccountKind,
};
use std::{fs, os::unix::fs::symlink, time::Duration};

/// A mail of the employee's to these people, sent so long ago.
fn mail(app: &TestApp, ago: Duration, id: &str, to: &[&str], subject: &str, body: &str) -> String {
    let date = app.clock.now().minus(ago).utc().to_rfc2822();
    let from = address(AccountKind::Employee);
    let id = if id.is_empty() { String::new() } else { format!("Message-ID: <{id}>\r\n") };
    let to = to.join(", ");
    format!("From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: {date}\r\n{id}\r\n{body}\r\n")
}

fn intents(page: &Page) -> Vec<String> {
    let links =
        page.links().into_iter().filter_map(|(link, _)| Some(link.split_once("/ask?intent=")?.1.to_owned()));
    links.collect()
}

/// What a page has to tell.
fn tells(page: &Page, keys: &[&str]) {
    let text = page.text();
    for key in keys {
        assert!(text.contains(&say(key)), "{} doesn't tell {key}: {text}", page.path);
    }
}

/// The forecast found an unread copy.
fn finds_it(page: &Page) {
    let found = say_with("forecast-unread-in", &[("folder", &say("forecast-inbox"))]);
    assert!(page.text().contains(&found), "{}: {}", page.path, page.text());
}

/// From the page of a mail to the form, and on to the check page with nothing changed but the note.
async fn checked(employee: &mut Browser, message: &Page) -> Page {
    let page = employee.open(&format!("{}/ask?intent=recall", message.path)).await.unwrap();
    let form = page.form("/api/ask").unwrap().fill("note", "发错了").unwrap().press("act", "check").unwrap();
    employee.submit(&page, form).await.unwrap()
}

fn request_form(page: &Page) -> Option<Form> {
    page.form("/api/drafts/request").ok()
}

#[tokio::test]
async fn a_mail_without_message_id_can_only_be_corrected() {
    let app = TestApp::start().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let raw = mail(&app, Duration::ZERO, "", &[address(AccountKind::Manager)], "No number", "text");
    app.lay(address(AccountKind::Manager), "", raw.as_bytes());
    let message = app.sent(&mut employee, "No number", raw.as_bytes()).await;
    tells(&message, &["message-no-id-title", "message-no-id", "trouble-no-message-id"]);
    assert_eq!(intents(&message), ["correct_only"]);

    let ask = employee.open(&format!("{}/ask?intent=recall", message.path)).await.unwrap();
    tells(&ask, &["ask-no-message-id"]);
    let form = ask.form("/api/ask").unwrap();
    assert_eq!(form.choices("intent"), ["correct_only"]);
    // What the form doesn't offer can be posted nevertheless.
    let (sent, draft) = (form.value("sent").unwrap(), form.value("draft").unwrap());
    let mut posted = multipart::Form::new();
    for (name, value) in
        [("sent", sent), ("draft", draft), ("intent", "recall"), ("recipient", address(AccountKind::Manager))]
    {
        posted = posted.text(name, value.to_owned());
    }
    let posted = posted.text("act", "check");
    let request = app.request(Method::POST, "/api/ask").header(header::COOKIE, employee.cookie());
    let check = location(&request.multipart(posted).send().await.unwrap()).to_owned();
    let check = employee.open(&check).await.unwrap();
    tells(&check, &["ask-problem-no-message-id"]);
    assert!(request_form(&check).is_none());
}

/// Anybody can lay anything into their own Sent folder.
#[tokio::test]
async fn somebody_elses_mail_can_be_looked_at_and_no_more() {
    let app = TestApp::start().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let (mine, theirs) = (address(AccountKind::Employee), address(AccountKind::Manager));
    let raw = mail(&app, Duration::ZERO, "boss@x", &[mine, theirs], "Salaries", "text");
    let copied = raw.replace(&format!("From: {mine}"), &format!("From: {theirs}"));
    app.lay(theirs, "", copied.as_bytes());
    let message = app.sent(&mut employee, "Salaries", copied.as_bytes()).await;
    tells(&message, &["message-not-theirs-title"]);
    assert!(message.text().contains(&say_with("message-not-theirs", &[("from", theirs)])));
    assert_eq!(intents(&message), Vec::<String>::new());
    assert!(!message.text().contains(&say("forecast-title")), "who has read it is none of their business");
    let ask = employee.get(&format!("{}/ask?intent=recall&draft={}", message.path, uuid::Uuid::nil())).await;
    assert_eq!(ask.unwrap().status, StatusCode::NOT_FOUND);

    let nameless = mail(&app, Duration::ZERO, "two@x", &[theirs], "Nobody's", "text");
    let nameless = nameless.replace("From: ", &format!("From: {theirs}, "));
    let message = app.sent(&mut employee, "Nobody's", nameless.as_bytes()).await;
    tells(&message, &["message-not-theirs-title", "message-without-author"]);
}

#[tokio::test]
async fn mails_that_share_a_message_id_are_told_apart() {
    let app = TestApp::start().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let manager = address(AccountKind::Manager);
    let one = mail(&app, Duration::ZERO, "same@chengyu.example", &[manager], "First", "one text");
    let other = mail(&app, Duration::ZERO, "same@chengyu.example", &[manager], "Second", "another text");
    app.lay(manager, "", other.as_bytes());
    let first = app.sent(&mut employee, "First", one.as_bytes()).await;
    assert!(!first.text().contains(&say("message-shared-id-title")), "it is alone so far");
    let second = app.sent(&mut employee, "Second", other.as_bytes()).await;
    tells(&second, &["message-shared-id-title"]);
    finds_it(&second);
    let first = employee.open(&first.path).await.unwrap();
    tells(&first, &["message-shared-id-title", "trouble-content-differs"]);
}

#[tokio::test]
async fn mailboxes_that_are_missing_or_unreadable_are_named_before_and_after() {
    let app = TestApp::start().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let [reads, denied, missing] =
        [AccountKind::Helpdesk, AccountKind::Manager, AccountKind::SecondApprover].map(address);
    let to = [reads, denied, missing];
    let raw = mail(&app, Duration::ZERO, "trouble@chengyu.example", &to, "Trouble ahead", "text");
    app.lay(reads, "", raw.as_bytes());
    // Permissions don't stop root, who may run the tests; a way that leads in a circle stops everybody.
    fs::create_dir_all(app.maildir(denied).parent().unwrap()).unwrap();
    symlink("Maildir", app.maildir(denied)).unwrap();
    let message = app.sent(&mut employee, "Trouble ahead", raw.as_bytes()).await;
    let troubles = ["trouble-mailbox-denied", "trouble-mailbox-missing"];
    tells(&message, &troubles);
    tells(&message, &["trouble-mailbox-denied-advice", "trouble-mailbox-missing-advice"]);
    finds_it(&message);

    let check = checked(&mut employee, &message).await;
    let case = employee.submit(&check, request_form(&check).unwrap()).await.unwrap();
    let number = case.path.strip_prefix("/cases/").unwrap().to_owned();
    // The stream ends with the case.
    employee.get(&format!("/cases/{number}/events")).await.unwrap();
    let case = employee.open(&format!("/cases/{number}")).await.unwrap();
    tells(&case, &troubles);
    tells(&case, &["outcome-removed-unread", "outcome-failed"]);
    tells(&case, &["trouble-mailbox-denied-advice", "trouble-mailbox-missing-advice"]);
}

/// Boundaries that never come, encodings that aren't, characters that don't exist, half a header.
#[tokio::test]
async fn broken_mime_is_shown_as_far_as_it_goes() {
    let app = TestApp::start().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let to = [address(AccountKind::Manager)];
    for (at, (header, body)) in [
        ("Content-Type: multipart/mixed; boundary=b", "--x\r\n\r\nnever reached"),
        ("Content-Type: multipart/mixed", "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b"),
        ("Content-Transfer-Encoding: base64", "!!!! not base64 ===="),
        (
            "Content-Type: text/plain; charset=utf-99\r\nContent-Transfer-Encoding: quoted-printable",
            "=ZZ=E4=\u{0}",
        ),
        ("Content-Type: message/rfc822\r\nX-Broken: =?utf-8?B?5p6X6Z2S", "From"),
        (": :", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let subject = format!("Broken {at}");
        let raw = mail(&app, Duration::ZERO, &format!("{at}@chengyu.example"), &to, &subject, body);
        let raw = raw.replacen("\r\n\r\n", &format!("\r\n{header}\r\n\r\n"), 1);
        app.lay(to[0], "", raw.as_bytes());
        let message = app.sent(&mut employee, &subject, raw.as_bytes()).await;
        finds_it(&message);
        let check = checked(&mut employee, &message).await;
        assert!(request_form(&check).is_some(), "{subject} can be recalled: {}", check.text());
    }
}

#[tokio::test]
async fn a_message_of_thirty_megabytes_has_a_page() {
    let app = TestApp::start().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let line = "0123456789abcdef".repeat(4) + "\r\n";
    let body = line.repeat(30 * 1024 * 1024 / line.len());
    let to = [address(AccountKind::Manager)];
    let raw = mail(&app, Duration::ZERO, "large@chengyu.example", &to, "Very large", &body);
    app.lay(to[0], "", raw.as_bytes());
    let message = app.sent(&mut employee, "Very large", raw.as_bytes()).await;
    finds_it(&message);
    assert!(message.body.len() < 1024 * 1024, "the page isn't as large as the mail");
}

#[tokio::test]
async fn clicking_twice_going_back_and_asking_again_lead_to_one_case() {
    let app = TestApp::start().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let to = [address(AccountKind::Manager)];
    // Older than what nobody has to approve, so that the case stays open.
    let raw = mail(&app, Duration::from_hours(2), "twice@chengyu.example", &to, "Only once", "text");
    let message = app.sent(&mut employee, "Only once", raw.as_bytes()).await;
    let check = checked(&mut employee, &message).await;
    let (form, cookie) = (request_form(&check).unwrap().urlencoded(), employee.cookie());
    let click = async || {
        let request = app.request(Method::POST, "/api/drafts/request").header(header::COOKIE, &cookie);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        location(&request.body(form.clone()).send().await.unwrap()).to_owned()
    };
    let (one, other) = tokio::join!(click(), click());
    assert!(one.starts_with("/cases/R-"), "{one}");
    assert_eq!(one, other);
    assert_eq!(click().await, one, "and later");
    for earlier in [&check.path, &message.path] {
        let page = employee.open(earlier).await.unwrap();
        assert!(page.path == one || page.links().iter().any(|(link, _)| *link == one), "{earlier}");
    }

    let again = checked(&mut employee, &message).await;
    tells(&again, &["ask-open-case-title"]);
    assert!(request_form(&again).is_none() && again.links().iter().any(|(link, _)| *link == one));
}

/// As where the mail program and the server each file a copy.
#[tokio::test]
async fn a_mail_that_was_filed_twice_says_that_its_twin_has_a_case() {
    let app = TestApp::start().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let to = [address(AccountKind::Manager)];
    let raw = mail(&app, Duration::from_hours(2), "filed@chengyu.example", &to, "Filed twice", "text");
    let one = app.sent(&mut employee, "Filed twice", raw.as_bytes()).await;
    app.sent(&mut employee, "Filed twice", raw.as_bytes()).await;
    let links = employee.open("/sent").await.unwrap().links();
    let mut rows = links.into_iter().filter(|(_, shown)| shown == "Filed twice");
    let (twin, _) = rows.find(|(link, _)| *link != one.path).expect("two rows");
    let twin = employee.open(&twin).await.unwrap();
    let check_twin = checked(&mut employee, &twin).await;
    let check = checked(&mut employee, &one).await;
    let case = employee.submit(&check, request_form(&check).unwrap()).await.unwrap();
    assert!(case.path.starts_with("/cases/R-"), "{}", case.path);

    let pressed = employee.submit(&check_twin, request_form(&check_twin).unwrap()).await.unwrap();
    assert_eq!(pressed.messages(), [say("ask-open-case-title")]);
    for page in [pressed, employee.open(&twin.path).await.unwrap()] {
        tells(&page, &["ask-open-case-title", "ask-open-case"]);
        assert!(request_form(&page).is_none(), "{}", page.path);
        assert!(page.links().iter().any(|(link, _)| *link == case.path), "{}", page.path);
    }
}

#[tokio::test]
async fn a_form_about_somebody_elses_mail_saves_nothing() {
    let app = TestApp::start().await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let to = [address(AccountKind::Manager)];
    let raw = mail(&app, Duration::from_hours(2), "hers@chengyu.example", &to, "Hers", "text");
    let message = app.sent(&mut employee, "Hers", raw.as_bytes()).await;
    let check = checked(&mut employee, &message).await;
    let page = employee.open(&format!("{}/ask", message.path)).await.unwrap();
    let form = page.form("/api/ask").unwrap().fill("note", "not mine").unwrap();

    let mut stranger = app.signed_in(AccountKind::Administrator).await;
    let refused = stranger.submit(&page, form.press("act", "check").unwrap()).await.unwrap();
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    for path in [&message.path, &check.path, &format!("{}/ask", message.path)] {
        assert_eq!(stranger.get(path).await.unwrap().status, StatusCode::NOT_FOUND, "{path}");
    }
    let case = employee.submit(&check, request_form(&check).unwrap()).await.unwrap();
    assert_eq!(stranger.get(&case.path).await.unwrap().status, StatusCode::NOT_FOUND, "404, not 403");
}
