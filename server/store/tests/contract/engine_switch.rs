use crate::{
    bed::Bed,
    builders::{at, correction, id},
    one::renew,
};
use domain::{
    case::Correction,
    engine_switch::{InFlight, Switch},
    shared::{CorrectionState, Task},
    store::{Store, StoreError},
};
use std::time::Duration;
use tokio::time::timeout;

stories!(
    it_runs_until_it_is_turned,
    nothing_is_claimed_while_it_is_off,
    a_holder_is_told_to_stop,
    what_is_leased_is_in_flight,
    turning_it_waits_for_a_claim,
);

async fn it_runs_until_it_is_turned(bed: Bed) {
    bed.with_mails(&[]).await;
    let mut tx = bed.write().await;
    assert!(tx.engine_switch().await.unwrap().running);
    assert!(!tx.turn_engine(true, None, at(1), "").await.unwrap());
    assert!(tx.turn_engine(false, Some(Bed::mei()), at(2), "原因").await.unwrap());
    assert!(!tx.turn_engine(false, None, at(3), "again").await.unwrap());
    let flying = InFlight {
        case: domain::shared::CaseNumber::new(2026, 7),
        target: id(9),
        recipient: "r@example.test".parse().unwrap(),
        task: Some(Task::Hold),
    };
    tx.note_in_flight(std::slice::from_ref(&flying)).await.unwrap();
    let expected = Switch {
        running: false,
        changed_by: Some(Bed::mei()),
        changed_at: at(2),
        reason: "原因".into(),
        in_flight: vec![flying],
    };
    assert_eq!(tx.engine_switch().await.unwrap(), expected);
    assert!(tx.turn_engine(true, None, at(4), "").await.unwrap());
    assert!(tx.engine_switch().await.unwrap().running);
}

async fn nothing_is_claimed_while_it_is_off(bed: Bed) {
    let (_, targets) = bed.with_case(1, 2).await;
    let (mut second, others) = crate::builders::case(2, 1);
    second.message.sent = id(1);
    let queued = Correction { state: CorrectionState::Queued, ..correction(&others[0]) };
    let mut tx = bed.write().await;
    tx.insert_case(&second, &others, &[queued]).await.unwrap();
    tx.turn_engine(false, None, at(1), "x").await.unwrap();
    assert_eq!(tx.claim_targets("w", at(1), at(9), 9).await.unwrap(), []);
    assert_eq!(tx.claim_corrections("w", at(1), at(9), 9).await.unwrap(), []);
    assert_eq!(tx.target(targets[0].id).await.unwrap().unwrap().lease.fence, 0);
    tx.turn_engine(true, None, at(2), "").await.unwrap();
    assert_eq!(tx.claim_targets("w", at(2), at(9), 9).await.unwrap().len(), 3);
    assert_eq!(tx.claim_corrections("w", at(2), at(9), 9).await.unwrap().len(), 1);
}

async fn a_holder_is_told_to_stop(bed: Bed) {
    bed.with_case(1, 1).await;
    let mut tx = bed.write().await;
    let claimed = tx.claim_targets("w", at(0), at(10), 1).await.unwrap().remove(0);
    tx.turn_engine(false, None, at(1), "x").await.unwrap();
    assert_eq!(renew(tx.as_mut(), claimed.id, claimed.lease.fence, at(99)).await.unwrap(), None);
    let after = tx.target(claimed.id).await.unwrap().unwrap();
    assert_eq!(
        (after.lease.until, after.task),
        (Some(at(10)), Some(Task::Hold)),
        "its lease isn't prolonged"
    );
    // It can still be given back, and what was done before can be noted.
    tx.postpone_target(claimed.id, claimed.lease.fence, &claimed.detail, 0, at(1), at(1)).await.unwrap();
    tx.turn_engine(true, None, at(2), "").await.unwrap();
    let lost = renew(tx.as_mut(), claimed.id, claimed.lease.fence, at(99)).await;
    assert!(matches!(lost, Err(StoreError::Fenced(_))), "{lost:?}");
}

async fn what_is_leased_is_in_flight(bed: Bed) {
    let (case, targets) = bed.with_case(1, 2).await;
    let (mut second, others) = crate::builders::case(2, 1);
    second.message.sent = id(1);
    let queued = Correction { state: CorrectionState::Queued, ..correction(&others[0]) };
    let mut tx = bed.write().await;
    tx.insert_case(&second, &others, &[queued]).await.unwrap();
    assert_eq!(tx.in_flight(at(0)).await.unwrap(), []);
    tx.claim_targets("w", at(0), at(10), 1).await.unwrap();
    tx.claim_corrections("w", at(0), at(20), 1).await.unwrap();
    let target = InFlight {
        case: case.number,
        target: targets[0].id,
        recipient: targets[0].address().clone(),
        task: Some(Task::Hold),
    };
    let sending = InFlight {
        case: second.number,
        target: others[0].id,
        recipient: others[0].address().clone(),
        task: None,
    };
    assert_eq!(tx.in_flight(at(9)).await.unwrap(), [target, sending.clone()]);
    assert_eq!(tx.in_flight(at(10)).await.unwrap(), [sending], "a lease that ran out holds nothing");
}

/// What was claimed is on the list of whoever turns the switch.
async fn turning_it_waits_for_a_claim(bed: Bed) {
    bed.with_case(1, 1).await;
    let mut claiming = bed.write().await;
    claiming.claim_targets("w", at(0), at(10), 1).await.unwrap();
    let db = bed.db.clone();
    let mut turning = tokio::spawn(async move {
        let mut tx = db.write().await.unwrap();
        assert!(tx.turn_engine(false, None, at(1), "x").await.unwrap());
        let in_flight = tx.in_flight(at(1)).await.unwrap();
        tx.commit().await.unwrap();
        in_flight.len()
    });
    assert!(timeout(Duration::from_millis(300), &mut turning).await.is_err(), "it didn't wait");
    claiming.commit().await.unwrap();
    assert_eq!(turning.await.unwrap(), 1);
    let mut late = bed.write().await;
    assert_eq!(late.claim_targets("other", at(20), at(30), 9).await.unwrap(), []);
}
