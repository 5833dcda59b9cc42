//! The index of sent mail follows Sent folders on a server, whatever comes in between.

use crate::office::Office;
use domain::{org::Person, portal::Portal, sent_index};
use mailbox::imap::{ImapConfig, ImapSystem, Login, Tls};
use std::{collections::BTreeSet, sync::Arc};
use testkit::{dovecot::Dovecot, sent_server::SentServer};

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
