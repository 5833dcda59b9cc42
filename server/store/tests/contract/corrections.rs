use crate::{
    bed::Bed,
    builders::{at, case, correction, id},
};
use domain::{
    case::{Correction, Lease},
    shared::{CaseNumber, CorrectionState},
    store::{StoreError, Tx},
};

stories!(
    a_correction_is_read_as_it_was_written,
    one_target_has_one_correction,
    a_settled_correction_is_claimed_and_sent,
    a_lost_lease_writes_nothing,
    an_interrupted_sending_is_found_again,
    changes_move_the_pulse,
);

/// Of case 2, in this state.
async fn corrections(tx: &mut Box<dyn Tx>, count: u128, state: CorrectionState) -> Vec<Correction> {
    let (mut second, targets) = case(2, count);
    (second.message, second.number) = (case(1, 0).0.message, CaseNumber::new(2026, 2));
    let corrections: Vec<_> =
        targets.iter().map(|target| Correction { state, ..correction(target) }).collect();
    tx.insert_case(&second, &targets, &corrections).await.unwrap();
    corrections
}

async fn now(tx: &mut Box<dyn Tx>, correction: &Correction) -> Correction {
    tx.correction(correction.id).await.unwrap().unwrap()
}

async fn a_correction_is_read_as_it_was_written(bed: Bed) {
    bed.with_case(1, 0).await;
    let mut tx = bed.write().await;
    let written = corrections(&mut tx, 3, CorrectionState::Planned).await;
    assert_eq!(tx.corrections(id(2)).await.unwrap(), written);
    assert_eq!(tx.correction_of(written[1].target).await.unwrap().as_ref(), Some(&written[1]));
    assert_eq!(now(&mut tx, &written[2]).await, written[2]);
    assert_eq!(tx.correction(id(9)).await.unwrap(), None);
    assert_eq!(tx.correction_of(id(9)).await.unwrap(), None);
    assert_eq!(tx.correction_content(id(2)).await.unwrap(), None);
    for text in [b"one", b"two"] {
        tx.save_correction_content(id(2), text).await.unwrap();
    }
    assert_eq!(tx.correction_content(id(2)).await.unwrap().as_deref(), Some(b"two".as_slice()));
}

/// I6.
async fn one_target_has_one_correction(bed: Bed) {
    bed.with_case(1, 0).await;
    let (mut second, targets) = case(2, 1);
    second.message = case(1, 0).0.message;
    let one = correction(&targets[0]);
    let twin = Correction { id: id(77), message_id: "other@recant.test".parse().unwrap(), ..one.clone() };
    let mut tx = bed.write().await;
    let refused = tx.insert_case(&second, &targets, &[one, twin]).await;
    assert!(matches!(refused, Err(StoreError::Conflict("the correction"))), "{refused:?}");
}

async fn a_settled_correction_is_claimed_and_sent(bed: Bed) {
    bed.with_case(1, 0).await;
    let mut tx = bed.write().await;
    let planned = corrections(&mut tx, 2, CorrectionState::Planned).await;
    assert_eq!(tx.claim_corrections("w", at(5), at(15), 9).await.unwrap(), []);
    let unneeded = Correction { state: CorrectionState::Unneeded, ..planned[1].clone() };
    tx.update_correction(&unneeded, None).await.unwrap();
    assert_eq!(tx.settle_planned(id(2), CorrectionState::Queued, at(5)).await.unwrap(), 1);
    assert_eq!(tx.claim_corrections("w", at(4), at(14), 9).await.unwrap(), []);

    let claimed = tx.claim_corrections("w", at(5), at(15), 9).await.unwrap();
    let lease = Lease { holder: Some("w".into()), until: Some(at(15)), fence: 1 };
    let queued = Correction { state: CorrectionState::Queued, due_at: at(5), lease, ..planned[0].clone() };
    assert_eq!(claimed, std::slice::from_ref(&queued));

    let sending = Correction { state: CorrectionState::Sending, attempts: 1, ..queued };
    tx.update_correction(&sending, Some(1)).await.unwrap();
    assert_eq!(now(&mut tx, &sending).await, sending);
    let sent = Correction {
        state: CorrectionState::Sent,
        in_place: true,
        problem: "250 ok".into(),
        sent_at: Some(at(6)),
        lease: Lease { holder: None, until: None, fence: 1 },
        ..sending
    };
    tx.update_correction(&sent, Some(1)).await.unwrap();
    assert_eq!(now(&mut tx, &sent).await, sent);
    assert_eq!(tx.claim_corrections("w", at(99), at(100), 9).await.unwrap(), []);
    let missing = tx.update_correction(&Correction { id: id(9), ..sent }, None).await;
    assert!(matches!(missing, Err(StoreError::Missing("the correction"))), "{missing:?}");
}

async fn a_lost_lease_writes_nothing(bed: Bed) {
    bed.with_case(1, 0).await;
    let mut tx = bed.write().await;
    corrections(&mut tx, 1, CorrectionState::Queued).await;
    let first = tx.claim_corrections("first", at(0), at(10), 9).await.unwrap().remove(0);
    let second = tx.claim_corrections("second", at(10), at(20), 9).await.unwrap().remove(0);
    assert_eq!(second.lease.fence, first.lease.fence + 1);
    let late = Correction { state: CorrectionState::Sent, ..first.clone() };
    let fenced = tx.update_correction(&late, Some(first.lease.fence)).await;
    assert!(matches!(fenced, Err(StoreError::Fenced("the correction"))), "{fenced:?}");
    assert_eq!(now(&mut tx, &first).await, second);
}

/// It comes back as `Sending`: whoever claims it must first find out whether it went.
async fn an_interrupted_sending_is_found_again(bed: Bed) {
    bed.with_case(1, 0).await;
    let mut tx = bed.write().await;
    corrections(&mut tx, 1, CorrectionState::Queued).await;
    let claimed = tx.claim_corrections("w", at(0), at(10), 9).await.unwrap().remove(0);
    let sending = Correction { state: CorrectionState::Sending, ..claimed };
    tx.update_correction(&sending, Some(1)).await.unwrap();
    assert_eq!(tx.claim_corrections("w", at(9), at(19), 9).await.unwrap(), []);
    let again = tx.claim_corrections("w", at(10), at(20), 9).await.unwrap();
    assert_eq!((again[0].state, again[0].lease.fence), (CorrectionState::Sending, 2));
}

async fn changes_move_the_pulse(bed: Bed) {
    bed.with_case(1, 0).await;
    let mut tx = bed.write().await;
    let planned = corrections(&mut tx, 2, CorrectionState::Planned).await;
    let mut pulses = vec![tx.case_pulse(id(2)).await.unwrap()];
    tx.settle_planned(id(2), CorrectionState::Queued, at(0)).await.unwrap();
    pulses.push(tx.case_pulse(id(2)).await.unwrap());
    tx.claim_corrections("w", at(0), at(10), 1).await.unwrap();
    pulses.push(tx.case_pulse(id(2)).await.unwrap());
    tx.update_correction(&planned[1], None).await.unwrap();
    pulses.push(tx.case_pulse(id(2)).await.unwrap());
    pulses.dedup();
    assert_eq!(pulses.len(), 4, "{pulses:?}");
}
