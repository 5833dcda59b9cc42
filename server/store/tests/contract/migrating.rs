//! Several processes that migrate at once, and some that are killed while they do: the schema is the same in the end.

use crate::bed::Bed;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use std::{
    env,
    os::unix::process::ExitStatusExt,
    process::{Child, Command, Stdio},
    time::Duration,
};
use store::{Database, Options, SchemaState};
use tokio::time::timeout;

/// Where the other process finds its database.
const URL: &str = "RECANT_MIGRATE_ALONE";

/// The whole life of one that was started by a story below.
#[tokio::test]
#[ignore = "only as a process of its own"]
async fn migrate_alone() {
    let Ok(url) = env::var(URL) else { return };
    let db = Database::open(&url, &Options::default()).await.unwrap();
    db.migrate().await.unwrap();
    db.close().await;
}

/// `limit`: it is killed when it makes a file longer than this many blocks of 512 bytes.
fn start(url: &str, limit: &str) -> Child {
    let alone =
        r#"ulimit -c 0 && ulimit -f "$LIMIT" && exec "$PROGRAM" --exact migrating::migrate_alone --ignored"#;
    Command::new("sh")
        .args(["-c", alone])
        .env("PROGRAM", env::current_exe().unwrap())
        .env("LIMIT", limit)
        .env(URL, url)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// All that a migration makes, and which of them were applied.
async fn schema(bed: &Bed) -> Vec<String> {
    let parts: &[&str] = if bed.is_sqlite() {
        &["SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name"]
    } else {
        &[
            "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default)
             FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexdef",
            "SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY conrelid::regclass::text, conname",
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname",
        ]
    };
    let mut schema = Vec::new();
    for part in parts {
        schema.extend(bed.texts(part).await);
    }
    let rows =
        "SELECT cast(version AS TEXT) || description FROM _sqlx_migrations WHERE success ORDER BY version";
    schema.extend(bed.texts(rows).await);
    for table in ["directory_state", "audit_head", "audit_witness", "vault_retired", "engine_switch"] {
        let count = format!("SELECT '{table} ' || cast(count(*) AS TEXT) FROM {table}");
        schema.extend(bed.texts(&count).await);
    }
    schema
}

async fn four_at_once_make_one_schema(bed: &Bed, undisturbed: &Bed) {
    let processes: Vec<Child> = (0..4).map(|_| start(&bed.url, "unlimited")).collect();
    for mut process in processes {
        let ended = process.wait().unwrap();
        assert!(ended.success(), "{ended}");
    }
    assert_eq!(schema(bed).await, schema(undisturbed).await);
    assert!(matches!(bed.db.schema_state().await.unwrap(), SchemaState::Current { .. }));
}

#[tokio::test]
async fn four_at_once_make_one_schema_in_a_file() {
    let undisturbed = Bed::sqlite().await;
    for _ in 0..5 {
        four_at_once_make_one_schema(&Bed::empty_sqlite().await, &undisturbed).await;
    }
}

#[tokio::test]
async fn four_at_once_make_one_schema_on_a_server() {
    let (Some(undisturbed), Some(bed)) = (Bed::postgres().await, Bed::empty_postgres().await) else { return };
    four_at_once_make_one_schema(&bed, &undisturbed).await;
}

/// Longer than a lock is waited for.
async fn another_one_is_waited_for(bed: &Bed, release: impl AsyncFnOnce()) {
    let options = Options { lock_timeout: Duration::from_millis(50), ..Options::default() };
    let patient = Database::open(&bed.url, &options).await.unwrap();
    let mut migrating = tokio::spawn(async move { patient.migrate().await });
    assert!(timeout(Duration::from_millis(400), &mut migrating).await.is_err(), "it didn't wait");
    release().await;
    migrating.await.unwrap().unwrap();
    assert!(matches!(bed.db.schema_state().await.unwrap(), SchemaState::Current { .. }));
}

#[tokio::test]
async fn another_one_is_waited_for_at_a_file() {
    let bed = Bed::empty_sqlite().await;
    let mut other = SqliteConnection::connect(&bed.url).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    another_one_is_waited_for(&bed, async || {
        other.execute("ROLLBACK").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn another_one_is_waited_for_on_a_server() {
    let Some(bed) = Bed::empty_postgres().await else { return };
    let mut other = PgConnection::connect(&bed.url).await.unwrap();
    other.execute("BEGIN; CREATE TABLE _sqlx_migrations (version BIGINT)").await.unwrap();
    another_one_is_waited_for(&bed, async || {
        other.execute("ROLLBACK").await.unwrap();
    })
    .await;
}

/// By the kernel, at the write that makes a file longer than it may be: at another page each time, in the middle of
/// one, too.
#[tokio::test]
async fn killed_at_any_write_the_next_one_finishes_a_file() {
    let undisturbed = schema(&Bed::sqlite().await).await;
    let mut kills = 0;
    for limit in (0..).step_by(15) {
        let bed = Bed::empty_sqlite().await;
        let ended = start(&bed.url, &limit.to_string()).wait().unwrap();
        bed.db.migrate().await.unwrap();
        assert_eq!(schema(&bed).await, undisturbed, "limit {limit}");
        if ended.success() {
            break;
        }
        assert!(ended.signal().is_some(), "limit {limit}: {ended}");
        kills += 1;
    }
    assert!(kills >= 20, "{kills} kills prove little");
}

/// By the server, at the first statement that changes the schema, at the second, and so on until one gets through.
#[tokio::test]
async fn cut_off_at_any_statement_the_next_one_finishes_a_server() {
    let (Some(undisturbed), Some(bed)) = (Bed::postgres().await, Bed::empty_postgres().await) else { return };
    bed.by_hand(
        "CREATE SCHEMA fate;
         CREATE SEQUENCE fate.left_to_do INCREMENT -1 MINVALUE -1000000 MAXVALUE 1000000;
         CREATE FUNCTION fate.cut() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('fate.left_to_do') = 0 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
         END $$;
         CREATE EVENT TRIGGER cut ON ddl_command_start EXECUTE FUNCTION fate.cut()",
    )
    .await
    .unwrap();
    let mut cuts = 0;
    loop {
        let sentence = format!("SELECT setval('fate.left_to_do', {cuts}, false)");
        PgConnection::connect(&bed.url).await.unwrap().execute(AssertSqlSafe(sentence)).await.unwrap();
        let db = Database::open(&bed.url, &Options::default()).await.unwrap();
        let done = db.migrate().await;
        db.close().await;
        if done.is_ok() {
            break;
        }
        let state = bed.db.schema_state().await.unwrap();
        assert!(matches!(state, SchemaState::Older { .. }), "{state} after {cuts} cuts");
        cuts += 1;
    }
    assert!(cuts >= 20, "{cuts} cuts prove little");
    assert_eq!(schema(&bed).await, schema(&undisturbed).await);
}
