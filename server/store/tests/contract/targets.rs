use crate::{
    bed::Bed,
    builders::{at, id},
    one::{finish, renew},
};
use domain::{
    case::{Detail, Lease, Target},
    ids::TargetId,
    mail_system::{FolderName, ReadEvidence},
    shared::{Outcome, TargetState, Task, Trouble},
    store::{Finished, Leased, Result, StoreError, TargetResult, Tx},
};
use std::{collections::HashMap, time::Duration};
use tokio::time::timeout;

stories!(
    a_claim_leases_and_a_result_ends_it,
    a_lost_lease_writes_nothing,
    a_renewed_lease_tells_the_task_of_now,
    several_are_renewed_at_once,
    several_finish_together_or_not_at_all,
    a_task_set_meanwhile_survives,
    a_failed_try_is_put_off,
    a_decision_starts_afresh,
    a_decision_is_about_thousands,
    a_decision_knows_what_ended_meanwhile,
    those_tried_in_vain_are_found,
    every_change_moves_the_pulse,
);

fn held() -> TargetResult {
    let detail = Detail {
        seen_there: true,
        read_copies: 2,
        evidence: ReadEvidence::FlagsAndLog,
        opened_at: Some(at(2)),
        folder: Some(FolderName("INBOX/合同".into())),
        ..Detail::default()
    };
    TargetResult { state: TargetState::Held, outcome: None, detail }
}

async fn claim_one(tx: &mut Box<dyn Tx>, holder: &str, now: i64) -> Target {
    let mut claimed = tx.claim_targets(holder, at(now), at(now + 10), 1).await.unwrap();
    assert_eq!(claimed.len(), 1);
    claimed.remove(0)
}

fn is_fenced<T: std::fmt::Debug>(result: &Result<T>) -> bool {
    matches!(result, Err(StoreError::Fenced("the target")))
}

async fn now(tx: &mut Box<dyn Tx>, id: TargetId) -> Target {
    tx.target(id).await.unwrap().unwrap()
}

async fn a_claim_leases_and_a_result_ends_it(bed: Bed) {
    let (_, targets) = bed.with_case(1, 1).await;
    let mut tx = bed.write().await;
    let claimed = claim_one(&mut tx, "w", 5).await;
    let lease = Lease { holder: Some("w".into()), until: Some(at(15)), fence: 1 };
    assert_eq!(claimed, Target { lease, ..targets[0].clone() });
    assert_eq!(now(&mut tx, claimed.id).await, claimed);
    assert_eq!(tx.open_tasks(id(1)).await.unwrap(), 1);

    finish(tx.as_mut(), claimed.id, 1, held(), at(7)).await.unwrap();
    let done = Target {
        state: TargetState::Held,
        detail: held().detail,
        task: None,
        lease: Lease { holder: None, until: None, fence: 1 },
        updated_at: at(7),
        ..claimed
    };
    assert_eq!(now(&mut tx, done.id).await, done);
    assert_eq!(tx.open_tasks(id(1)).await.unwrap(), 0);
    assert_eq!(tx.claim_targets("w", at(99), at(100), 1).await.unwrap(), []);
}

async fn a_lost_lease_writes_nothing(bed: Bed) {
    bed.with_case(1, 1).await;
    let mut tx = bed.write().await;
    let first = claim_one(&mut tx, "first", 0).await;
    assert_eq!(tx.claim_targets("second", at(9), at(19), 1).await.unwrap(), []);
    let second = claim_one(&mut tx, "second", 10).await;
    assert_eq!((second.id, second.lease.fence), (first.id, first.lease.fence + 1));

    let (id, fence) = (first.id, first.lease.fence);
    assert!(is_fenced(&renew(tx.as_mut(), id, fence, at(99)).await));
    assert!(is_fenced(&finish(tx.as_mut(), id, fence, held(), at(11)).await));
    assert!(is_fenced(&tx.postpone_target(id, fence, &held().detail, 1, at(99), at(11)).await));
    assert_eq!(now(&mut tx, id).await, second);

    // And the second one's fence is worth nothing once it has finished.
    finish(tx.as_mut(), id, second.lease.fence, held(), at(12)).await.unwrap();
    let again = finish(tx.as_mut(), id, second.lease.fence, held(), at(13)).await;
    assert!(is_fenced(&again), "{again:?}");
}

