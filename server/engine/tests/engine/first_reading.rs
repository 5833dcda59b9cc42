//! Somebody with thousands of sent mails is met for the first time: what they see meanwhile, and what a stop costs.

use crate::office::{Office, address};
use domain::{
    org::Person,
    portal::Portal,
    sent::{Page, SentFilter},
    sent_index::{self, FirstReading, Indexed},
};
use std::{collections::HashSet, sync::Arc};
use testkit::sent_archive::SentArchive;
use tokio::task::{JoinHandle, yield_now};

/// A process that starts.
fn start(office: &Office, archive: &SentArchive) -> Arc<Portal> {
    let mail = Arc::new(archive.clone());
    office.through(Box::new(move |store, _| (store, mail)))
}

fn read(portal: &Arc<Portal>, owner: &Person) -> JoinHandle<Indexed> {
    let (portal, owner) = (portal.clone(), owner.clone());
    tokio::spawn(async move { sent_index::refresh(&portal, &owner).await.unwrap() })
}

/// Until so many are in the index and nothing goes on without being let go.
async fn come_to(portal: &Portal, owner: &Person, done: u64) -> FirstReading {
    loop {
        match portal.readings.first(owner.id) {
            Some(first) if first.has_newest && first.done >= done => return first,
            _ => yield_now().await,
        }
    }
}

async fn newest(portal: &Portal, owner: &Person, size: u64) -> Vec<String> {
    let page = Page { index: 0, size };
    let mut tx = portal.store.read().await.unwrap();
    let found = tx.list_sent(owner.id, &SentFilter::default(), page).await.unwrap();
    found.rows.into_iter().map(|row| row.message.subject).collect()
}

async fn indexed(portal: &Portal, owner: &Person) -> usize {
    portal.store.read().await.unwrap().sent_locators(owner.id).await.unwrap().len()
}

fn subjects(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    numbers.into_iter().map(SentArchive::subject).collect()
}

#[tokio::test]
async fn the_newest_come_first_and_it_can_be_seen_how_far_it_is() {
    let office = Office::open().await;
    let ann = office.who("ann").await;
    let archive = SentArchive::new(address("ann"), 3000, 500, true);
    let portal = start(&office, &archive);
    archive.hold(2940);
    let reading = read(&portal, &ann);
    let first = come_to(&portal, &ann, 60).await;
    assert_eq!(first, FirstReading { done: 60, total: Some(3000), has_newest: true });
    assert_eq!(newest(&portal, &ann, 2).await, subjects([3000, 2999]));
    // A mail sent now doesn't wait for the other 2,940.
    archive.send();
    let busy = sent_index::refresh(&portal, &ann).await.unwrap();
    assert_eq!(busy, Indexed { busy: true, ..Indexed::default() });
    assert!(sent_index::catch_up(&portal, &ann).await.unwrap());
    assert_eq!(newest(&portal, &ann, 2).await, subjects([3001, 3000]));
    assert!(sent_index::catch_up(&portal, &ann).await.unwrap(), "nothing newer came");
    assert_eq!(archive.fetched().len(), 61);
    archive.hold(0);
    reading.await.unwrap();
    assert_eq!(portal.readings.first(ann.id), None);
    assert_eq!(indexed(&portal, &ann).await, 3001);
    archive.send();
    assert_eq!(read(&portal, &ann).await.unwrap().added, 1);
}

#[tokio::test]
async fn after_a_stop_it_goes_on_where_it_was() {
    let office = Office::open().await;
    let ann = office.who("ann").await;
    let archive = SentArchive::new(address("ann"), 3000, 500, true);
    // In the middle of the fourth piece.
    archive.hold(1200);
    let portal = start(&office, &archive);
    let reading = read(&portal, &ann);
    let first = come_to(&portal, &ann, 1760).await;
    assert_eq!(first, FirstReading { done: 1760, total: Some(3000), has_newest: true });
    reading.abort();
    assert!(reading.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!(portal.readings.first(ann.id), None);

    let portal = start(&office, &archive);
    let reading = read(&portal, &ann);
    let first = come_to(&portal, &ann, 1770).await;
    assert_eq!(first, FirstReading { done: 1770, total: Some(3000), has_newest: true });
    archive.hold(0);
    assert_eq!(reading.await.unwrap().added, 3000 - 1760);
    assert_eq!(indexed(&portal, &ann).await, 3000);
    // Only the batch in hand is read twice, and nothing that was written.
    let fetched = archive.fetched();
    let twice = fetched.len() - fetched.iter().collect::<HashSet<_>>().len();
    assert!(twice <= 50, "{twice}");
}

#[tokio::test]
async fn a_system_that_doesn_t_tell_how_many_there_are_is_followed_without_a_total() {
    let office = Office::open().await;
    let ann = office.who("ann").await;
    let archive = SentArchive::new(address("ann"), 200, 100, false);
    archive.hold(140);
    let portal = start(&office, &archive);
    let reading = read(&portal, &ann);
    let first = come_to(&portal, &ann, 60).await;
    assert_eq!(first, FirstReading { done: 60, total: None, has_newest: true });
    archive.hold(0);
    assert_eq!(reading.await.unwrap().added, 200);
}
