use crate::{
    bed::Bed,
    builders::{MEI, at, id, named},
};
use domain::{
    case::Lease,
    notify::Notification,
    shared::{CorrectionState, Language, NotificationKind},
    store::{Store, StoreError, Tx},
};

stories!(
    telling_twice_is_telling_once,
    a_notification_is_claimed_and_sent,
    a_lost_lease_writes_nothing,
    an_interrupted_sending_is_found_again,
    a_living_engine_keeps_its_claims_and_a_dead_one_loses_them,
);

/// Of case 1, to Mei.
fn notification(n: u128) -> Notification {
    Notification {
        id: id(n),
        key: format!("finished:{n}"),
        case: id(1),
        kind: NotificationKind::Finished,
        person: id(MEI),
        to: named("林美", "p1@example.test"),
        language: Language::Chinese,
        message_id: format!("notification.{n}@example.test").parse().unwrap(),
        created_at: at(1),
        state: CorrectionState::Queued,
        attempts: 0,
        due_at: at(1),
        lease: Lease::default(),
        problem: String::new(),
        sent_at: None,
    }
}

async fn only(tx: &mut Box<dyn Tx>) -> Notification {
    let mut all = tx.notifications(id(1)).await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// And the first one stays as it was.
async fn telling_twice_is_telling_once(bed: Bed) {
    bed.with_case(1, 0).await;
    let mut tx = bed.write().await;
    let (first, second) = (notification(7), notification(8));
    assert_eq!(tx.insert_notifications(&[first.clone(), second.clone()]).await.unwrap(), 2);
    let again =
        Notification { id: id(9), message_id: "other@example.test".parse().unwrap(), ..first.clone() };
    assert_eq!(tx.insert_notifications(&[again]).await.unwrap(), 0);
    assert_eq!(tx.insert_notifications(&[]).await.unwrap(), 0);
    assert_eq!(tx.notifications(id(1)).await.unwrap(), [first, second]);
    assert_eq!(tx.notifications(id(2)).await.unwrap(), []);
}

async fn a_notification_is_claimed_and_sent(bed: Bed) {
    bed.with_case(1, 0).await;
    let mut tx = bed.write().await;
    tx.insert_notifications(&[notification(7)]).await.unwrap();
    assert_eq!(tx.claim_notifications("w", at(0), at(10), 9).await.unwrap(), []);
    assert_eq!(tx.claim_notifications("w", at(1), at(10), 0).await.unwrap(), []);
    let claimed = tx.claim_notifications("w", at(1), at(11), 9).await.unwrap().remove(0);
    let lease = Lease { holder: Some("w".into()), until: Some(at(11)), fence: 1 };
    assert_eq!(claimed, Notification { lease, ..notification(7) });
    let sending = Notification { state: CorrectionState::Sending, attempts: 1, ..claimed };
    tx.update_notification(&sending, 1).await.unwrap();
    assert_eq!(only(&mut tx).await, sending, "still ours");
    let sent = Notification {
        state: CorrectionState::Sent,
        problem: "250 ok".into(),
        sent_at: Some(at(2)),
        due_at: at(3),
        lease: Lease { holder: None, until: None, fence: 1 },
        ..sending
    };
    tx.update_notification(&sent, 1).await.unwrap();
    assert_eq!(only(&mut tx).await, sent);
    assert_eq!(tx.claim_notifications("w", at(99), at(100), 9).await.unwrap(), []);
}

async fn a_lost_lease_writes_nothing(bed: Bed) {
    bed.with_case(1, 0).await;
    let mut tx = bed.write().await;
    tx.insert_notifications(&[notification(7)]).await.unwrap();
    let first = tx.claim_notifications("first", at(1), at(10), 9).await.unwrap().remove(0);
    assert_eq!(tx.claim_notifications("second", at(9), at(19), 9).await.unwrap(), []);
    let second = tx.claim_notifications("second", at(10), at(20), 9).await.unwrap().remove(0);
    assert_eq!(second.lease.fence, first.lease.fence + 1);
    let late = Notification { state: CorrectionState::Sent, ..first.clone() };
    let fenced = tx.update_notification(&late, first.lease.fence).await;
    assert!(matches!(fenced, Err(StoreError::Fenced("the notification"))), "{fenced:?}");
    assert_eq!(only(&mut tx).await, second);
}

/// It comes back as `Sending`: whoever claims it must first find out whether it went.
async fn an_interrupted_sending_is_found_again(bed: Bed) {
    bed.with_case(1, 0).await;
    let mut tx = bed.write().await;
    tx.insert_notifications(&[notification(7)]).await.unwrap();
    let claimed = tx.claim_notifications("w", at(1), at(10), 9).await.unwrap().remove(0);
    tx.update_notification(&Notification { state: CorrectionState::Sending, ..claimed }, 1).await.unwrap();
    let again = tx.claim_notifications("w", at(10), at(20), 9).await.unwrap();
    assert_eq!((again[0].state, again[0].lease.fence), (CorrectionState::Sending, 2));
}

async fn a_living_engine_keeps_its_claims_and_a_dead_one_loses_them(bed: Bed) {
    bed.with_case(1, 0).await;
    let mut tx = bed.write().await;
    tx.insert_notifications(&[notification(7)]).await.unwrap();
    tx.claim_notifications("first", at(1), at(10), 9).await.unwrap();
    let rows = [notification(7).id.0];
    assert_eq!(tx.prolong_leases("first", &rows, at(30)).await.unwrap(), 1);
    assert_eq!(tx.prolong_leases("second", &rows, at(30)).await.unwrap(), 0);
    assert_eq!(tx.claim_notifications("second", at(20), at(40), 9).await.unwrap(), []);
    tx.commit().await.unwrap();
    // Nobody is enlisted as `first`.
    let mut second = bed.db.enlist("second").await.unwrap();
    assert_eq!(second.free_orphans().await.unwrap(), 1);
    let mut tx = bed.write().await;
    assert_eq!(tx.claim_notifications("second", at(20), at(40), 9).await.unwrap().len(), 1);
}
