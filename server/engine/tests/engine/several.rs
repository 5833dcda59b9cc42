//! Several engines on one Postgres, each with connections of its own as a process has.

use crate::office::{Office, RECALL};
use domain::shared::{CaseState, Outcome};
use engine::{Engine, Waker};
use std::sync::Arc;
use store::{Database, Options};
use testkit::postgres::Postgres;
use tokio::time::{Duration, timeout};
use tokio_util::sync::CancellationToken;

const PEOPLE: usize = 120;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_engines_share_one_case_and_do_nothing_twice() {
    let Some(server) = Postgres::shared().unwrap() else { return };
    let database = server.create_database().unwrap();
    let url = database.url().to_owned();
    let office = Office::on(Some(database)).await;
    let names = office.hire(PEOPLE).await;
    let mail =
        office.send(&names.iter().map(String::as_str).collect::<Vec<_>>(), "everybody@office.test").await;
    let number = office.ask(&office.portal, RECALL).await;

    let stop = CancellationToken::new();
    let mut running = Vec::new();
    for n in 0..3 {
        let store = Arc::new(Database::open(&url, &Options::default()).await.unwrap());
        let portal = office.through(Box::new({
            let store = store.clone();
            move |_, mail| (store, mail)
        }));
        let holder = format!("engine {n}");
        let enlisted = portal.store.enlist(&holder).await.unwrap();
        running.push(tokio::spawn(Engine::new(portal, Waker::default(), holder).run(enlisted, stop.clone())));
    }
    let held = async {
        while office.case(number).await.state != CaseState::AwaitingApproval {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_mins(1), held).await.unwrap();
    stop.cancel();
    for engine in running {
        engine.await.unwrap();
    }
    for name in &names {
        assert!(office.copies(name, &mail).await.is_empty(), "{name}");
    }
    let entries = office.store_read().await.trail_after(0, 100_000).await.unwrap();
    for action in ["copy.sealed", "copy.held", "target.settled"] {
        assert_eq!(entries.iter().filter(|entry| entry.action == action).count(), PEOPLE, "{action}");
    }
    office.trail_is_whole().await;
    office.decide(number, domain::shared::Verdict::Approved).await;
    office.settle().await;
    assert_eq!(office.outcome(number, &names[0]).await, Some(Outcome::RemovedUnread));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_engine_had_in_hand_goes_on_at_once() {
    let office = Office::open().await;
    let mail = office.send(&["bob"], "bob@office.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    // Its process was killed with a target in hand; the clock stands still, so no lease runs out.
    let mut tx = office.store_write().await;
    let now = office.portal.world.now();
    let claimed = tx.claim_targets("dead", now, now.plus(Duration::from_secs(15)), 9).await.unwrap();
    assert_eq!(claimed.len(), 1);
    tx.commit().await.unwrap();

    let stop = CancellationToken::new();
    let enlisted = office.portal.store.enlist("alive").await.unwrap();
    let engine = Engine::new(office.portal.clone(), Waker::default(), "alive".into());
    let running = tokio::spawn(engine.run(enlisted, stop.clone()));
    let finished = async {
        while office.case(number).await.state != CaseState::Finished {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_mins(1), finished).await.unwrap();
    stop.cancel();
    running.await.unwrap();
    assert!(office.copies("bob", &mail).await.is_empty());
}
