//! The change of the master key, as the service does it, on both databases.

use crate::{
    bed::Bed,
    builders::{id, wrapped},
};
use domain::vault::{
    KeyRing, KeySource, MasterKey, WrappedKey,
    rotation::{self, KeysError},
};
use std::sync::{Arc, Mutex};
use testkit::world::world;
use uuid::Uuid;

stories!(
    everything_is_wrapped_again_and_still_opens,
    broken_off_it_goes_on,
    two_at_once_share_the_work,
    a_wrong_key_is_told_and_nothing_is_touched,
    a_process_with_the_old_file_cannot_bring_the_old_key_back,
);

/// A key file in memory.
#[derive(Clone)]
struct File(Arc<Mutex<Vec<u8>>>);

impl KeySource for File {
    fn read(&self) -> Option<KeyRing> {
        KeyRing::new(self.0.lock().unwrap().iter().map(|byte| [*byte; 32]))
    }
}

/// Keys of these bytes, the first wraps.
fn keys(bytes: &[u8]) -> (MasterKey, File) {
    let file = File(Arc::new(Mutex::new(bytes.to_vec())));
    (MasterKey::from_source(file.read().unwrap(), Arc::new(file.clone())), file)
}

/// So many case keys, and something sealed with the last of them.
async fn wrap(bed: &Bed, key: &MasterKey, count: u128) -> Vec<u8> {
    let (world, _) = world(1);
    let mut tx = bed.write().await;
    let mut sealed = Vec::new();
    for owner in (1..=count).map(Uuid::from_u128) {
        let fresh = key.new_case_key(owner, &world).unwrap();
        tx.vault_key(owner, &fresh).await.unwrap();
        sealed = key.unwrap(owner, &fresh).unwrap().seal(b"x", b"content", &world).unwrap();
    }
    tx.commit().await.unwrap();
    sealed
}

async fn opens(bed: &Bed, key: &MasterKey, owner: u128, sealed: &[u8]) -> bool {
    let stored = bed.read().await.existing_vault_key(id(owner)).await.unwrap().unwrap();
    key.unwrap(id(owner), &stored).is_ok_and(|key| key.open(b"x", sealed).is_ok())
}

async fn actions(bed: &Bed) -> Vec<String> {
    let trail = bed.read().await.trail_after(0, 99).await.unwrap();
    trail.into_iter().map(|entry| entry.action).collect()
}

async fn everything_is_wrapped_again_and_still_opens(bed: Bed) {
    let (world, _) = world(1);
    let (old, file) = keys(&[1]);
    let sealed = wrap(&bed, &old, 450).await;
    *file.0.lock().unwrap() = vec![2, 1];
    let (new, _) = keys(&[2, 1]);
    assert_eq!(rotation::dispensable(&bed.db, &new).await.unwrap(), []);
    assert_eq!(rotation::rewrap(&bed.db, &new, &world).await.unwrap(), 450);
    assert_eq!(bed.read().await.keys_in_use().await.unwrap(), [(Some(new.first_id()), 450)]);
    assert!(opens(&bed, &new, 450, &sealed).await);
    assert!(opens(&bed, &old, 450, &sealed).await, "a process that runs on reads the file again");
    assert_eq!(rotation::dispensable(&bed.db, &new).await.unwrap(), new.ids()[1..]);
    assert!(opens(&bed, &keys(&[2]).0, 450, &sealed).await, "the old key isn't needed any more");
    assert_eq!(
        actions(&bed).await,
        ["vault.keys_retired", "vault.rewrapped", "vault.rewrapped", "vault.rewrapped"]
    );
    assert_eq!(rotation::rewrap(&bed.db, &new, &world).await.unwrap(), 0);
}

/// Each batch is a transaction: this is what a crash between two of them leaves.
async fn broken_off_it_goes_on(bed: Bed) {
    let (world, _) = world(1);
    let sealed = wrap(&bed, &keys(&[1]).0, 5).await;
    let (new, _) = keys(&[2, 1]);
    let mut tx = bed.write().await;
    let old = tx.existing_vault_key(id(2)).await.unwrap().unwrap();
    let fresh = new.rewrap(id(2), &old, &world).unwrap();
    assert!(tx.replace_key(id(2), &old, &fresh).await.unwrap());
    tx.commit().await.unwrap();
    assert!(rotation::check(&bed.db, &new).await.is_ok(), "the portal starts meanwhile");
    assert_eq!(rotation::rewrap(&bed.db, &new, &world).await.unwrap(), 4);
    assert_eq!(bed.read().await.existing_vault_key(id(2)).await.unwrap(), Some(fresh));
    assert!(opens(&bed, &keys(&[2]).0, 5, &sealed).await);
}

