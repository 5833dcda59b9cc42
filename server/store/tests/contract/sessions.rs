use crate::{
    bed::Bed,
    builders::{at, id, person},
};

stories!(a_session_lives_until_its_time, signing_out_everywhere_spares_this_browser);

async fn a_session_lives_until_its_time(bed: Bed) {
    let (one, other) = ([1; 32], [2; 32]);
    let mut tx = bed.write().await;
    tx.save_session(&one, None, b"first", at(10)).await.unwrap();
    tx.save_session(&one, None, &[0, 255], at(20)).await.unwrap();
    tx.save_session(&other, None, b"", at(5)).await.unwrap();
    assert_eq!(tx.session(&one, at(19)).await.unwrap().as_deref(), Some([0, 255].as_slice()));
    assert_eq!(tx.session(&one, at(20)).await.unwrap(), None);
    assert_eq!(tx.delete_expired_sessions(at(5)).await.unwrap(), 1);
    assert_eq!(tx.session(&other, at(0)).await.unwrap(), None);
    tx.delete_session(&one).await.unwrap();
    assert_eq!(tx.session(&one, at(0)).await.unwrap(), None);
}

async fn signing_out_everywhere_spares_this_browser(bed: Bed) {
    let mut tx = bed.write().await;
    tx.replace_organisation(&[person(1, "One"), person(2, "Two")], &[], &[]).await.unwrap();
    for (key, owner) in [(1, Some(1)), (2, Some(1)), (3, Some(2)), (4, None)] {
        tx.save_session(&[key; 32], owner.map(id), b"x", at(10)).await.unwrap();
    }
    tx.delete_sessions_of(id(1), Some(&[1; 32])).await.unwrap();
    let mut left = Vec::new();
    for key in 1..=4 {
        left.push(tx.session(&[key; 32], at(0)).await.unwrap().is_some());
    }
    assert_eq!(left, [true, false, true, true]);
    tx.delete_sessions_of(id(1), None).await.unwrap();
    assert_eq!(tx.session(&[1; 32], at(0)).await.unwrap(), None);
}
