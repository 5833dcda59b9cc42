use crate::{
    bed::Bed,
    builders::{MEI, at, case, draft, id, mail, wrapped},
};
use domain::{case::draft::Upload, ids::UploadId};

stories!(a_draft_is_kept_with_its_files, old_drafts_go_unless_a_case_was_made);

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