async fn a_renewed_lease_tells_the_task_of_now(bed: Bed) {
    bed.with_case(1, 1).await;
    let mut tx = bed.write().await;
    let claimed = claim_one(&mut tx, "w", 0).await;
    let (id, fence) = (claimed.id, claimed.lease.fence);
    assert_eq!(renew(tx.as_mut(), id, fence, at(20)).await.unwrap(), Some(Task::Hold));
    assert_eq!(now(&mut tx, id).await.lease.until, Some(at(20)));
    tx.assign(&[id], Some(Task::Release), None, at(1)).await.unwrap();
    assert_eq!(renew(tx.as_mut(), id, fence, at(30)).await.unwrap(), Some(Task::Release));
    tx.assign(&[id], None, None, at(1)).await.unwrap();
    assert_eq!(renew(tx.as_mut(), id, fence, at(30)).await.unwrap(), None);
}

fn leased(target: &Target) -> Leased {
    Leased { target: target.id, fence: target.lease.fence }
}

async fn several_are_renewed_at_once(bed: Bed) {
    bed.with_case(1, 4).await;
    let mut tx = bed.write().await;
    let claimed = tx.claim_targets("w", at(0), at(10), 4).await.unwrap();
    let [ours, changed, cleared, lost] = [0, 1, 2, 3].map(|n| &claimed[n]);
    tx.assign(&[changed.id], Some(Task::Release), None, at(1)).await.unwrap();
    tx.assign(&[cleared.id], None, None, at(1)).await.unwrap();
    tx.lock_targets(&claimed.iter().map(|target| target.id).collect::<Vec<_>>()).await.unwrap();
    let mut leases: Vec<_> = claimed.iter().map(leased).collect();
    leases[3].fence += 1;
    let renewed = tx.renew_targets(&leases, at(20)).await.unwrap();
    let expected = [(ours.id, Some(Task::Hold)), (changed.id, Some(Task::Release)), (cleared.id, None)];
    assert_eq!(renewed, HashMap::from(expected));
    let kept = tx.leases(&[ours.id, lost.id, id(77)]).await.unwrap();
    let until = |until| Lease { holder: Some("w".into()), until: Some(at(until)), fence: 1 };
    let expected = [(ours.id, (until(20), Some(Task::Hold))), (lost.id, (until(10), Some(Task::Hold)))];
    assert_eq!(kept, HashMap::from(expected));
}

async fn several_finish_together_or_not_at_all(bed: Bed) {
    bed.with_case(1, 3).await;
    let mut tx = bed.write().await;
    let claimed = tx.claim_targets("w", at(0), at(10), 3).await.unwrap();
    tx.commit().await.unwrap();
    let missed = TargetResult { outcome: Some(Outcome::NotFound), ..held() };
    let mut finished: Vec<_> = claimed
        .iter()
        .zip([held(), missed, held()])
        .map(|(target, result)| Finished { lease: leased(target), done: Task::Hold, result, at: at(7) })
        .collect();

    finished[2].lease.fence += 1;
    let mut tx = bed.write().await;
    assert!(is_fenced(&tx.finish_targets(&finished).await));
    drop(tx);
    finished[2].lease.fence -= 1;
    finished[2].at = at(8);
    let mut tx = bed.write().await;
    for target in &claimed {
        assert_eq!(now(&mut tx, target.id).await, *target, "nothing was written");
    }
    tx.assign(&[claimed[0].id], Some(Task::Release), None, at(1)).await.unwrap();
    tx.finish_targets(&finished).await.unwrap();
    for (target, Finished { result, at, .. }) in claimed.iter().zip(&finished) {
        let ended = now(&mut tx, target.id).await;
        assert_eq!(
            (ended.state, ended.outcome, &ended.detail),
            (result.state, result.outcome, &result.detail)
        );
        assert_eq!((ended.updated_at, ended.lease.holder), (*at, None));
        assert_eq!(ended.task, (target.id == claimed[0].id).then_some(Task::Release));
    }
}

