use crate::{
    bed::Bed,
    builders::{BO, MEI, at, case, correction, id, mail},
    one::finish,
};
use domain::{
    case::{Approval, CaseFilter, TargetsDigest},
    ids::CaseId,
    sent::Page,
    shared::{Act, CaseNumber, CaseState, CorrectionState, Outcome, TargetState, Verdict},
    store::{StoreError, TargetResult, Tx},
};

stories!(
    a_case_is_read_as_it_was_written,
    a_case_may_have_thousands_of_targets,
    the_same_id_makes_one_case,
    one_mailbox_is_one_target,
    a_write_needs_the_version_it_read,
    serials_run_without_gaps,
    serials_differ_under_concurrency,
    lists_count_and_filter,
    work_is_found,
    approvals_keep_their_digest,
    an_unknown_code_is_not_guessed,
);

const ALL: Page = Page { index: 0, size: 100 };

async fn a_case_is_read_as_it_was_written(bed: Bed) {
    let (written, targets) = bed.with_case(1, 2).await;
    let mut tx = bed.read().await;
    assert_eq!(tx.case(written.id).await.unwrap().as_ref(), Some(&written));
    assert_eq!(tx.case_by_number(written.number).await.unwrap().as_ref(), Some(&written));
    assert_eq!(tx.cases_of_sent(id(1)).await.unwrap(), [written]);
    assert_eq!(tx.targets(id(1)).await.unwrap(), targets);
    assert_eq!(tx.target(targets[1].id).await.unwrap().as_ref(), Some(&targets[1]));
    assert_eq!(tx.case(id(2)).await.unwrap(), None);
    assert_eq!(tx.case_by_number(CaseNumber::new(2026, 2)).await.unwrap(), None);
    assert_eq!(tx.cases_of_sent(id(2)).await.unwrap(), []);
}

/// More than are written in one piece.
async fn a_case_may_have_thousands_of_targets(bed: Bed) {
    bed.with_mails(&[mail(1, MEI, "x")]).await;
    let (case, targets) = case(1, 2_345);
    let corrections: Vec<_> = targets.iter().map(correction).collect();
    let mut tx = bed.write().await;
    tx.insert_case(&case, &targets, &corrections).await.unwrap();
    assert_eq!(tx.targets(case.id).await.unwrap(), targets);
    assert_eq!(tx.corrections(case.id).await.unwrap().len(), corrections.len());
}

async fn the_same_id_makes_one_case(bed: Bed) {
    let (first, targets) = bed.with_case(1, 2).await;
    let mut again = first.clone();
    again.number = CaseNumber::new(2026, 999);
    let mut tx = bed.write().await;
    let taken = tx.insert_case(&again, &targets, &[]).await;
    assert!(matches!(taken, Err(StoreError::Conflict("the case"))), "{taken:?}");
    // The transaction is still good for finding out what is there.
    assert_eq!(tx.case(first.id).await.unwrap(), Some(first));
}

async fn one_mailbox_is_one_target(bed: Bed) {
    bed.with_mails(&[mail(1, MEI, "x")]).await;
    let (case, mut targets) = case(1, 2);
    targets[1].recipient.address = targets[0].recipient.address.clone();
    let mut tx = bed.write().await;
    let taken = tx.insert_case(&case, &targets, &[]).await;
    assert!(matches!(taken, Err(StoreError::Conflict("the target"))), "{taken:?}");
}

async fn a_write_needs_the_version_it_read(bed: Bed) {
    let (read, _) = bed.with_case(1, 1).await;
    let mut decided = read.clone();
    (decided.state, decided.decided_at, decided.expires_at) = (CaseState::Approved, Some(at(60)), at(70));
    let mut tx = bed.write().await;
    let stored = tx.update_case(&decided).await.unwrap();
    decided.version += 1;
    assert_eq!(stored, decided);
    tx.commit().await.unwrap();

    let mut late = read;
    late.state = CaseState::Withdrawn;
    let mut tx = bed.write().await;
    let refused = tx.update_case(&late).await;
    assert!(matches!(refused, Err(StoreError::Conflict("the case"))), "{refused:?}");
    assert_eq!(tx.case(id(1)).await.unwrap(), Some(decided));
}

async fn serials_run_without_gaps(bed: Bed) {
    let mut tx = bed.write().await;
    assert_eq!(tx.next_case_serial(2026).await.unwrap(), 1);
    assert_eq!(tx.next_case_serial(2026).await.unwrap(), 2);
    tx.commit().await.unwrap();
    let mut dropped = bed.write().await;
    assert_eq!(dropped.next_case_serial(2026).await.unwrap(), 3);
    drop(dropped);
    let mut tx = bed.write().await;
    assert_eq!(tx.next_case_serial(2026).await.unwrap(), 3);
    assert_eq!(tx.next_case_serial(2027).await.unwrap(), 1);
}

async fn serials_differ_under_concurrency(bed: Bed) {
    let tasks = (0..8).map(|_| {
        let db = bed.db.clone();
        tokio::spawn(async move {
            let mut tx = domain::store::Store::write(&db).await.unwrap();
            tx.order_requests(2026).await.unwrap();
            let serial = tx.next_case_serial(2026).await.unwrap();
            tx.commit().await.unwrap();
            serial
        })
    });
    let mut serials = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        serials.push(task.await.unwrap());
    }
    serials.sort_unstable();
    assert_eq!(serials, [1, 2, 3, 4, 5, 6, 7, 8]);
}

