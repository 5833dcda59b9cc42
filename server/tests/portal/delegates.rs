//! A shared mailbox on the pages: who acts for it finds its mail and recalls it, and to everybody else it isn't there.

use crate::support::{TestApp, address, say, say_with};
use domain::org::{Delegate, Person};
use reqwest::StatusCode;
use server::{
    check::{Browser, Page, Wish, ask},
    demo::{AccountKind, accounts},
};
use std::fs;

/// Needs an approval: read copies are asked for, too.
const WISH: Wish<'static> = Wish {
    intent: "recall",
    include_read: true,
    reason: "wording",
    note: "Quickly, please.",
    letter: None,
    file: None,
};

/// A colleague's mailbox is shared with those; it has sent one mail.
async fn shared_with(app: &TestApp, kinds: &[AccountKind]) -> Person {
    let portal = &app.running.portal;
    let directory = portal.directory().await.unwrap();
    let person = |address: &str| directory.person_by_address(&address.parse().unwrap()).unwrap().clone();
    let mut colleagues = app.colleagues(20).await;
    colleagues.retain(|colleague| accounts().iter().all(|account| account.address != colleague));
    let (mut mailbox, to) = (person(&colleagues[0]), &colleagues[1]);
    mailbox.delegates = kinds.iter().map(|kind| Delegate::Person(person(address(*kind)).id)).collect();
    let groups: Vec<_> = directory.groups().into_iter().cloned().collect();
    let mut tx = portal.store.write().await.unwrap();
    tx.replace_organisation(std::slice::from_ref(&mailbox), &[], &groups).await.unwrap();
    tx.commit().await.unwrap();
    let raw = format!(
        "From: {}\r\nTo: {to}\r\nSubject: offer\r\nDate: {}\r\nMessage-ID: <offer@x.test>\r\n\r\nHello.\r\n",
        mailbox.address,
        app.clock_date()
    );
    app.lay(to, "", raw.as_bytes());
    app.lay(mailbox.address.as_str(), ".Sent", raw.as_bytes());
    mailbox
}

async fn statuses(browser: &mut Browser, paths: &[String]) -> Vec<StatusCode> {
    let mut statuses = Vec::new();
    for path in paths {
        statuses.push(browser.get(path).await.unwrap().status);
    }
    statuses
}

/// But for the number of the request.
fn words(page: &Page) -> Vec<String> {
    let number = say_with("frame-request-id", &[("request", "")]);
    page.text().split(' ').filter(|word| !word.starts_with(number.trim())).map(str::to_owned).collect()
}

#[tokio::test]
async fn who_acts_for_a_mailbox_finds_its_mail_and_others_meet_nothing() {
    let app = TestApp::start().await;
    let mailbox = shared_with(&app, &[AccountKind::Employee, AccountKind::SecondApprover]).await;
    let named = format!("{} <{}>", mailbox.name, mailbox.address);
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let own = employee.open("/sent").await.unwrap();
    assert!(own.link_to("offer").is_err(), "not among one's own");
    let list = own.link_to(&named).unwrap();
    let shared = employee.open(&list).await.unwrap();
    let message = employee.open(&shared.link_to("offer").unwrap()).await.unwrap();
    assert!(
        message.text().contains(&say_with("sent-acting-for", &[("mailbox", &named)])),
        "{}",
        message.text()
    );
    assert!(message.links().contains(&(list.clone(), say("message-back"))), "{:?}", message.links());
    let query = list.split_once('?').unwrap().1;
    let results = format!("/sent/results?{query}");
    let paths = [list.clone(), message.path.clone(), format!("{}/ask", message.path), results.clone()];
    assert_eq!(statuses(&mut employee, &paths).await, [StatusCode::OK; 4]);

    let mut stranger = app.signed_in(AccountKind::Helpdesk).await;
    assert_eq!(statuses(&mut stranger, &paths).await, [StatusCode::NOT_FOUND; 4]);
    let nobody = stranger.get("/sent?of=nobody%40x.test").await.unwrap();
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert_eq!(words(&nobody), words(&stranger.get(&list).await.unwrap()), "told apart by nothing");
    assert!(!stranger.open("/sent").await.unwrap().body.contains("?of="), "nothing to choose");

    let number = ask(&mut employee, &message, &WISH).await.unwrap();
    let case = format!("/cases/{number}");
    let page = employee.open(&case).await.unwrap();
    assert!(page.text().contains(&format!("{} {named}", say("cases-mailbox"))), "{}", page.text());
    page.form("/api/case/withdraw").unwrap();
    // The other one who acts for it sees what became of it, and no more.
    let mut other = app.signed_in(AccountKind::SecondApprover).await;
    let seen = other.open(&case).await.unwrap();
    assert!(seen.form("/api/case/withdraw").is_err() && seen.form("/api/case/decide").is_err());

    // No longer shared: gone from the next request on, but for what one has asked oneself.
    shared_with(&app, &[]).await;
    assert_eq!(statuses(&mut employee, &paths).await, [StatusCode::NOT_FOUND; 4]);
    assert_eq!(statuses(&mut employee, std::slice::from_ref(&case)).await, [StatusCode::OK]);
    assert_eq!(statuses(&mut other, &[case]).await, [StatusCode::NOT_FOUND]);
}

/// Whoever wrote it from the shared mailbox may have a copy in a Sent folder of their own.
#[tokio::test]
async fn of_a_case_in_another_mailbox_nothing_is_shown_but_that_there_is_one() {
    let app = TestApp::start().await;
    let mailbox = shared_with(&app, &[AccountKind::Employee, AccountKind::SecondApprover]).await;
    let list = format!("/sent?of={}", mailbox.address.as_str().replace('@', "%40"));
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let shared = employee.open(&list).await.unwrap();
    let message = shared.link_to("offer").unwrap();

    let filed = fs::read_dir(app.maildir(mailbox.address.as_str()).join(".Sent/cur")).unwrap();
    let raw = fs::read(filed.last().unwrap().unwrap().path()).unwrap();
    app.lay(address(AccountKind::SecondApprover), ".Sent", &raw);
    app.read_sent(address(AccountKind::SecondApprover)).await;
    let mut other = app.signed_in(AccountKind::SecondApprover).await;
    let own = other.open("/sent").await.unwrap();
    let (own, _) = own.links().into_iter().find(|(_, shown)| shown == "offer").unwrap();
    let own = other.open(&own).await.unwrap();
    let number = ask(&mut other, &own, &WISH).await.unwrap();

    let message = employee.open(&message).await.unwrap();
    let text = message.text();
    for key in ["ask-open-case-title", "ask-open-case-elsewhere"] {
        assert!(text.contains(&say(key)), "{key} in {text}");
    }
    assert!(!message.body.contains(&number), "it isn't theirs to see");
    let case = employee.get(&format!("/cases/{number}")).await.unwrap();
    assert_eq!(case.status, StatusCode::NOT_FOUND);
}