async fn a_task_set_meanwhile_survives(bed: Bed) {
    bed.with_case(1, 1).await;
    let mut tx = bed.write().await;
    let claimed = claim_one(&mut tx, "w", 0).await;
    tx.assign(&[claimed.id], Some(Task::Release), None, at(1)).await.unwrap();
    finish(tx.as_mut(), claimed.id, 1, held(), at(2)).await.unwrap();
    assert_eq!(now(&mut tx, claimed.id).await.task, Some(Task::Release));

    // Nor is it put off because the one before it failed.
    let claimed = claim_one(&mut tx, "w", 3).await;
    tx.assign(&[claimed.id], Some(Task::Execute), None, at(4)).await.unwrap();
    tx.postpone_target(claimed.id, 2, &held().detail, 7, at(1000), at(5)).await.unwrap();
    let after = now(&mut tx, claimed.id).await;
    assert_eq!((after.task, after.attempts, after.due_at), (Some(Task::Execute), 0, at(4)));
}

async fn a_failed_try_is_put_off(bed: Bed) {
    bed.with_case(1, 1).await;
    let mut tx = bed.write().await;
    let claimed = claim_one(&mut tx, "w", 0).await;
    let detail = Detail { trouble: Some(Trouble::MailSystemDown), ..Detail::default() };
    tx.postpone_target(claimed.id, 1, &detail, 3, at(60), at(2)).await.unwrap();
    let waiting = now(&mut tx, claimed.id).await;
    assert_eq!((waiting.task, waiting.attempts, waiting.due_at), (Some(Task::Hold), 3, at(60)));
    assert_eq!((waiting.detail, waiting.lease.holder, waiting.lease.until), (detail, None, None));
    assert_eq!(tx.claim_targets("w", at(59), at(70), 1).await.unwrap(), []);
    assert_eq!(claim_one(&mut tx, "w", 60).await.attempts, 3);
}

async fn a_decision_starts_afresh(bed: Bed) {
    bed.with_case(1, 1).await;
    let mut tx = bed.write().await;
    let claimed = claim_one(&mut tx, "w", 0).await;
    tx.postpone_target(claimed.id, 1, &held().detail, 3, at(60), at(2)).await.unwrap();
    tx.assign(&[claimed.id], Some(Task::Execute), Some(Outcome::Untouched), at(3)).await.unwrap();
    let fresh = now(&mut tx, claimed.id).await;
    assert_eq!((fresh.task, fresh.attempts, fresh.due_at), (Some(Task::Execute), 0, at(3)));
    assert_eq!((fresh.outcome, fresh.updated_at), (Some(Outcome::Untouched), at(3)));
    tx.assign(&[claimed.id], None, None, at(4)).await.unwrap();
    let cleared = now(&mut tx, claimed.id).await;
    assert_eq!((cleared.task, cleared.outcome), (None, Some(Outcome::Untouched)));
    let missing = tx.assign(&[id(9)], None, None, at(4)).await;
    assert!(matches!(missing, Err(StoreError::Missing("the target"))), "{missing:?}");
}

