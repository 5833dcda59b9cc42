use crate::{
    bed::Bed,
    builders::{BO, MEI, address, at, copy, draft, id, mail, person, wrapped},
    one::set_state,
};
use domain::{
    case::{Case, Detail, Target, draft::Upload},
    ids::CaseId,
    org::Person,
    shared::{CaseState, CopyState, Trouble},
    store::{Store, Tx},
    vault::status::{Bodies, CopyCount},
};

stories!(
    what_has_ended_long_ago_is_due,
    somebodys_mail_is_never_due,
    what_a_legal_hold_covers_is_not_due,
    a_legal_hold_stays_the_persons,
    a_legal_hold_covers_what_was_taken_long_ago,
    what_is_kept_is_counted,
    a_release_that_fails_is_named,
);

/// Cases 1, 2, … as asked for, each with two targets and a key.
async fn cases(bed: &Bed, states: &[(CaseState, Option<i64>)]) -> Vec<(Case, Vec<Target>)> {
    bed.with_mails(&[]).await;
    let mut tx = bed.write().await;
    let mut cases = Vec::new();
    for (n, (state, ended_at)) in (1..).zip(states) {
        tx.insert_sent(&[mail(n, MEI, "合同")]).await.unwrap();
        let (mut case, targets) = crate::builders::case(n, 2);
        (case.state, case.ended_at) = (*state, ended_at.map(at));
        tx.insert_case(&case, &targets, &[]).await.unwrap();
        tx.vault_key(case.id.0, &wrapped(1, b"key")).await.unwrap();
        cases.push((case, targets));
    }
    tx.commit().await.unwrap();
    cases
}

async fn due(tx: &mut Box<dyn Tx>, before: i64, only: Option<CaseId>) -> Vec<u32> {
    let due = tx.erasable(at(before), only, 9).await.unwrap();
    due.iter().map(|case| case.number.serial()).collect()
}

async fn what_has_ended_long_ago_is_due(bed: Bed) {
    use CaseState as S;
    let ended = [
        (S::Finished, Some(30)),
        (S::Closed, Some(10)),
        (S::Restored, Some(20)),
        (S::Executing, None),
        (S::Finished, Some(40)),
    ];
    let cases = cases(&bed, &ended).await;
    let mut tx = bed.write().await;
    assert_eq!(due(&mut tx, 30, None).await, [2, 3, 1]);
    assert_eq!(due(&mut tx, 9, None).await, [] as [u32; 0]);
    assert_eq!(due(&mut tx, 30, Some(cases[0].0.id)).await, [1]);
    assert_eq!(due(&mut tx, 30, Some(cases[4].0.id)).await, [] as [u32; 0]);
    assert_eq!(tx.count_erasable(at(30)).await.unwrap(), 3);
    let first = tx.erasable(at(99), None, 1).await.unwrap().remove(0);
    assert_eq!((first.id, first.ended_at), (cases[1].0.id, at(10)));
    tx.destroy_key(cases[1].0.id).await.unwrap();
    assert_eq!(due(&mut tx, 30, None).await, [3, 1], "without its key there is nothing left to erase");
}

async fn somebodys_mail_is_never_due(bed: Bed) {
    use CaseState as S;
    let ended =
        [(S::Closed, Some(1)), (S::Restored, Some(1)), (S::Finished, Some(1)), (S::Releasing, Some(1))];
    let cases = cases(&bed, &ended).await;
    let mut tx = bed.write().await;
    for (n, (_, targets)) in (1..).zip(&cases) {
        tx.insert_copies(&[copy(n, &targets[1], Some(b"body"))]).await.unwrap();
        set_state(tx.as_mut(), id(n), CopyState::Held).await.unwrap();
    }
    assert_eq!(due(&mut tx, 99, None).await, [3], "what a recall took for good");
    let stuck: Vec<u32> = tx.not_put_back().await.unwrap().iter().map(|kept| kept.case.serial()).collect();
    assert_eq!(stuck, [1, 2]);
    set_state(tx.as_mut(), id(1), CopyState::Released).await.unwrap();
    set_state(tx.as_mut(), id(2), CopyState::Vaulted).await.unwrap();
    assert_eq!(due(&mut tx, 99, None).await, [1, 3]);
}

