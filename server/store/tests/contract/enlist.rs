//! Which engines are alive, and what becomes of what the dead had in hand.

use crate::{
    bed::Bed,
    builders::{at, correction, id},
    one::renew,
};
use domain::{
    case::Correction,
    shared::{CorrectionState, Task},
    store::{Store, StoreError},
};
use store::{Database, Options};
use tokio::time::{Duration, sleep, timeout};
use uuid::Uuid;

stories!(the_dead_leave_nothing_in_hand, a_heartbeat_prolongs_ones_own_leases, a_name_is_taken_once);

async fn claim(bed: &Bed, holder: &str, targets: u32) -> Vec<domain::case::Target> {
    let mut tx = bed.write().await;
    let claimed = tx.claim_targets(holder, at(1), at(100), targets).await.unwrap();
    tx.claim_corrections(holder, at(1), at(100), 1).await.unwrap();
    tx.commit().await.unwrap();
    claimed
}

async fn with_work(bed: &Bed) {
    let (_, targets) = bed.with_case(1, 4).await;
    let (case, others) = crate::builders::case(2, 2);
    assert_eq!(targets.len(), 4);
    let queued = |target| Correction { state: CorrectionState::Queued, ..correction(target) };
    let mut second = case;
    (second.id, second.message.sent) = (id(2), id(1));
    let corrections: Vec<_> = others.iter().map(queued).collect();
    let mut tx = bed.write().await;
    tx.insert_case(&second, &others, &corrections).await.unwrap();
    for target in &targets {
        tx.assign(&[target.id], Some(Task::Hold), None, at(0)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn the_dead_leave_nothing_in_hand(bed: Bed) {
    with_work(&bed).await;
    let first = bed.db.enlist("first").await.unwrap();
    let claimed = claim(&bed, "first", 2).await;
    assert_eq!(claimed.len(), 2);
    // Its process dies: nothing but this is left of it.
    drop(first);
    let mut second = bed.db.enlist("second").await.unwrap();
    let mut freed = 0;
    // The server notices the end of a connection a moment later.
    for _ in 0..200 {
        freed += second.free_orphans().await.unwrap();
        if freed > 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(freed, 3, "two targets and a correction");
    assert_eq!(claim(&bed, "second", 9).await.len(), 6, "at once, not after the lease");
    assert_eq!(second.free_orphans().await.unwrap(), 0, "one's own leases stay");
    let mut tx = bed.write().await;
    let late = renew(tx.as_mut(), claimed[0].id, claimed[0].lease.fence, at(200)).await;
    assert!(matches!(late, Err(StoreError::Fenced(_))), "{late:?}");
}

async fn a_heartbeat_prolongs_ones_own_leases(bed: Bed) {
    with_work(&bed).await;
    let mine = claim(&bed, "mine", 2).await;
    let other = claim(&bed, "other", 2).await;
    let mut tx = bed.write().await;
    let mut rows: Vec<Uuid> = mine.iter().chain(&other).map(|target| target.id.0).collect();
    rows.extend(tx.corrections(id(2)).await.unwrap().iter().map(|correction| correction.id.0));
    let forgotten = rows.remove(1);
    assert_eq!(tx.prolong_leases("mine", &rows, at(150)).await.unwrap(), 2, "a target and a correction");
    let until = tx.target(forgotten.into()).await.unwrap().unwrap().lease.until;
    assert_eq!(until, Some(at(100)), "what isn't in hand runs out");
    assert_eq!(tx.prolong_leases("mine", &[forgotten], at(150)).await.unwrap(), 1);
    rows.push(forgotten);
    assert_eq!(tx.prolong_leases("mine", &rows, at(120)).await.unwrap(), 0, "never shortened");
    assert_eq!(tx.prolong_leases("mine", &[], at(200)).await.unwrap(), 0);
    for target in &mine {
        assert_eq!(tx.target(target.id).await.unwrap().unwrap().lease.until, Some(at(150)));
    }
    for target in &other {
        assert_eq!(tx.target(target.id).await.unwrap().unwrap().lease.until, Some(at(100)));
    }
}

async fn a_name_is_taken_once(bed: Bed) {
    let _first = bed.db.enlist("engine").await.unwrap();
    let second = bed.db.enlist("engine").await;
    assert!(matches!(second, Err(StoreError::Taken(_))));
}

#[tokio::test]
async fn a_file_bears_one_engine() {
    let bed = Bed::sqlite().await;
    let first = bed.db.enlist("first").await.unwrap();
    // Another process opens the file for itself.
    let other = Database::open(&bed.url, &Options::default()).await.unwrap();
    let refused = other.enlist("second").await.err().unwrap().to_string();
    assert!(refused.contains("another Recant is at work on") && refused.contains("Postgres"), "{refused}");
    drop(first);
    assert!(other.enlist("second").await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_bears_several_and_the_living_keep_theirs() {
    let Some(bed) = Bed::postgres().await else { return };
    with_work(&bed).await;
    let _first = bed.db.enlist("first").await.unwrap();
    assert_eq!(claim(&bed, "first", 2).await.len(), 2);
    let mut second = bed.db.enlist("second").await.unwrap();
    assert_eq!(second.free_orphans().await.unwrap(), 0);
}

/// The server ends all connections; who is back first meets nobody else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lost_a_connection_is_not_dead() {
    let Some(bed) = Bed::postgres().await else { return };
    with_work(&bed).await;
    let dead_after = Duration::from_secs(2);
    let db = Database::open(&bed.url, &Options { dead_after, ..Options::default() }).await.unwrap();
    let mut first = db.enlist("first").await.unwrap();
    assert_eq!(claim(&bed, "first", 2).await.len(), 2);
    let mut second = db.enlist("second").await.unwrap();
    end_all_locks(&bed).await;
    assert_eq!(second.answer().await.unwrap(), Some(dead_after));
    assert_eq!(second.free_orphans().await.unwrap(), 0);
    assert_eq!(first.answer().await.unwrap(), Some(dead_after), "it is back");
    sleep(dead_after).await;
    assert_eq!(second.free_orphans().await.unwrap(), 0);

    drop(first);
    let dead = async {
        while second.free_orphans().await.unwrap() == 0 {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(30), dead).await.unwrap();
}

async fn end_all_locks(bed: &Bed) {
    let end = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' \
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    bed.by_hand(end).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_has_as_long_again() {
    let Some(bed) = Bed::postgres().await else { return };
    with_work(&bed).await;
    let dead_after = Duration::from_secs(2);
    let db = Database::open(&bed.url, &Options { dead_after, ..Options::default() }).await.unwrap();
    let first = db.enlist("first").await.unwrap();
    claim(&bed, "first", 1).await;
    let mut second = db.enlist("second").await.unwrap();
    drop(first);
    while second.free_orphans().await.unwrap() == 0 {
        sleep(Duration::from_millis(50)).await;
    }
    // It lives, and only lost its lock.
    assert_eq!(claim(&bed, "first", 1).await.len(), 1);
    assert_eq!(second.free_orphans().await.unwrap(), 0);
    sleep(dead_after).await;
    end_all_locks(&bed).await;
    assert_eq!(second.answer().await.unwrap(), Some(dead_after));
    assert_eq!(second.free_orphans().await.unwrap(), 0, "who was away itself can't tell");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_have_its_lock_back_is_told() {
    let Some(bed) = Bed::postgres().await else { return };
    let mut first = bed.db.enlist("first").await.unwrap();
    end_all_locks(&bed).await;
    let other = loop {
        // The server needs a moment to end it.
        if let Ok(other) = bed.db.enlist("first").await {
            break other;
        }
    };
    assert!(matches!(first.answer().await, Err(StoreError::Taken(_))));
    drop(other);
    while first.answer().await.is_err() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_made_elsewhere_is_announced() {
    let Some(bed) = Bed::postgres().await else { return };
    let (_, targets) = bed.with_case(1, 1).await;
    let mut engine = bed.db.enlist("engine").await.unwrap();
    let elsewhere = Database::open(&bed.url, &Options::default()).await.unwrap();
    let made = async {
        // Again and again: whoever isn't listening yet misses it.
        loop {
            let mut tx = elsewhere.write().await.unwrap();
            tx.assign(&[targets[0].id], Some(Task::Hold), None, at(1)).await.unwrap();
            tx.commit().await.unwrap();
        }
    };
    tokio::select! {
        heard = timeout(Duration::from_secs(30), engine.hint()) => assert!(heard.is_ok(), "nothing was heard"),
        () = made => {}
    }
}
