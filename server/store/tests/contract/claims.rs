use crate::{
    bed::Bed,
    builders::{at, correction, id},
};
use domain::{
    case::Correction,
    shared::{CorrectionState, Task},
    store::Store,
};
use std::collections::BTreeSet;
use uuid::Uuid;

stories!(urgent_tasks_come_first, four_workers_share_targets, four_workers_share_corrections);

async fn urgent_tasks_come_first(bed: Bed) {
    let (_, targets) = bed.with_case(1, 5).await;
    let mut tx = bed.write().await;
    for (place, task) in
        [(0, Task::Execute), (1, Task::Hold), (2, Task::Release), (3, Task::Hold), (4, Task::Release)]
    {
        tx.assign(&[targets[place].id], Some(task), None, at(i64::from(place == 4) * 50)).await.unwrap();
    }
    let ids = |places: &[usize]| places.iter().map(|place| targets[*place].id).collect::<Vec<_>>();
    let claimed = tx.claim_targets("w", at(1), at(11), 2).await.unwrap();
    assert_eq!(claimed.iter().map(|target| target.id).collect::<Vec<_>>(), ids(&[2, 1]));
    let claimed = tx.claim_targets("w", at(1), at(11), 9).await.unwrap();
    assert_eq!(claimed.iter().map(|target| target.id).collect::<Vec<_>>(), ids(&[3, 0]));
    // Those whose lease ran out, and the one that wasn't due.
    let claimed = tx.claim_targets("w", at(50), at(60), 9).await.unwrap();
    assert_eq!(claimed.iter().map(|target| target.id).collect::<Vec<_>>(), ids(&[2, 4, 1, 3, 0]));
    assert_eq!(tx.claim_targets("w", at(50), at(60), 0).await.unwrap(), []);
}

/// Four at a time until nothing is left; what each of them got.
async fn claim_all<F, Fut>(bed: &Bed, claim: F) -> Vec<Uuid>
where
    F: Fn(store::Database, String) -> Fut,
    Fut: Future<Output = Vec<Uuid>> + Send + 'static,
{
    let workers: Vec<_> =
        (0..4).map(|n| tokio::spawn(claim(bed.db.clone(), format!("worker {n}")))).collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    all
}

async fn four_workers_share_targets(bed: Bed) {
    let (_, targets) = bed.with_case(1, 300).await;
    let all = claim_all(&bed, |db, holder| async move {
        let mut mine = Vec::new();
        loop {
            let mut tx = db.write().await.unwrap();
            let claimed = tx.claim_targets(&holder, at(1), at(100), 7).await.unwrap();
            tx.commit().await.unwrap();
            assert!(claimed.len() <= 7 && claimed.iter().all(|target| target.lease.fence == 1));
            if claimed.is_empty() {
                return mine;
            }
            mine.extend(claimed.iter().map(|target| target.id.0));
        }
    });
    let all = all.await;
    assert_eq!(all.len(), 300);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), targets.iter().map(|target| target.id.0).collect());
}

async fn four_workers_share_corrections(bed: Bed) {
    let (case, targets) = bed.with_case(1, 0).await;
    assert!(targets.is_empty());
    let (_, targets) = crate::builders::case(2, 100);
    let mut second = case;
    (second.id, second.number) = (id(2), domain::shared::CaseNumber::new(2026, 2));
    let queued = |target| Correction { state: CorrectionState::Queued, ..correction(target) };
    let corrections: Vec<_> = targets.iter().map(queued).collect();
    let mut tx = bed.write().await;
    tx.insert_case(&second, &targets, &corrections).await.unwrap();
    tx.commit().await.unwrap();
    let all = claim_all(&bed, |db, holder| async move {
        let mut mine = Vec::new();
        loop {
            let mut tx = db.write().await.unwrap();
            let claimed = tx.claim_corrections(&holder, at(1), at(100), 7).await.unwrap();
            tx.commit().await.unwrap();
            if claimed.is_empty() {
                return mine;
            }
            mine.extend(claimed.iter().map(|correction| correction.id.0));
        }
    });
    let all = all.await;
    assert_eq!(all.len(), 100);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 100);
}
