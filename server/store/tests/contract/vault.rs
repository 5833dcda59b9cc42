use crate::{
    bed::Bed,
    builders::{MEI, at, copy, draft, id, mail, wrapped},
    one::set_state,
};
use domain::{case::draft::Upload, ids::UploadId, shared::CopyState, store::StoreError};

stories!(
    a_copy_is_whole_or_not_there,
    the_body_is_kept_once,
    a_copy_out_of_the_vault_has_no_header,
    forty_megabytes_fit,
    emptied_is_without_anything_sealed,
);

/// I3: a record without its body would be a copy in neither place.
async fn a_copy_is_whole_or_not_there(bed: Bed) {
    let (_, targets) = bed.with_case(1, 2).await;
    let mut tx = bed.write().await;
    let bodiless = tx.insert_copies(&[copy(1, &targets[0], None)]).await;
    assert!(matches!(bodiless, Err(StoreError::Missing(_))), "{bodiless:?}");
    assert!(tx.commit().await.is_err());
    assert_eq!(bed.read().await.copies(targets[0].id).await.unwrap(), []);
}

async fn the_body_is_kept_once(bed: Bed) {
    let (_, targets) = bed.with_case(1, 2).await;
    let mut tx = bed.write().await;
    assert_eq!(tx.body_counts().await.unwrap().count, 0);
    let (first, twin) =
        (copy(1, &targets[0], Some(b"body")), copy(2, &targets[0], Some(b"the same, sealed again")));
    tx.insert_copies(&[first.clone(), twin.clone()]).await.unwrap();
    assert_eq!(tx.body_counts().await.unwrap().count, 1);
    let later = copy(3, &targets[1], None);
    tx.insert_copies(std::slice::from_ref(&later)).await.unwrap();
    assert_eq!(tx.copies(targets[0].id).await.unwrap(), [first.record, twin.record]);
    assert_eq!(tx.copies(targets[1].id).await.unwrap(), [later.record]);
    for n in 1..=3 {
        let content = tx.copy_content(id(n)).await.unwrap().unwrap();
        assert_eq!(content, (format!("sealed header {n}").into_bytes(), b"body".to_vec()));
    }
    assert_eq!(tx.copy_content(id(4)).await.unwrap(), None);
}

async fn a_copy_out_of_the_vault_has_no_header(bed: Bed) {
    let (_, targets) = bed.with_case(1, 1).await;
    let mut tx = bed.write().await;
    tx.insert_copies(&[copy(1, &targets[0], Some(b"body")), copy(2, &targets[0], None)]).await.unwrap();
    set_state(tx.as_mut(), id(1), CopyState::Held).await.unwrap();
    assert!(tx.copy_content(id(1)).await.unwrap().is_some());
    set_state(tx.as_mut(), id(1), CopyState::Released).await.unwrap();
    set_state(tx.as_mut(), id(2), CopyState::Left).await.unwrap();
    let states: Vec<_> = tx.copies(targets[0].id).await.unwrap().iter().map(|copy| copy.state).collect();
    assert_eq!(states, [CopyState::Released, CopyState::Left]);
    assert_eq!(tx.copy_content(id(1)).await.unwrap(), None);
    assert_eq!(tx.copy_content(id(2)).await.unwrap(), None);
    let missing = tx.set_copy_states(&[(id(1), CopyState::Held), (id(9), CopyState::Held)]).await;
    assert!(matches!(missing, Err(StoreError::Missing("the vaulted copy"))), "{missing:?}");
    assert!(tx.commit().await.is_err(), "half of it isn't written");
}

async fn forty_megabytes_fit(bed: Bed) {
    let (_, targets) = bed.with_case(1, 1).await;
    let body: Vec<u8> = (0..40_000_000_u32).map(|n| n.to_le_bytes()[n as usize % 4]).collect();
    let mut tx = bed.write().await;
    tx.insert_copies(&[copy(1, &targets[0], Some(&body))]).await.unwrap();
    tx.commit().await.unwrap();
    let (_, read) = bed.read().await.copy_content(id(1)).await.unwrap().unwrap();
    assert!(read == body);
}

async fn emptied_is_without_anything_sealed(bed: Bed) {
    let (case, targets) = bed.with_case(1, 1).await;
    let (other, others) = crate::builders::case(2, 1);
    let upload = |n: u128| Upload {
        id: id(n),
        draft: id(n),
        name: "修订.txt".into(),
        content_type: "text/plain".into(),
        size: 3,
    };
    let mut tx = bed.write().await;
    tx.insert_sent(&[mail(2, MEI, "y")]).await.unwrap();
    tx.insert_case(&other, &others, &[]).await.unwrap();
    for (n, case, target) in [(1, &case, &targets[0]), (2, &other, &others[0])] {
        tx.save_draft(&draft(n, n)).await.unwrap();
        tx.insert_upload(&upload(n), b"sealed file").await.unwrap();
        tx.vault_key(case.id.0, &wrapped(1, b"key")).await.unwrap();
        tx.insert_copies(&[copy(n, target, Some(b"body"))]).await.unwrap();
        tx.save_correction_content(case.id, b"text").await.unwrap();
    }
    tx.empty_vault(case.id).await.unwrap();
    for (n, kept) in [(1, false), (2, true)] {
        assert!(tx.existing_vault_key(id(n)).await.unwrap().is_some(), "the key stays");
        assert_eq!(tx.copy_content(id(n)).await.unwrap().is_some(), kept);
        assert_eq!(tx.correction_content(id(n)).await.unwrap().is_some(), kept);
        assert_eq!(tx.upload_content(id::<UploadId>(n)).await.unwrap().is_some(), kept);
    }
    // What was there stays known.
    assert_eq!(tx.copies(targets[0].id).await.unwrap(), [copy(1, &targets[0], None).record]);
    assert_eq!(tx.uploads(id(1)).await.unwrap(), [upload(1)]);
    assert_eq!(tx.case(case.id).await.unwrap().unwrap().created_at, at(1));
}