async fn what_a_legal_hold_covers_is_not_due(bed: Bed) {
    let ended = [(CaseState::Finished, Some(1)), (CaseState::Finished, Some(1))];
    let cases = cases(&bed, &ended).await;
    let mut tx = bed.write().await;
    for (n, (_, targets)) in (1..).zip(&cases) {
        tx.insert_copies(&[copy(n, &targets[1], Some(b"body"))]).await.unwrap();
        set_state(tx.as_mut(), id(n), CopyState::Held).await.unwrap();
    }
    set_state(tx.as_mut(), id(2), CopyState::Left).await.unwrap();
    let mut owner = person(BO, "Bo");
    owner.address = cases[0].1[1].address().clone();
    for (hold, expected) in [(false, vec![1, 2]), (true, vec![2]), (false, vec![1, 2])] {
        owner.legal_hold = hold;
        tx.replace_organisation(std::slice::from_ref(&owner), &[], &[]).await.unwrap();
        assert_eq!(due(&mut tx, 99, None).await, expected);
    }
}

/// Two finished cases about copies from Bo's mailbox; then Bo leaves, and the address is given to somebody else.
async fn given_away(bed: &Bed) -> [Person; 2] {
    let cases = cases(bed, &[(CaseState::Finished, Some(1)), (CaseState::Finished, Some(1))]).await;
    let mut tx = bed.write().await;
    for (n, (_, targets)) in (1..).zip(&cases) {
        tx.insert_copies(&[copy(n, &targets[1], Some(b"body"))]).await.unwrap();
        set_state(tx.as_mut(), id(n), CopyState::Held).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut left = person(BO, "Bo");
    (left.address, left.active) = (address("2@left.invalid"), false);
    let mut heir = person(7, "Heir");
    heir.address = cases[0].1[1].address().clone();
    [left, heir]
}

async fn a_legal_hold_stays_the_persons(bed: Bed) {
    let [mut left, mut heir] = given_away(&bed).await;
    let mut tx = bed.write().await;
    for (of_left, of_heir, expected) in [(true, false, vec![]), (false, true, vec![1, 2])] {
        (left.legal_hold, heir.legal_hold) = (of_left, of_heir);
        tx.replace_organisation(&[left.clone(), heir.clone()], &[], &[]).await.unwrap();
        assert_eq!(due(&mut tx, 99, None).await, expected);
        assert_eq!(tx.count_erasable(at(99)).await.unwrap(), expected.len() as u64);
    }
}

/// Targets of before the column was there.
async fn a_legal_hold_covers_what_was_taken_long_ago(bed: Bed) {
    let [mut left, heir] = given_away(&bed).await;
    left.legal_hold = true;
    let mut tx = bed.write().await;
    tx.replace_organisation(&[left, heir], &[], &[]).await.unwrap();
    tx.commit().await.unwrap();
    // With all that came after it.
    bed.by_hand("ALTER TABLE target DROP COLUMN person_id").await.unwrap();
    bed.by_hand("DELETE FROM _sqlx_migrations WHERE version >= 11").await.unwrap();
    bed.db.migrate().await.unwrap();
    assert_eq!(due(&mut bed.read().await, 99, None).await, [] as [u32; 0]);
}

/// Whoever has the file, and the master key, finds nothing of what was erased.
#[tokio::test]
async fn what_is_erased_is_gone_from_the_file() {
    let bed = Bed::sqlite().await;
    let cases = cases(&bed, &[(CaseState::Finished, Some(1))]).await;
    let (case, targets) = &cases[0];
    // A row on a page with others, and one that fills pages of its own.
    let (key, body, file) = ("wrapped key 1", "sealed body 1".repeat(9_000), "sealed file 1".repeat(900));
    let mut tx = bed.write().await;
    tx.destroy_key(case.id).await.unwrap();
    tx.vault_key(case.id.0, &wrapped(1, key.as_bytes())).await.unwrap();
    tx.insert_copies(&[copy(1, &targets[1], Some(body.as_bytes()))]).await.unwrap();
    tx.save_draft(&draft(9, 1)).await.unwrap();
    tx.vault_key(draft(9, 1).id.0, &wrapped(1, b"wrapped key 9")).await.unwrap();
    tx.insert_upload(&file_of(9), file.as_bytes()).await.unwrap();
    tx.commit().await.unwrap();
    let secrets = [key, "sealed header 1", "sealed body 1", "wrapped key 9", "sealed file 1"];
    bed.db.purge().await.unwrap();
    assert_eq!(found(&bed, &secrets), secrets);

    let mut tx = bed.write().await;
    tx.empty_vault(case.id).await.unwrap();
    assert!(tx.destroy_key(case.id).await.unwrap());
    assert_eq!(tx.delete_old_drafts(at(999)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    bed.db.purge().await.unwrap();
    assert_eq!(found(&bed, &secrets), [] as [&str; 0]);
}

fn file_of(draft: u128) -> Upload {
    Upload {
        id: id(1),
        draft: id(draft),
        name: "合同.pdf".into(),
        content_type: "application/pdf".into(),
        size: 3,
    }
}

/// Which of these the database's files have, in rows or in what was rows once.
fn found<'a>(bed: &Bed, secrets: &[&'a str]) -> Vec<&'a str> {
    let main = bed.url.strip_prefix("sqlite:").unwrap();
    let files = [main.to_owned(), format!("{main}-wal")];
    let bytes = files.map(|file| std::fs::read(file).unwrap()).concat();
    let is_there = |secret: &str| bytes.windows(secret.len()).any(|some| some == secret.as_bytes());
    secrets.iter().copied().filter(|secret| is_there(secret)).collect()
}

