use crate::bed::Bed;
use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt, path::Path};
use store::{Database, Options, SchemaState, SetupError};

stories!(
    migrating_twice_is_migrating_once,
    a_newer_schema_is_refused,
    a_gap_is_named_and_left_alone,
    a_changed_migration_is_refused,
);

async fn migrating_twice_is_migrating_once(bed: Bed) {
    bed.db.migrate().await.unwrap();
    let state = bed.db.schema_state().await.unwrap();
    assert!(matches!(state, SchemaState::Current { version } if version >= 1), "{state}");
}

async fn a_newer_schema_is_refused(bed: Bed) {
    bed.by_hand(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         SELECT 9000, 'from the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
    )
    .await
    .unwrap();
    let refused = bed.db.migrate().await.unwrap_err();
    assert!(matches!(refused, SetupError::Newer { database: 9000, .. }), "{refused:?}");
    assert!(refused.to_string().contains("written by a newer Recant"), "{refused}");
    assert!(matches!(bed.db.schema_state().await.unwrap(), SchemaState::Newer { database: 9000, .. }));
}

/// The highest number says "up to date".
async fn a_gap_is_named_and_left_alone(bed: Bed) {
    bed.by_hand("DELETE FROM _sqlx_migrations WHERE version IN (2, 4)").await.unwrap();
    let state = bed.db.schema_state().await.unwrap();
    assert!(matches!(&state, SchemaState::Other { missing, .. } if *missing == [2, 4]), "{state}");
    assert!(state.to_string().ends_with("without migration 2, 4"), "{state}");
    let refused = bed.db.migrate().await.unwrap_err();
    assert!(matches!(&refused, SetupError::Other(gap) if *gap == state), "{refused:?}");
    assert!(refused.to_string().contains("Use the program that made it"), "{refused}");
    assert_eq!(bed.db.schema_state().await.unwrap(), state, "nothing was touched");
}

/// And the lock that migrating takes is given back: a second try isn't stuck.
async fn a_changed_migration_is_refused(bed: Bed) {
    bed.by_hand("UPDATE _sqlx_migrations SET checksum = previous.hash FROM audit_head AS previous")
        .await
        .unwrap();
    for _ in 0..2 {
        let refused = bed.db.migrate().await;
        assert!(matches!(refused, Err(SetupError::Migration(_))), "{refused:?}");
    }
}

fn names(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(folder);
    let files = fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn migrations_come_in_pairs() {
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

#[tokio::test]
async fn an_empty_file_is_told_from_a_current_one() {
    let bed = Bed::empty_sqlite().await;
    let state = bed.db.schema_state().await.unwrap();
    assert!(matches!(state, SchemaState::Older { database: 0, .. }), "{state}");
    bed.db.migrate().await.unwrap();
    assert!(matches!(bed.db.schema_state().await.unwrap(), SchemaState::Current { .. }));
}

#[tokio::test]
async fn the_file_and_its_side_files_are_private() {
    let bed = Bed::sqlite().await;
    let main = bed.url.strip_prefix("sqlite:").unwrap();
    for file in [main.to_owned(), format!("{main}-wal"), format!("{main}-shm")] {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
}

#[tokio::test]
async fn memory_serves_one_at_a_time() {
    let db = Database::open("sqlite::memory:", &Options::default()).await.unwrap();
    db.migrate().await.unwrap();
    assert!(matches!(db.schema_state().await.unwrap(), SchemaState::Current { .. }));
}

#[tokio::test]
async fn no_error_tells_the_password() {
    let options = Options { acquire_timeout: std::time::Duration::from_secs(2), ..Options::default() };
    for url in [
        "postgres://recant:s3cret@127.0.0.1:1/recant",
        "postgres://recant:s3cret@host:notaport/recant",
        "postgres://recant:s3cret@[/recant",
        "mysql://recant:s3cret@host/recant",
        "s3cret",
        "sqlite:",
    ] {
        let Err(error) = Database::open(url, &options).await else { panic!("{url} opened") };
        let told = format!("{error} {error:?}");
        assert!(!told.contains("s3cret"), "{told}");
    }
}
