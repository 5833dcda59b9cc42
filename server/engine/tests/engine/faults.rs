//! The world fails under the engine: databases that go away, disks that are full or can't be written, clocks
//! that jump. Nothing is lost, what is shown is true, and it goes on by itself when the world is well again.

use crate::{
    office::{Ask, Mail, Office, RECALL, hours, work},
    trouble::{Hook, meddled},
};
use domain::{
    mail_system::Flags,
    shared::{
        CaseNumber, CaseState, CopyState, CorrectionState, Intent, Outcome, TargetState, Trouble, Verdict,
    },
    store::Store,
    world::Clock as _,
};
use engine::{Engine, Waker};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use testkit::{disk::SmallDisk, postgres::OwnServer};

const ABSENCE: Duration = Duration::from_secs(30);

/// 30 s by the clock of leases and retries; for us the server is only away as long as it takes to ask it in vain.
#[tokio::test]
async fn the_database_goes_away_in_the_middle_and_comes_back() {
    let Some(server) = OwnServer::start().unwrap() else { return };
    let server = Arc::new(server);
    let office = Arc::new(Office::at(Some(server.url())).await);
    let mail = office.send(&["bob", "cho"], "bob@office.test, cho@office.test, client@out.test").await;
    let number = office.ask(&office.portal, Ask { text: "Sorry.", ..RECALL }).await;
    let power = server.clone();
    let hook: Hook = Box::new(move || Box::pin(async move { power.take_away().unwrap() }));
    let engine = Engine::new(meddled(&office, hook), Waker::default(), "test".into());
    let _ = engine.turn().await;
    let asked = Instant::now();
    for _ in 0..2 {
        assert!(engine.turn().await.is_err(), "no turn without a database");
    }
    assert!(office.store.read().await.is_err(), "pages say so, too");
    assert!(asked.elapsed() < Duration::from_secs(20), "and don't hang: {:?}", asked.elapsed());
    assert_eq!(office.copies("bob", &mail).await.len(), 1, "not in the vault, so not removed");

    office.clock.advance(ABSENCE);
    server.give_back().unwrap();
    while engine.turn().await.unwrap() {}
    assert_eq!(office.case(number).await.state, CaseState::AwaitingApproval);
    for name in ["bob", "cho"] {
        assert!(office.copies(name, &mail).await.is_empty(), "{name} is held");
    }
    office.decide(number, Verdict::Refused).await;
    while engine.turn().await.unwrap() {}
    assert_eq!(office.case(number).await.state, CaseState::Closed);
    assert_eq!(office.copies("bob", &mail).await[0].1, mail.delivered("bob"));
    office.trail_is_whole().await;
}

/// bob's mailbox lies on a disk of its own.
fn small_disk(office: &Office) -> Option<SmallDisk> {
    let maildir = office.maildir("bob");
    let disk = SmallDisk::mount(&maildir, 256 * 1024).unwrap()?;
    for sub in ["cur", "new", "tmp"] {
        std::fs::create_dir(maildir.join(sub)).unwrap();
    }
    Some(disk)
}

/// Longer than what the removal of the original gives back.
const LONG: &str = include_str!("faults.rs");

#[tokio::test]
async fn what_goes_back_waits_for_room() {
    let office = Office::open().await;
    let Some(disk) = small_disk(&office) else { return };
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let before = office.copies("bob", &mail).await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    disk.fill().unwrap();
    office.decide(number, Verdict::Refused).await;
    // Far beyond the tries after which other tasks are given up.
    for _ in 0..10 {
        office.settle().await;
        office.clock.advance(hours(1));
    }
    assert_eq!(office.case(number).await.state, CaseState::Releasing);
    let target = &office.targets(number).await[0];
    assert_eq!((target.outcome, target.detail.trouble), (None, Some(Trouble::MailboxFull)));
    disk.make_room().unwrap();
    office.settle().await;
    let after = office.copies("bob", &mail).await;
    assert_eq!((after.len(), &after[0].1, &after[0].0.flags), (1, &before[0].1, &before[0].0.flags));
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::Restored));
    assert_eq!(office.case(number).await.state, CaseState::Closed);
}

#[tokio::test]
async fn a_replacement_that_finds_no_room_is_sent_later_once() {
    let office = Office::open().await;
    let Some(disk) = small_disk(&office) else { return };
    let mail = office.send(&[], "bob@office.test, client@out.test").await;
    let number = ask_for_replacement(&office, &mail).await;
    disk.fill().unwrap();
    office.decide(number, Verdict::Approved).await;
    office.settle().await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::RemovedRead));
    assert_eq!(office.case(number).await.state, CaseState::Executing, "not a success while one is unsent");
    disk.make_room().unwrap();
    office.clock.advance(hours(1));
    office.settle().await;
    assert_eq!(office.case(number).await.state, CaseState::Finished);
    let corrections = office.corrections(number).await;
    let ours = corrections.iter().find(|one| one.to.address.local() == "bob").unwrap();
    assert_eq!((ours.state, ours.in_place), (CorrectionState::Sent, false));
    let correction = Mail { id: ours.message_id.clone(), ..mail };
    assert_eq!(office.copies("bob", &correction).await.len(), 1);
}

/// bob has read the mail; its replacement is a long one.
async fn ask_for_replacement(office: &Office, mail: &Mail) -> CaseNumber {
    let read = Flags { seen: true, ..Flags::default() };
    office.put("bob", "INBOX", &read, &mail.delivered("bob"), "mail").await;
    let ask = Ask { intent: Intent::RecallAndReplace, include_read: true, text: LONG };
    let number = office.ask(&office.portal, ask).await;
    office.settle().await;
    number
}

