use crate::{
    bed::Bed,
    builders::{id, wrapped},
};
use domain::{
    store::{KeysBy, Store, StoreError},
    vault::{KeyId, WrappedKey},
};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

stories!(
    the_first_key_counts,
    two_fresh_keys_agree,
    keys_are_counted_and_walked_by_what_wrapped_them,
    only_the_expected_key_is_replaced,
    a_retired_key_wraps_nothing_new,
    retiring_waits_for_a_key_that_is_being_inserted,
    a_destroyed_key_is_gone_once,
);

fn by(n: u8) -> KeyId {
    wrapped(n, b"").by.unwrap()
}

async fn the_first_key_counts(bed: Bed) {
    let owner = Uuid::from_u128(5);
    let mut tx = bed.write().await;
    assert_eq!(tx.existing_vault_key(owner).await.unwrap(), None);
    let first = wrapped(1, b"first");
    assert_eq!(tx.vault_key(owner, &first).await.unwrap(), first);
    assert_eq!(tx.vault_key(owner, &wrapped(2, b"second")).await.unwrap(), first);
    assert_eq!(tx.existing_vault_key(owner).await.unwrap(), Some(first));
}

async fn two_fresh_keys_agree(bed: Bed) {
    let fresh = |key: u8| {
        let db = bed.db.clone();
        tokio::spawn(async move {
            let mut tx = db.write().await.unwrap();
            let key = tx.vault_key(Uuid::from_u128(5), &wrapped(key, &[key; 32])).await.unwrap();
            tx.commit().await.unwrap();
            key
        })
    };
    let (one, other) = (fresh(1), fresh(2));
    assert_eq!(one.await.unwrap(), other.await.unwrap());
}

async fn keys_are_counted_and_walked_by_what_wrapped_them(bed: Bed) {
    let mut tx = bed.write().await;
    let nameless = WrappedKey { by: None, bytes: b"old".to_vec() };
    tx.vault_key(id(1), &nameless).await.unwrap();
    for (owner, master) in [(2, 1), (3, 2), (4, 2)] {
        tx.vault_key(id(owner), &wrapped(master, b"key")).await.unwrap();
    }
    let mut in_use = tx.keys_in_use().await.unwrap();
    in_use.sort_unstable();
    let mut expected = [(None, 1), (Some(by(1)), 1), (Some(by(2)), 2)];
    expected.sort_unstable();
    assert_eq!(in_use, expected);
    let mut owners = async |keys, after: Option<u128>, limit| {
        let found = tx.wrapped_keys(keys, after.map(Uuid::from_u128), limit).await.unwrap();
        found.into_iter().map(|(owner, _)| owner.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(owners(KeysBy::Exactly(None), None, 9).await, [1]);
    assert_eq!(owners(KeysBy::Exactly(Some(by(2))), None, 9).await, [3, 4]);
    assert_eq!(owners(KeysBy::AnyBut(by(1)), None, 2).await, [1, 3]);
    assert_eq!(owners(KeysBy::AnyBut(by(1)), Some(3), 2).await, [4]);
    assert_eq!(owners(KeysBy::AnyBut(by(9)), Some(4), 2).await, [] as [u128; 0]);
}

async fn only_the_expected_key_is_replaced(bed: Bed) {
    let mut tx = bed.write().await;
    let (old, new) = (wrapped(1, b"old"), wrapped(2, b"new"));
    tx.vault_key(id(1), &old).await.unwrap();
    tx.vault_key(id(2), &old).await.unwrap();
    assert!(tx.replace_key(id(1), &old, &new).await.unwrap());
    assert!(!tx.replace_key(id(1), &old, &wrapped(3, b"late")).await.unwrap());
    assert!(!tx.replace_key(id(7), &old, &new).await.unwrap(), "none comes to life again");
    assert_eq!(tx.existing_vault_key(id(1)).await.unwrap(), Some(new));
    assert_eq!(tx.existing_vault_key(id(2)).await.unwrap(), Some(old));
}

async fn a_retired_key_wraps_nothing_new(bed: Bed) {
    let mut tx = bed.write().await;
    let old = wrapped(1, b"old");
    tx.vault_key(id(1), &old).await.unwrap();
    assert_eq!(tx.retired_keys().await.unwrap(), []);
    tx.retire_keys(&[by(1)]).await.unwrap();
    tx.retire_keys(&[by(3), by(1)]).await.unwrap();
    let mut expected = [by(1), by(3)];
    expected.sort_unstable();
    assert_eq!(tx.retired_keys().await.unwrap(), expected);
    let refused = tx.vault_key(id(2), &old).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    assert_eq!(
        tx.vault_key(id(1), &old).await.unwrap(),
        old,
        "what it wrapped counts until it is wrapped again"
    );
    tx.vault_key(id(2), &wrapped(2, b"new")).await.unwrap();
    tx.commit().await.unwrap();
}

/// Otherwise a key could be wrapped by one that was just found to be dispensable.
async fn retiring_waits_for_a_key_that_is_being_inserted(bed: Bed) {
    let mut inserting = bed.write().await;
    inserting.vault_key(id(1), &wrapped(1, b"key")).await.unwrap();
    let db = bed.db.clone();
    let mut retiring = tokio::spawn(async move {
        let mut tx = db.write().await.unwrap();
        tx.retire_keys(&[by(1)]).await.unwrap();
        let in_use = tx.keys_in_use().await.unwrap();
        tx.commit().await.unwrap();
        in_use
    });
    assert!(timeout(Duration::from_millis(300), &mut retiring).await.is_err(), "it didn't wait");
    inserting.commit().await.unwrap();
    assert_eq!(retiring.await.unwrap(), [(Some(by(1)), 1)]);
}

async fn a_destroyed_key_is_gone_once(bed: Bed) {
    let mut tx = bed.write().await;
    tx.vault_key(id(1), &wrapped(1, b"key")).await.unwrap();
    tx.vault_key(id(2), &wrapped(1, b"key")).await.unwrap();
    assert!(tx.destroy_key(id(1)).await.unwrap());
    assert!(!tx.destroy_key(id(1)).await.unwrap());
    assert_eq!(tx.existing_vault_key(id(1)).await.unwrap(), None);
    assert!(tx.existing_vault_key(id(2)).await.unwrap().is_some());
}
