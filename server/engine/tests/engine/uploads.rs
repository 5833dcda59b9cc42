//! Files that are attached at the same moment: each is counted before the next one is taken.

use crate::office::{Ask, Office, RECALL};
use domain::{
    case::ask::{self, AskError, MAX_UPLOADS},
    ids::DraftId,
    org::Person,
    portal::Portal,
};
use std::sync::Arc;
use testkit::postgres::Postgres;

const LIMIT: u64 = 1_000;

#[tokio::test]
async fn a_file_that_has_no_room_is_refused_on_sqlite() {
    refused(Office::open().await).await;
}

#[tokio::test]
async fn a_file_that_has_no_room_is_refused_on_postgres() {
    let Some(server) = Postgres::shared().unwrap() else { return };
    refused(Office::on(Some(server.create_database().unwrap())).await).await;
}

async fn refused(office: Office) {
    office.send(&["bob"], "bob@office.test").await;
    let mut portal = office.sending(office.portal.mailer.clone());
    Arc::get_mut(&mut portal).unwrap().settings.max_upload = LIMIT;
    let ann = office.who("ann").await;
    let draft = office.draft(&portal, &ann, Ask { text: "Sorry.", ..RECALL }).await;
    let (taken, too_large) = four_at_once(&portal, &ann, draft, 400).await;
    assert_eq!((taken, too_large), (2, 2), "800 of 1,000 bytes");
    for n in 2..MAX_UPLOADS - 1 {
        ask::attach(&portal, &ann, draft, &format!("{n}.txt"), "text/plain", b"a").await.unwrap();
    }
    let (taken, too_large) = four_at_once(&portal, &ann, draft, 1).await;
    assert_eq!((taken, too_large), (1, 0), "one more file");
    let uploads = ask::draft(&portal, &ann, draft).await.unwrap().1;
    assert_eq!(uploads.len(), MAX_UPLOADS);
}

#[tokio::test]
async fn a_button_that_is_pressed_twice_attaches_one_file() {
    let office = Office::open().await;
    office.send(&["bob"], "bob@office.test").await;
    let ann = office.who("ann").await;
    let draft = office.draft(&office.portal, &ann, Ask { text: "Sorry.", ..RECALL }).await;
    let attach = |name, bytes| ask::attach(&office.portal, &ann, draft, name, "text/plain", bytes);
    let (one, again) = tokio::join!(attach("a.txt", b"one"), attach("a.txt", b"one"));
    assert_eq!(one.unwrap().id, again.unwrap().id);
    attach("a.txt", b"two").await.unwrap();
    attach("b.txt", b"one").await.unwrap();
    let uploads = ask::draft(&office.portal, &ann, draft).await.unwrap().1;
    assert_eq!(uploads.len(), 3, "another content, another name");
}

/// How many were taken, and how many were too large.
async fn four_at_once(portal: &Portal, ann: &Person, draft: DraftId, size: usize) -> (usize, usize) {
    let bytes = vec![b'x'; size];
    let attach = |name| ask::attach(portal, ann, draft, name, "text/plain", &bytes);
    let (a, b, c, d) = tokio::join!(attach("a"), attach("b"), attach("c"), attach("d"));
    let answers = [a, b, c, d];
    let taken = answers.iter().filter(|answer| answer.is_ok()).count();
    let too_large = answers.iter().filter(|answer| matches!(answer, Err(AskError::TooLarge(LIMIT)))).count();
    (taken, too_large)
}