async fn two_at_once_share_the_work(bed: Bed) {
    wrap(&bed, &keys(&[1]).0, 450).await;
    let run = || {
        let db = bed.db.clone();
        tokio::spawn(async move { rotation::rewrap(&db, &keys(&[2, 1]).0, &world(2).0).await.unwrap() })
    };
    let (one, other) = (run(), run());
    assert_eq!(one.await.unwrap() + other.await.unwrap(), 450, "each key by one of them");
    let first = keys(&[2]).0.first_id();
    assert_eq!(bed.read().await.keys_in_use().await.unwrap(), [(Some(first), 450)]);
}

async fn a_wrong_key_is_told_and_nothing_is_touched(bed: Bed) {
    let (world, _) = world(1);
    let right = keys(&[1]).0;
    wrap(&bed, &right, 3).await;
    let wrong = keys(&[7]).0;
    let told = rotation::check(&bed.db, &wrong).await.unwrap_err();
    assert!(matches!(&told, KeysError::Missing { count: 3, .. }), "{told}");
    for part in [right.first_id().to_string(), wrong.first_id().to_string(), "vault.key_file".into()] {
        assert!(told.to_string().contains(&part), "{told}");
    }
    assert!(rotation::rewrap(&bed.db, &wrong, &world).await.is_err());
    assert!(rotation::dispensable(&bed.db, &wrong).await.is_err());
    assert_eq!(bed.read().await.retired_keys().await.unwrap(), []);
    assert_eq!(actions(&bed).await, [] as [String; 0]);

    // From before ids were kept: only trying tells.
    let mut tx = bed.write().await;
    let stored = tx.existing_vault_key(id(1)).await.unwrap().unwrap();
    for owner in 1..=3 {
        let stored = tx.existing_vault_key(id(owner)).await.unwrap().unwrap();
        let nameless = WrappedKey { by: None, ..stored.clone() };
        assert!(tx.replace_key(id(owner), &stored, &nameless).await.unwrap());
    }
    tx.commit().await.unwrap();
    assert!(matches!(rotation::check(&bed.db, &wrong).await, Err(KeysError::Other { count: 3, .. })));
    assert!(rotation::check(&bed.db, &right).await.is_ok());

    // An id alone proves nothing.
    let mut tx = bed.write().await;
    let nameless = WrappedKey { by: None, ..stored };
    assert!(tx.replace_key(id(1), &nameless, &wrapped(1, b"rubbish")).await.unwrap());
    tx.commit().await.unwrap();
    assert!(
        matches!(rotation::check(&bed.db, &right).await, Err(KeysError::Damaged(owner)) if owner == Uuid::from_u128(1))
    );
}

async fn a_process_with_the_old_file_cannot_bring_the_old_key_back(bed: Bed) {
    let (world, _) = world(1);
    let (elsewhere, file) = keys(&[1]);
    wrap(&bed, &elsewhere, 1).await;
    rotation::rewrap(&bed.db, &keys(&[2, 1]).0, &world).await.unwrap();
    let stale = elsewhere.new_case_key(id(9), &world).unwrap();
    let refused = bed.write().await.vault_key(id(9), &stale).await;
    assert!(refused.is_err(), "{refused:?}");
    let told = rotation::check(&bed.db, &elsewhere).await.unwrap_err();
    assert!(matches!(told, KeysError::Missing { .. }), "{told}");
    *file.0.lock().unwrap() = vec![1, 2];
    let (reversed, _) = keys(&[1, 2]);
    assert!(matches!(rotation::check(&bed.db, &reversed).await, Err(KeysError::Retired(_))));
    *file.0.lock().unwrap() = vec![2, 1];
    let fresh = elsewhere.new_case_key(id(9), &world).unwrap();
    bed.write().await.vault_key(id(9), &fresh).await.unwrap();
}