/// More than a statement may have values.
async fn a_decision_is_about_thousands(bed: Bed) {
    let (case, targets) = bed.with_case(1, 33_000).await;
    let mut ids: Vec<_> = targets.iter().map(|target| target.id).collect();
    let mut tx = bed.write().await;
    let is_assigned = |target: &Target| target.task == Some(Task::Execute) && target.due_at == at(3);
    tx.assign(&ids, Some(Task::Execute), None, at(3)).await.unwrap();
    assert!(tx.targets(case.id).await.unwrap().iter().all(is_assigned));
    tx.commit().await.unwrap();

    ids.push(id(9));
    let mut tx = bed.write().await;
    let missing = tx.assign(&ids, None, None, at(4)).await;
    assert!(matches!(missing, Err(StoreError::Missing("the target"))), "{missing:?}");
    assert!(tx.commit().await.is_err(), "nothing of it may be kept");
    assert!(bed.read().await.targets(case.id).await.unwrap().iter().all(is_assigned));
}

/// A worker writes its result while somebody decides.
async fn a_decision_knows_what_ended_meanwhile(bed: Bed) {
    let (case, _) = bed.with_case(1, 2).await;
    let mut worker = bed.write().await;
    let claimed = claim_one(&mut worker, "w", 0).await;
    let missed = TargetResult { outcome: Some(Outcome::NotFound), ..held() };
    finish(worker.as_mut(), claimed.id, 1, missed, at(2)).await.unwrap();
    let decide = async {
        let mut tx = bed.write().await;
        tx.lock_targets_of(case.id).await.unwrap();
        tx.target(claimed.id).await.unwrap().unwrap().outcome
    };
    tokio::pin!(decide);
    assert!(timeout(Duration::from_millis(300), &mut decide).await.is_err(), "it waits for the worker");
    worker.commit().await.unwrap();
    assert_eq!(decide.await, Some(Outcome::NotFound));
}

async fn those_tried_in_vain_are_found(bed: Bed) {
    bed.with_case(1, 3).await;
    let mut tx = bed.write().await;
    let claimed = tx.claim_targets("w", at(0), at(10), 9).await.unwrap();
    for (target, attempts) in claimed.iter().zip([5, 6, 7]) {
        tx.postpone_target(target.id, 1, &held().detail, attempts, at(60), at(2)).await.unwrap();
    }
    let stuck = tx.stuck_targets(Task::Hold, 6).await.unwrap();
    assert_eq!(stuck.iter().map(|target| target.attempts).collect::<Vec<_>>(), [6, 7]);
    assert_eq!(tx.stuck_targets(Task::Release, 6).await.unwrap(), []);
}

/// All within one millisecond.
async fn every_change_moves_the_pulse(bed: Bed) {
    let (case, targets) = bed.with_case(1, 2).await;
    let mut tx = bed.write().await;
    let mut pulses = vec![tx.case_pulse(case.id).await.unwrap()];
    assert_eq!(tx.case_pulse(case.id).await.unwrap(), pulses[0]);
    tx.update_case(&case).await.unwrap();
    pulses.push(tx.case_pulse(case.id).await.unwrap());
    for target in &targets {
        tx.assign(&[target.id], Some(Task::Hold), None, at(0)).await.unwrap();
        pulses.push(tx.case_pulse(case.id).await.unwrap());
    }
    let claimed = claim_one(&mut tx, "w", 0).await;
    pulses.push(tx.case_pulse(case.id).await.unwrap());
    tx.postpone_target(claimed.id, 1, &claimed.detail, 0, at(0), at(0)).await.unwrap();
    pulses.push(tx.case_pulse(case.id).await.unwrap());
    let claimed = claim_one(&mut tx, "w", 0).await;
    finish(tx.as_mut(), claimed.id, claimed.lease.fence, held(), at(0)).await.unwrap();
    pulses.push(tx.case_pulse(case.id).await.unwrap());
    let distinct: std::collections::BTreeSet<_> = pulses.iter().collect();
    assert_eq!(distinct.len(), pulses.len(), "{pulses:?}");
    assert!(matches!(tx.case_pulse(id(9)).await, Err(StoreError::Missing("the case"))));
}
