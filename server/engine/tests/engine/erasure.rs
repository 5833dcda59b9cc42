//! Erasing a case's key takes subjects and addresses out of the trail, and leaves its proofs as they were.

use crate::office::{Office, RECALL, address};
use domain::{
    audit::{Entry, findings},
    case::identity::Identity,
    store::Store,
};

async fn requested(office: &Office) -> Entry {
    let trail = office.store.read().await.unwrap().trail_after(0, 1000).await.unwrap();
    assert_eq!(findings(&trail), []);
    for secret in ["Draft", "@office.test", "@out.test"] {
        assert!(trail.iter().all(|entry| !entry.detail.contains(secret)), "{secret} stands in the open");
    }
    trail.into_iter().find(|entry| entry.action == "case.requested").unwrap()
}

#[tokio::test]
async fn what_is_sealed_can_be_erased_and_the_trail_stays_true() {
    let office = Office::open().await;
    office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    let case = office.case(number).await;
    let before = requested(&office).await;
    let sealed = before.sealed.clone().unwrap();
    let mut tx = office.store.write().await.unwrap();
    let wrapped = tx.existing_vault_key(case.id.0).await.unwrap().unwrap();
    let key = office.portal.master_key.unwrap(case.id.0, &wrapped).unwrap();
    let identity = Identity::open(&key, &sealed).unwrap();
    assert_eq!((identity.subject.as_str(), &identity.from.address), ("Draft", &address("ann")));
    for target in office.targets(number).await {
        assert_eq!(identity.targets[&target.id], *target.address());
    }
    let root = tx.trail_head().await.unwrap().tree.root();

    tx.destroy_key(case.id).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = office.store.read().await.unwrap();
    assert_eq!(tx.existing_vault_key(case.id.0).await.unwrap(), None);
    let other = office.portal.master_key.new_case_key(case.id.0, &office.portal.world).unwrap();
    let other = office.portal.master_key.unwrap(case.id.0, &other).unwrap();
    assert!(Identity::open(&other, &sealed).is_err(), "no key opens it any more");
    assert_eq!(requested(&office).await, before);
    assert_eq!(tx.trail_head().await.unwrap().tree.root(), root);
}
