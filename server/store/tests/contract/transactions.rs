use crate::{
    bed::Bed,
    builders::{at, case, id, mail, person},
};
use domain::store::{Store, StoreError};
use std::time::Duration;
use store::{Database, Options};

stories!(
    dropped_is_rolled_back,
    a_read_sees_one_moment,
    a_read_never_writes,
    after_a_failure_nothing_is_committed,
    what_a_row_refers_to_must_exist,
    out_of_reach_is_told_from_broken,
    the_doctor_is_told_what_it_is,
);

async fn dropped_is_rolled_back(bed: Bed) {
    let mut tx = bed.write().await;
    tx.replace_organisation(&[person(1, "One")], &[], &[]).await.unwrap();
    tx.save_session(&[1; 32], Some(id(1)), b"x", at(10)).await.unwrap();
    drop(tx);
    let mut tx = bed.write().await;
    assert_eq!(tx.session(&[1; 32], at(0)).await.unwrap(), None);
    assert!(tx.directory().await.unwrap().people().is_empty());
}

async fn a_read_sees_one_moment(bed: Bed) {
    let mut before = bed.read().await;
    assert_eq!(before.directory_version().await.unwrap(), 0);
    bed.with_mails(&[]).await;
    assert_eq!(before.directory_version().await.unwrap(), 0);
    assert_eq!(bed.read().await.directory_version().await.unwrap(), 1);
}

async fn a_read_never_writes(bed: Bed) {
    let mut tx = bed.read().await;
    assert!(tx.save_session(&[1; 32], None, b"x", at(10)).await.is_err());
}

/// Postgres would answer `COMMIT` with a silent rollback, `SQLite` would keep what came before.
async fn after_a_failure_nothing_is_committed(bed: Bed) {
    bed.with_mails(&[mail(1, 1, "x")]).await;
    let (case, mut targets) = case(1, 2);
    targets[1].id = targets[0].id;
    let mut tx = bed.write().await;
    tx.save_session(&[1; 32], None, b"x", at(10)).await.unwrap();
    let failed = tx.insert_case(&case, &targets, &[]).await;
    assert!(matches!(failed, Err(StoreError::Conflict("the target"))), "{failed:?}");
    assert!(matches!(tx.commit().await, Err(StoreError::Other(_))));
    let mut tx = bed.write().await;
    assert_eq!(tx.case(case.id).await.unwrap(), None);
    assert_eq!(tx.session(&[1; 32], at(0)).await.unwrap(), None);
}

async fn what_a_row_refers_to_must_exist(bed: Bed) {
    let mut tx = bed.write().await;
    let orphan = tx.insert_sent(&[mail(1, 77, "x")]).await;
    assert!(matches!(orphan, Err(StoreError::Missing(_))), "{orphan:?}");
    drop(tx);
    // Checked at the end, so that people and departments may come in any order.
    let mut lost = person(1, "One");
    lost.manager = Some(id(77));
    let mut tx = bed.write().await;
    tx.replace_organisation(&[lost], &[], &[]).await.unwrap();
    let refused = tx.commit().await;
    assert!(matches!(refused, Err(StoreError::Missing(_))), "{refused:?}");
    assert!(bed.write().await.directory().await.unwrap().people().is_empty());
}

async fn out_of_reach_is_told_from_broken(bed: Bed) {
    let options =
        Options { max_connections: 1, acquire_timeout: Duration::from_secs(3), ..Options::default() };
    let busy = Database::open(&bed.url, &options).await.unwrap();
    let taken = busy.write().await.unwrap();
    let waited = busy.write().await.map(drop);
    assert!(matches!(waited, Err(StoreError::Unavailable(_))), "{waited:?}");
    drop(taken);
    bed.db.close().await;
    let closed = bed.db.read().await.map(drop);
    assert!(matches!(closed, Err(StoreError::Unavailable(_))), "{closed:?}");
}

/// `SQLite`'s full disk needs the store's own connection: src/pool/tests.rs.
#[tokio::test]
async fn a_full_server_is_told() {
    let Some(bed) = Bed::postgres().await else { return };
    bed.by_hand(
        "CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$;
         CREATE TRIGGER session_is_full BEFORE INSERT ON session FOR EACH ROW EXECUTE FUNCTION is_full()",
    )
    .await
    .unwrap();
    let full = bed.write().await.save_session(&[1; 32], None, b"x", at(10)).await;
    assert!(matches!(full, Err(StoreError::Full)), "{full:?}");
}

async fn the_doctor_is_told_what_it_is(bed: Bed) {
    let said = bed.db.check().await.unwrap();
    let name = if bed.url.starts_with("sqlite:") { "SQLite 3." } else { "PostgreSQL " };
    assert!(said.starts_with(name) && said.contains("up to date"), "{said}");
}