async fn what_is_kept_is_counted(bed: Bed) {
    let cases = cases(&bed, &[(CaseState::Executing, None), (CaseState::Executing, None)]).await;
    let mut tx = bed.write().await;
    assert_eq!(tx.copy_counts().await.unwrap(), []);
    assert_eq!(tx.body_counts().await.unwrap(), Bodies::default());
    assert_eq!(tx.oldest_kept().await.unwrap(), None);
    let targets = &cases[1].1;
    let three =
        [copy(1, &targets[0], Some(b"body!")), copy(2, &targets[0], None), copy(3, &targets[1], None)];
    tx.insert_copies(&three).await.unwrap();
    set_state(tx.as_mut(), id(1), CopyState::Held).await.unwrap();
    set_state(tx.as_mut(), id(2), CopyState::Held).await.unwrap();
    set_state(tx.as_mut(), id(3), CopyState::Left).await.unwrap();
    let count = |state, copies, kept| CopyCount { state, copies, bytes: copies * 1234, kept };
    assert_eq!(tx.copy_counts().await.unwrap(), [count(CopyState::Held, 2, 2), count(CopyState::Left, 1, 0)]);
    assert_eq!(tx.body_counts().await.unwrap(), Bodies { count: 1, bytes: 5 });
    assert_eq!(tx.oldest_kept().await.unwrap(), Some((cases[1].0.number, at(2))));
}

async fn a_release_that_fails_is_named(bed: Bed) {
    let cases = cases(&bed, &[(CaseState::Releasing, None)]).await;
    let targets = &cases[0].1;
    let mut tx = bed.write().await;
    tx.insert_copies(&[copy(1, &targets[0], Some(b"body")), copy(2, &targets[0], None)]).await.unwrap();
    assert_eq!(tx.not_put_back().await.unwrap(), [], "it has just begun");
    let claimed = tx.claim_targets("w", at(1), at(9), 1).await.unwrap().remove(0);
    let detail = Detail { trouble: Some(Trouble::MailboxFull), ..Detail::default() };
    tx.postpone_target(claimed.id, 1, &detail, 2, at(9), at(2)).await.unwrap();
    let stuck = tx.not_put_back().await.unwrap();
    assert_eq!(stuck.len(), 1);
    assert_eq!((stuck[0].case, &stuck[0].recipient), (cases[0].0.number, targets[0].address()));
    assert_eq!((stuck[0].copies, stuck[0].attempts, stuck[0].trouble), (2, 2, Some(Trouble::MailboxFull)));
}
