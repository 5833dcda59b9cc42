//! The index of sent mail follows Sent folders on a server, whatever comes in between.

use crate::office::{Office, address};
use domain::{
    org::Person,
    portal::Portal,
    sent_index::{self, Indexed},
};
use mailbox::imap::{ImapConfig, ImapSystem, Login, Tls};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use testkit::{dovecot::Dovecot, sent_server::SentServer};
use tokio::task::yield_now;

const ANN: &str = "ann@office.test";

fn on_server(office: &Office, server: &SentServer, set: impl FnOnce(&mut ImapConfig)) -> Arc<Portal> {
    let login = Login::plain("admin", "secret");
    let mut config =
        ImapConfig { port: server.port(), tls: Tls::None, ..ImapConfig::new("127.0.0.1", login) };
    set(&mut config);
    through(office, config)
}

fn on_dovecot(office: &Office, dovecot: &Dovecot, set: impl FnOnce(&mut ImapConfig)) -> Arc<Portal> {
    let (admin, password) = Dovecot::ADMIN;
    let mut config = ImapConfig {
        port: dovecot.imaps_port,
        authority: Some(dovecot.authority().unwrap()),
        ..ImapConfig::new("localhost", Login::plain(admin, password))
    };
    set(&mut config);
    through(office, config)
}

fn through(office: &Office, config: ImapConfig) -> Arc<Portal> {
    let system = Arc::new(ImapSystem::new(config).unwrap());
    office.through(Box::new(move |store, _| (store, system)))
}

/// UIDs in the index.
async fn indexed(portal: &Portal, owner: &Person) -> BTreeSet<u32> {
    let locators = portal.store.read().await.unwrap().sent_locators(owner.id).await.unwrap();
    locators.iter().map(|(locator, _)| locator.rsplit_once('/').unwrap().1.parse().unwrap()).collect()
}

#[tokio::test]
async fn a_reading_that_was_stopped_hides_nothing_when_a_mail_is_deleted() {
    let office = Office::open().await;
    let ann = office.who("ann").await;
    let server = SentServer::start(1200).unwrap();
    let portal = on_server(&office, &server, |_| {});
    // In the middle of the second piece.
    server.cuts(440);
    sent_index::refresh(&portal, &ann).await.unwrap_err();
    let before = indexed(&portal, &ann).await;
    assert!(before.len() > 600 && before.contains(&700) && !before.contains(&440), "{}", before.len());
    server.mends();
    server.delete(900);
    sent_index::refresh(&portal, &ann).await.unwrap();
    assert_eq!(indexed(&portal, &ann).await, (1..=1200).filter(|uid| *uid != 900).collect());
}

#[tokio::test]
async fn what_was_written_before_the_cursor_leaves_the_index_with_its_mail() {
    for piece in [1, 2] {
        let office = Office::open().await;
        let ann = office.who("ann").await;
        let server = SentServer::start(1200).unwrap();
        let portal = on_server(&office, &server, |_| {});
        server.cuts(if piece == 1 { 900 } else { 440 });
        sent_index::refresh(&portal, &ann).await.unwrap_err();
        server.mends();
        let gone = if piece == 1 { 1100 } else { 690 };
        assert!(indexed(&portal, &ann).await.contains(&gone));
        server.delete(gone);
        sent_index::refresh(&portal, &ann).await.unwrap();
        assert_eq!(indexed(&portal, &ann).await, (1..=1200).filter(|uid| *uid != gone).collect());
    }
}

#[tokio::test]
async fn a_new_mail_that_was_caught_and_deleted_leaves_the_index() {
    let office = Office::open().await;
    let ann = office.who("ann").await;
    let server = SentServer::start(3).unwrap();
    let portal = on_server(&office, &server, |_| {});
    sent_index::refresh(&portal, &ann).await.unwrap();
    server.send();
    assert!(sent_index::catch_up(&portal, &ann).await.unwrap());
    assert_eq!(indexed(&portal, &ann).await.len(), 4);
    server.delete(4);
    sent_index::refresh(&portal, &ann).await.unwrap();
    assert_eq!(indexed(&portal, &ann).await, (1..=3).collect());
}

#[tokio::test]
async fn on_a_server_that_tells_what_vanished_too() {
    let Some(dovecot) = Dovecot::start(&[ANN]).unwrap() else { return };
    let office = Office::open().await;
    let ann = office.who("ann").await;
    let portal = on_dovecot(&office, &dovecot, |_| {});
    dovecot.deliver(ANN, &[ANN], b"Subject: x\r\nMessage-ID: <1@office.test>\r\n\r\nHello\r\n").unwrap();
    let mut client = dovecot.client(ANN).unwrap();
    client.create("Sent").unwrap();
    client.select("INBOX").unwrap();
    for _ in 0..3 {
        client.copy_to(1, "Sent").unwrap();
    }
    sent_index::refresh(&portal, &ann).await.unwrap();
    let cursor = portal.store.read().await.unwrap().sent_cursor(ann.id).await.unwrap().unwrap();
    client.copy_to(1, "Sent").unwrap();
    assert!(sent_index::catch_up(&portal, &ann).await.unwrap());
    assert_eq!(indexed(&portal, &ann).await, (1..=4).collect());
    // As after a stop: the two oldest are in the index, and the cursor says that they weren't listed yet.
    let mut parts: Vec<&str> = cursor.split(',').collect();
    parts[3] = "3";
    let mut tx = portal.store.write().await.unwrap();
    tx.set_sent_cursor(ann.id, &parts.join(",")).await.unwrap();
    tx.commit().await.unwrap();
    client.select("Sent").unwrap();
    for uid in [2, 4] {
        client.store(uid, "+FLAGS (\\Deleted)").unwrap();
        client.expunge(uid).unwrap();
    }
    sent_index::refresh(&portal, &ann).await.unwrap();
    assert_eq!(indexed(&portal, &ann).await, [1, 3].into());
}

