use crate::{
    bed::Bed,
    builders::{BO, MEI, at, case, draft, id, mail, wrapped},
};
use domain::{
    case::draft::{Draft, Upload},
    ids::UploadId,
    store::Tx,
};
use std::ops::RangeInclusive;
use tokio::task::yield_now;
use uuid::Uuid;

stories!(
    a_draft_is_kept_with_its_files,
    old_drafts_go_unless_a_case_was_made,
    of_many_drafts_those_touched_last_stay,
    files_of_a_person_are_counted_until_a_case_is_made,
    who_attaches_waits_for_whoever_attaches,
);

fn upload(n: u128, draft: u128, name: &str) -> Upload {
    Upload { id: id(n), draft: id(draft), name: name.into(), content_type: "text/plain".into(), size: 3 }
}

async fn a_draft_is_kept_with_its_files(bed: Bed) {
    bed.with_mails(&[mail(5, MEI, "合同")]).await;
    let mut written = draft(5, 5);
    let mut tx = bed.write().await;
    tx.save_draft(&written).await.unwrap();
    written.form.note = "again".into();
    written.updated_at = at(200);
    tx.save_draft(&written).await.unwrap();
    assert_eq!(tx.draft(written.id).await.unwrap(), Some(written));
    assert_eq!(tx.draft(id(9)).await.unwrap(), None);

    // Attached in this order, whatever their ids say.
    for (n, name) in [(3, "修订.txt"), (1, "b.txt"), (2, "c.txt")] {
        tx.insert_upload(&upload(n, 5, name), &[u8::try_from(n).unwrap(); 100]).await.unwrap();
    }
    tx.delete_upload(id(6), id(1)).await.unwrap();
    tx.delete_upload(id(5), id(2)).await.unwrap();
    assert_eq!(tx.uploads(id(5)).await.unwrap(), [upload(3, 5, "修订.txt"), upload(1, 5, "b.txt")]);
    assert_eq!(tx.upload_content(id(3)).await.unwrap(), Some(vec![3; 100]));
    assert_eq!(tx.upload_content(id(2)).await.unwrap(), None);
}

async fn old_drafts_go_unless_a_case_was_made(bed: Bed) {
    bed.with_mails(&[mail(5, MEI, "合同"), mail(6, MEI, "报价"), mail(7, MEI, "new")]).await;
    let mut tx = bed.write().await;
    for n in [5, 6, 7] {
        let mut draft = draft(n, n);
        draft.updated_at = at(if n == 7 { 100 } else { 99 });
        tx.save_draft(&draft).await.unwrap();
        tx.insert_upload(&upload(n, n, "a"), b"sealed").await.unwrap();
        tx.vault_key(draft.id.0, &wrapped(1, b"key")).await.unwrap();
    }
    let (made, targets) = case(6, 1);
    tx.insert_case(&made, &targets, &[]).await.unwrap();
    assert_eq!(tx.delete_old_drafts(at(100)).await.unwrap(), 1);
    for (n, kept) in [(5, false), (6, true), (7, true)] {
        assert_eq!(tx.draft(id(n)).await.unwrap().is_some(), kept);
        assert_eq!(tx.upload_content(id::<UploadId>(n)).await.unwrap().is_some(), kept);
        assert_eq!(tx.existing_vault_key(id(n)).await.unwrap().is_some(), kept);
    }
}

/// With a file and its key, each touched later than the one before.
async fn several_drafts(tx: &mut dyn Tx, numbers: RangeInclusive<u128>) {
    for n in numbers {
        let updated_at = at(i64::try_from(n).unwrap());
        tx.save_draft(&Draft { updated_at, ..draft(n, 5) }).await.unwrap();
        tx.insert_upload(&upload(n, n, "a"), b"sealed").await.unwrap();
        tx.vault_key(Uuid::from_u128(n), &wrapped(1, b"key")).await.unwrap();
    }
}

async fn of_many_drafts_those_touched_last_stay(bed: Bed) {
    bed.with_mails(&[mail(5, MEI, "合同"), mail(6, MEI, "报价")]).await;
    let mut tx = bed.write().await;
    several_drafts(tx.as_mut(), 5..=9).await;
    let (made, targets) = case(6, 1);
    tx.insert_case(&made, &targets, &[]).await.unwrap();
    assert_eq!(tx.delete_surplus_drafts(id(BO), 0).await.unwrap(), 0);
    assert_eq!(tx.delete_surplus_drafts(id(MEI), 4).await.unwrap(), 0);
    assert_eq!(tx.delete_surplus_drafts(id(MEI), 2).await.unwrap(), 2);
    for (n, kept) in [(5, false), (6, true), (7, false), (8, true), (9, true)] {
        assert_eq!(tx.draft(id(n)).await.unwrap().is_some(), kept, "{n}");
        assert_eq!(tx.upload_content(id::<UploadId>(n)).await.unwrap().is_some(), kept, "{n}");
        assert_eq!(tx.existing_vault_key(id(n)).await.unwrap().is_some(), kept, "{n}");
    }
}

async fn files_of_a_person_are_counted_until_a_case_is_made(bed: Bed) {
    bed.with_mails(&[mail(5, MEI, "合同"), mail(6, MEI, "报价")]).await;
    let mut tx = bed.write().await;
    assert_eq!(tx.attached_by(id(MEI)).await.unwrap(), 0);
    several_drafts(tx.as_mut(), 5..=7).await;
    assert_eq!((tx.attached_by(id(MEI)).await.unwrap(), tx.attached_by(id(BO)).await.unwrap()), (9, 0));
    tx.delete_upload(id(5), id(5)).await.unwrap();
    assert_eq!(tx.attached_by(id(MEI)).await.unwrap(), 6);
    let (made, targets) = case(6, 1);
    tx.insert_case(&made, &targets, &[]).await.unwrap();
    assert_eq!(tx.attached_by(id(MEI)).await.unwrap(), 3);
}

/// To another draft: otherwise both would find room for their file, and there was room for one.
async fn who_attaches_waits_for_whoever_attaches(bed: Bed) {
    bed.with_mails(&[mail(5, MEI, "合同")]).await;
    let mut tx = bed.write().await;
    several_drafts(tx.as_mut(), 5..=6).await;
    tx.commit().await.unwrap();
    let attach = async |n: u128, draft: u128| {
        let mut tx = bed.write().await;
        let before = tx.attached_by(id(MEI)).await.unwrap();
        yield_now().await;
        tx.insert_upload(&upload(n, draft, "b"), b"sealed").await.unwrap();
        tx.commit().await.unwrap();
        before
    };
    let mut found = [0; 4];
    (found[0], found[1], found[2], found[3]) =
        tokio::join!(attach(11, 5), attach(12, 6), attach(13, 5), attach(14, 6));
    found.sort_unstable();
    assert_eq!(found, [6, 9, 12, 15]);
}
