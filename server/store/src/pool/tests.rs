//! A disk that fills up, as `SQLite` reports it (Postgres: tests/contract/transactions.rs).

use super::*;
use domain::time::Timestamp;
use sqlx::{AssertSqlSafe, Executor};
use tempfile::TempDir;

const NEVER: Timestamp = Timestamp(i64::MAX);

async fn database(folder: &TempDir) -> (Database, SqlitePool) {
    let url = format!("sqlite:{}/recant.db", folder.path().display());
    let db = Database::open(&url, &Options::default()).await.unwrap();
    db.migrate().await.unwrap();
    let Pool::Sqlite { writer, .. } = &db.pool else { panic!("not SQLite") };
    let writer = writer.clone();
    (db, writer)
}

/// Without patience about one in a hundred is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_file_can_be_opened_by_several_at_once() {
    for _ in 0..100 {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}/recant.db", folder.path().display());
        let openers = (0..4).map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Database::open(&url, &Options::default()).await.map(|_| ()) })
        });
        for opened in openers.collect::<Vec<_>>() {
            opened.await.unwrap().unwrap();
        }
    }
}

async fn sessions(db: &Database) -> [bool; 3] {
    let mut tx = db.read().await.unwrap();
    let mut there = [false; 3];
    for (key, there) in (0..).zip(&mut there) {
        *there = tx.session(&[key; 32], Timestamp(0)).await.unwrap().is_some();
    }
    there
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    let (db, writer) = database(&folder).await;
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&writer).await.unwrap();
    writer.execute(AssertSqlSafe(format!("PRAGMA max_page_count = {}", pages + 8))).await.unwrap();

    let mut tx = db.write().await.unwrap();
    tx.save_session(&[0; 32], None, b"small", NEVER).await.unwrap();
    let full = tx.save_session(&[1; 32], None, &vec![7; 1_000_000], NEVER).await;
    assert!(matches!(full, Err(StoreError::Full)), "{full:?}");
    assert!(tx.commit().await.is_err());
    assert_eq!(sessions(&db).await, [false; 3]);

    let mut tx = db.write().await.unwrap();
    tx.save_session(&[2; 32], None, b"small", NEVER).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(sessions(&db).await, [false, false, true]);
}

/// Behind sqlx's back, as `SQLite` does when it can't go on.
#[tokio::test]
async fn a_transaction_that_sqlite_ended_does_not_block_the_next() {
    let folder = TempDir::new().unwrap();
    let (db, writer) = database(&folder).await;
    let mut ended = writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
    ended.execute("ROLLBACK").await.unwrap();
    drop(ended);
    let mut tx = db.write().await.unwrap();
    tx.save_session(&[0; 32], None, b"small", NEVER).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(sessions(&db).await, [true, false, false]);
}