#[tokio::test]
async fn nothing_is_taken_from_a_disk_that_cant_be_written() {
    let office = Office::open().await;
    let Some(disk) = small_disk(&office) else { return };
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    disk.set_read_only(true).unwrap();
    office.settle().await;
    let target = &office.targets(number).await[0];
    assert_eq!((target.state, target.detail.trouble), (TargetState::Waiting, Some(Trouble::MailboxDenied)));
    assert_eq!(office.case(number).await.state, CaseState::AwaitingApproval, "the decision doesn't wait");
    office.decide(number, Verdict::Approved).await;
    office.settle().await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::Failed));
    assert_eq!(office.copies("bob", &mail).await.len(), 1);
}

#[tokio::test]
async fn what_could_not_be_removed_is_not_kept_twice() {
    let office = Office::open().await;
    let Some(disk) = small_disk(&office) else { return };
    office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    disk.set_read_only(true).unwrap();
    office.settle().await;
    office.decide(number, Verdict::Approved).await;
    office.settle().await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::Failed));
    let copies = office.store.read().await.unwrap().copies(office.targets(number).await[0].id).await.unwrap();
    assert!(
        copies.iter().all(|copy| copy.state == CopyState::Left),
        "the vault keeps no second copy (I3): {copies:?}"
    );
}

#[tokio::test]
async fn what_goes_back_waits_until_the_disk_can_be_written() {
    let office = Office::open().await;
    let Some(disk) = small_disk(&office) else { return };
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    disk.set_read_only(true).unwrap();
    office.decide(number, Verdict::Refused).await;
    for _ in 0..10 {
        office.settle().await;
        office.clock.advance(hours(1));
    }
    let target = &office.targets(number).await[0];
    assert_eq!((target.outcome, target.detail.trouble), (None, Some(Trouble::MailboxDenied)));
    disk.set_read_only(false).unwrap();
    office.settle().await;
    assert_eq!(office.copies("bob", &mail).await[0].1, mail.delivered("bob"));
    assert_eq!(office.case(number).await.state, CaseState::Closed);
}

/// The server itself has no room for what the vault should keep; it stays up, and so do we.
#[tokio::test]
async fn a_full_disk_under_postgres_removes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("disk");
    let Some(disk) = SmallDisk::mount(&place, 160 * 1024 * 1024).unwrap() else { return };
    let Some(server) = OwnServer::start_in(&place).unwrap() else { return };
    let office = Office::at(Some(server.url())).await;
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    disk.fill().unwrap();
    let engine = Engine::new(office.portal.clone(), Waker::default(), "test".into());
    for _ in 0..5 {
        let _ = engine.turn().await;
        office.clock.advance(Duration::from_mins(1));
    }
    let there = office.copies("bob", &mail).await.len();
    disk.make_room().unwrap();
    recover(&office, &engine).await;
    let held = office.copies("bob", &mail).await.is_empty();
    assert!(there == 1 || held, "in the mailbox, or durably in the vault");
    assert_eq!(office.case(number).await.state, CaseState::AwaitingApproval);
    office.decide(number, Verdict::Refused).await;
    recover(&office, &engine).await;
    assert_eq!(office.copies("bob", &mail).await[0].1, mail.delivered("bob"));
    office.trail_is_whole().await;
}

/// Turns until one ends well with nothing more to do; a server that starts over refuses some first.
async fn recover(office: &Office, engine: &Engine) {
    for _ in 0..200 {
        match engine.turn().await {
            Ok(false) => return,
            Ok(true) => {}
            Err(_) => tokio::task::yield_now().await,
        }
        office.clock.advance(Duration::from_secs(20));
    }
    panic!("it doesn't recover");
}

/// The clock is set right, by an hour in either direction, while a mailbox is being worked on.
#[tokio::test]
async fn the_clock_jumps_in_the_middle() {
    for forward in [true, false] {
        let office = Arc::new(Office::open().await);
        let mail = office.send(&["bob", "cho"], "bob@office.test, cho@office.test, client@out.test").await;
        let number = office.ask(&office.portal, RECALL).await;
        let before = office.copies("bob", &mail).await;
        let clock = office.clock.clone();
        let hook: Hook = Box::new(move || {
            Box::pin(async move {
                let now = clock.now();
                clock.set(if forward { now.plus(hours(1)) } else { now.minus(hours(1)) });
            })
        });
        work(&meddled(&office, hook)).await;
        assert_eq!(office.case(number).await.state, CaseState::AwaitingApproval, "forward: {forward}");
        assert!(office.copies("bob", &mail).await.is_empty());
        office.decide(number, Verdict::Refused).await;
        office.settle().await;
        let after = office.copies("bob", &mail).await;
        assert_eq!((after.len(), &after[0].1), (1, &before[0].1));
        assert_eq!(after[0].0.received_at, before[0].0.received_at, "the date it had");
        assert_eq!(office.case(number).await.state, CaseState::Closed);
        office.trail_is_whole().await;
    }
}

/// What waits for another try waits at most as long as the clock was wrong.
#[tokio::test]
async fn a_retry_planned_by_a_wrong_clock_comes() {
    let office = Office::open().await;
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    office.clock.advance(hours(1));
    let aside = office.maildir("bob").with_extension("aside");
    std::fs::rename(office.maildir("bob"), &aside).unwrap();
    office.settle().await;
    std::fs::rename(&aside, office.maildir("bob")).unwrap();
    office.clock.set(office.clock.now().minus(hours(1)));
    office.settle().await;
    office.decide(number, Verdict::Approved).await;
    office.clock.advance(hours(1));
    office.settle().await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::RemovedUnread));
    assert!(office.copies("bob", &mail).await.is_empty());
}