#[tokio::test]
async fn a_mail_that_is_too_large_keeps_no_other_out() {
    let Some(dovecot) = Dovecot::start(&[ANN]).unwrap() else { return };
    let office = Office::open().await;
    let ann = office.who("ann").await;
    let portal = on_dovecot(&office, &dovecot, |config| config.largest = 10_000);
    let mut client = dovecot.client(ANN).unwrap();
    client.create("Sent").unwrap();
    client.select("INBOX").unwrap();
    for (at, text) in [(1, "Hello\r\n".into()), (2, "Hello\r\n".repeat(3000)), (3, "Hello\r\n".into())] {
        let raw = format!("Subject: x\r\nMessage-ID: <{at}@office.test>\r\n\r\n{text}");
        dovecot.deliver(ANN, &[ANN], raw.as_bytes()).unwrap();
        client.select("INBOX").unwrap();
        client.copy_to(at, "Sent").unwrap();
    }
    let done = sent_index::refresh(&portal, &ann).await.unwrap();
    assert_eq!(done, Indexed { added: 2, unread: 1, ..Indexed::default() });
    assert_eq!(indexed(&portal, &ann).await, [1, 3].into());
    assert_eq!(sent_index::refresh(&portal, &ann).await.unwrap(), Indexed::default());
    // Somebody allows more, and in a while it is read.
    let portal = on_dovecot(&office, &dovecot, |_| {});
    assert_eq!(sent_index::refresh(&portal, &ann).await.unwrap(), Indexed::default());
    office.clock.advance(Duration::from_hours(6));
    let done = sent_index::refresh(&portal, &ann).await.unwrap();
    assert_eq!(done, Indexed { added: 1, ..Indexed::default() });
    assert_eq!(indexed(&portal, &ann).await, (1..=3).collect());
}

#[tokio::test]
async fn a_broken_mail_keeps_no_other_out() {
    const BROKEN: [(u32, &str); 4] = [
        (10, "$T NO [SERVERBUG] Internal error occurred\r\n"),
        (20, "* 20 FETCH (UID 20 BODY[] NIL)\r\n$T OK done\r\n"),
        (30, "* 30 FETCH (UID 30 BODY[] {\r\n$T OK done\r\n"),
        (40, "$T NO it can't be read\r\n"),
    ];
    let office = Office::open().await;
    let ann = office.who("ann").await;
    let server = SentServer::start(700).unwrap();
    let portal = on_server(&office, &server, |_| {});
    for (uid, answer) in BROKEN {
        server.breaks(uid, answer);
    }
    server.forget_date(50);
    let done = sent_index::refresh(&portal, &ann).await.unwrap();
    assert_eq!(done, Indexed { added: 696, unread: 4, ..Indexed::default() });
    let broken = |uid: &u32| BROKEN.iter().any(|(broken, _)| broken == uid);
    assert_eq!(indexed(&portal, &ann).await, (1..=700).filter(|uid| !broken(uid)).collect());
    server.mends();
    office.clock.advance(Duration::from_hours(6));
    let before = server.fetched().len();
    let done = sent_index::refresh(&portal, &ann).await.unwrap();
    assert_eq!(done, Indexed { added: 4, ..Indexed::default() });
    assert_eq!(server.fetched().len(), before + 4, "what is in the index isn't read again");
}

#[tokio::test]
async fn a_mail_that_ends_the_connection_stops_three_readings_and_no_more() {
    let office = Office::open().await;
    let ann = office.who("ann").await;
    let server = SentServer::start(700).unwrap();
    let portal = on_server(&office, &server, |_| {});
    server.cuts(600);
    for _ in 0..3 {
        sent_index::refresh(&portal, &ann).await.unwrap_err();
    }
    sent_index::refresh(&portal, &ann).await.unwrap();
    assert_eq!(indexed(&portal, &ann).await, (1..=700).filter(|uid| *uid != 600).collect());
}

#[tokio::test]
async fn who_waits_for_a_session_waits_for_one_piece_only() {
    let office = Office::open().await;
    let ann = office.who("ann").await;
    let server = SentServer::start(1200).unwrap();
    let portal = on_server(&office, &server, |config| {
        config.sessions = 1;
        config.timeout = Duration::from_secs(20);
    });
    // Its second piece takes as long as we like.
    server.hold(1200);
    let (reading_portal, reader) = (portal.clone(), ann.clone());
    let reading = tokio::spawn(async move { sent_index::refresh(&reading_portal, &reader).await });
    while server.fetched().is_empty() {
        yield_now().await;
    }
    let mail = portal.mail.clone();
    let recall = tokio::spawn(async move { mail.open(&address("bob")).await.map(drop) });
    yield_now().await;
    server.hold(700);
    recall.await.unwrap().unwrap();
    assert!(!reading.is_finished());
    server.hold(0);
    assert_eq!(reading.await.unwrap().unwrap().added, 1200);
}