async fn listed(tx: &mut Box<dyn Tx>, filter: CaseFilter) -> Vec<u128> {
    let listing = tx.list_cases(&filter, ALL).await.unwrap();
    assert_eq!(listing.total, listing.rows.len() as u64);
    listing.rows.iter().map(|row| row.case.id.0.as_u128()).collect()
}

async fn lists_count_and_filter(bed: Bed) {
    bed.with_mails(&[mail(1, MEI, "x"), mail(2, MEI, "y"), mail(3, BO, "z")]).await;
    let mut tx = bed.write().await;
    for n in [2, 1, 3] {
        let (mut case, targets) = case(n, 3);
        if n == 3 {
            (case.requester, case.state) = (id(BO), CaseState::Executing);
        }
        let mut corrections: Vec<_> = targets.iter().map(correction).collect();
        corrections[0].state = CorrectionState::Sent;
        corrections[1].state = CorrectionState::Unneeded;
        corrections[2].state = CorrectionState::Unconfirmed;
        tx.insert_case(&case, &targets, &corrections).await.unwrap();
        if n == 2 {
            tx.assign(&[targets[0].id], None, Some(Outcome::Failed), at(1)).await.unwrap();
            tx.assign(&[targets[1].id], None, Some(Outcome::Outside), at(1)).await.unwrap();
        }
    }
    let any = CaseFilter::default;
    assert_eq!(listed(&mut tx, any()).await, [3, 2, 1]);
    assert_eq!(listed(&mut tx, CaseFilter { requesters: Some(vec![id(MEI)]), ..any() }).await, [2, 1]);
    assert_eq!(listed(&mut tx, CaseFilter { requesters: Some(vec![]), ..any() }).await, []);
    assert_eq!(listed(&mut tx, CaseFilter { states: vec![CaseState::Executing], ..any() }).await, [3]);
    assert_eq!(listed(&mut tx, CaseFilter { number: Some(CaseNumber::new(2026, 2)), ..any() }).await, [2]);
    assert_eq!(listed(&mut tx, CaseFilter { from: Some(at(2)), until: Some(at(3)), ..any() }).await, [2]);

    let page = tx.list_cases(&any(), Page { index: 1, size: 1 }).await.unwrap();
    let row = &page.rows[0];
    assert_eq!((page.total, row.case.id, row.targets), (3, id::<CaseId>(2), 3));
    assert_eq!((row.ended, row.failed, row.unsent_corrections), (2, 1, 1));
}

async fn work_is_found(bed: Bed) {
    let mails: Vec<_> = (1..=20).map(|n| mail(n, MEI, "x")).collect();
    bed.with_mails(&mails).await;
    let mut tx = bed.write().await;
    for (n, state) in (1..).zip(CaseState::ALL) {
        let (mut case, _) = case(n, 0);
        (case.state, case.expires_at) = (*state, at(100));
        tx.insert_case(&case, &[], &[]).await.unwrap();
    }
    for (now, overdue) in [(99, false), (100, true)] {
        let mut found: Vec<_> =
            tx.cases_at_work(at(now)).await.unwrap().iter().map(|case| case.state).collect();
        found.sort();
        let mut expected =
            vec![CaseState::Holding, CaseState::Executing, CaseState::Releasing, CaseState::Restoring];
        if overdue {
            expected.extend([CaseState::AwaitingApproval, CaseState::RestoreRequested]);
        }
        expected.sort();
        assert_eq!(found, expected);
    }
}

async fn approvals_keep_their_digest(bed: Bed) {
    bed.with_case(1, 1).await;
    let approval = |n: u128, verdict, secs| Approval {
        id: id(n),
        case: id(1),
        approver: id(BO),
        act: if n == 1 { Act::Recall } else { Act::Restore },
        verdict,
        comment: "同意".into(),
        digest: TargetsDigest([u8::try_from(n).unwrap(); 32]),
        decided_at: at(secs),
    };
    let (late, early) = (approval(1, Verdict::Approved, 20), approval(2, Verdict::Refused, 10));
    let mut tx = bed.write().await;
    tx.insert_approval(&late).await.unwrap();
    tx.insert_approval(&early).await.unwrap();
    assert_eq!(tx.approvals(id(1)).await.unwrap(), [early, late]);
    assert_eq!(tx.approvals(id(2)).await.unwrap(), []);
}

async fn an_unknown_code_is_not_guessed(bed: Bed) {
    let (_, targets) = bed.with_case(1, 1).await;
    let result = TargetResult { state: TargetState::Held, outcome: None, detail: targets[0].detail.clone() };
    let mut tx = bed.write().await;
    let claimed = tx.claim_targets("w", at(1), at(9), 1).await.unwrap();
    finish(tx.as_mut(), targets[0].id, claimed[0].lease.fence, result, at(2)).await.unwrap();
    tx.commit().await.unwrap();
    bed.by_hand("UPDATE target SET state = 'vaporised'").await.unwrap();
    let unreadable = bed.read().await.targets(id(1)).await;
    assert!(
        matches!(&unreadable, Err(StoreError::Unreadable(what)) if what.contains("vaporised")),
        "{unreadable:?}"
    );
}
