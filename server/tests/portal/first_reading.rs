//! The Sent page while a large mailbox is read for the first time: how far it is, and what is newest.

use crate::support::{TestApp, address, say, say_with};
use domain::{ids::PersonId, sent_index::FirstReading};
use server::{
    check::{Browser, Page},
    demo::AccountKind,
};
use std::sync::Arc;
use testkit::sent_archive::SentArchive;
use tokio::task::yield_now;

const MESSAGES: u32 = 300;

/// The portal reads the employee's mailbox by itself after its start, as far as it is let.
async fn reading(tells_total: bool) -> (TestApp, SentArchive, PersonId) {
    let owner = address(AccountKind::Employee).parse().unwrap();
    let archive = SentArchive::new(owner, MESSAGES, 100, tells_total);
    archive.hold(MESSAGES - 60);
    let app = TestApp::start_on(Some(Arc::new(archive.clone())), &[]).await;
    let directory = app.running.portal.directory().await.unwrap();
    let owner = directory.person_by_address(&address(AccountKind::Employee).parse().unwrap()).unwrap().id;
    while app.running.portal.readings.first(owner).is_none_or(|first| first.done < 60) {
        yield_now().await;
    }
    (app, archive, owner)
}

/// As the island asks for it.
async fn asked_again(employee: &mut Browser) -> Page {
    employee.open("/sent/results?again=1").await.unwrap()
}

#[tokio::test]
async fn the_page_says_how_far_it_is_until_everything_is_there() {
    let (app, archive, owner) = reading(true).await;
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let so_far = say_with("sent-first-of", &[("done", "60"), ("total", "300")]);
    for page in [employee.open("/sent").await.unwrap(), asked_again(&mut employee).await] {
        assert!(page.body.contains(&so_far), "{}", page.body);
        assert!(page.body.contains("data-again"), "{}", page.body);
        assert!(page.body.contains(&say("sent-first-newest")), "{}", page.body);
        page.link_to(&SentArchive::subject(MESSAGES)).unwrap();
        assert!(page.links().contains(&("/sent".to_owned(), say("sent-look-again"))), "{:?}", page.links());
    }
    // While somebody types, the mailbox is none of the matter.
    let typed = employee.open("/sent/results?q=letter").await.unwrap();
    assert!(!typed.body.contains("sent-reading"), "{}", typed.body);

    archive.send();
    let page = employee.open("/sent").await.unwrap();
    page.link_to(&SentArchive::subject(MESSAGES + 1)).unwrap();
    assert!(page.body.contains("data-again"), "{}", page.body);

    archive.hold(0);
    let page = loop {
        let page = asked_again(&mut employee).await;
        if !page.body.contains("data-again") {
            break page;
        }
    };
    assert_eq!(app.running.portal.readings.first(owner), None);
    assert!(page.body.contains(&say_with("sent-total", &[("total", "301")])), "{}", page.body);
    assert!(!employee.open("/sent").await.unwrap().body.contains(&say("sent-first-title")));
}

#[tokio::test]
async fn a_number_that_isn_t_known_isn_t_invented() {
    let (app, _archive, owner) = reading(false).await;
    let first = app.running.portal.readings.first(owner);
    assert_eq!(first, Some(FirstReading { done: 60, total: None, has_newest: true }));
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let page = employee.open("/sent").await.unwrap();
    assert!(page.body.contains(&say_with("sent-first-so-far", &[("done", "60")])), "{}", page.body);
    assert!(!page.body.contains("<progress"), "{}", page.body);
}
