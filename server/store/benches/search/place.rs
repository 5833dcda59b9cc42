//! Where a database of the bench lies, and how large it got.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use std::path::Path;
use store::{Database, Options};
use tempfile::TempDir;
use testkit::postgres::OwnServer;

pub enum Place {
    Sqlite { folder: TempDir },
    Postgres { server: OwnServer, _folder: TempDir },
}

/// What whoever looks after a server with such an organisation's mail sets first: the index fits into memory, and
/// isn't written again and again.
const SETTINGS: [&str; 2] =
    ["ALTER SYSTEM SET shared_buffers = '2GB'", "ALTER SYSTEM SET max_wal_size = '8GB'"];

impl Place {
    /// None: there is no Postgres here, and it was said.
    pub async fn fresh(database: &str, folder: &Path) -> Option<Self> {
        let folder = TempDir::new_in(folder).unwrap();
        if database == "sqlite" {
            return Some(Self::Sqlite { folder });
        }
        let server = OwnServer::durable_in(folder.path()).unwrap()?;
        let mut connection = PgConnection::connect(&server.url()).await.unwrap();
        for setting in SETTINGS {
            sqlx::query(setting).execute(&mut connection).await.unwrap();
        }
        server.take_away().unwrap();
        server.give_back().unwrap();
        Some(Self::Postgres { server, _folder: folder })
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres { .. } => "postgres",
        }
    }

    fn url(&self) -> String {
        match self {
            Self::Sqlite { folder } => format!("sqlite:{}/recant.db", folder.path().display()),
            Self::Postgres { server, .. } => server.url(),
        }
    }

    pub async fn open(&self) -> Database {
        let store = Database::open(&self.url(), &Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    /// What a database does by itself within minutes.
    pub async fn settle(&self) {
        if let Self::Postgres { .. } = self {
            let mut connection = PgConnection::connect(&self.url()).await.unwrap();
            for settling in ["VACUUM ANALYZE", "CHECKPOINT"] {
                sqlx::query(settling).execute(&mut connection).await.unwrap();
            }
            // What is asked for every day is in memory: all that isn't the system's own (below 16384). Without the
            // extension some queries wait for the disk.
            let prewarm = "SELECT sum(pg_prewarm(oid, 'read')) FROM pg_class \
                           WHERE relkind IN ('r', 'i', 't') AND oid >= 16384";
            for warming in ["CREATE EXTENSION pg_prewarm", prewarm] {
                if let Err(error) = sqlx::query(warming).execute(&mut connection).await {
                    println!("postgres: not warmed ({error})");
                }
            }
        }
    }

    /// Megabytes: of all, and of the index of words.
    pub async fn sizes(&self) -> (i64, i64) {
        let bytes = match self {
            Self::Sqlite { .. } => {
                let mut connection = SqliteConnection::connect(&self.url()).await.unwrap();
                let all = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
                let words = "SELECT CAST(SUM(LENGTH(block)) AS INTEGER) FROM sent_search_data";
                let mut sizes = [0; 2];
                for (size, sql) in sizes.iter_mut().zip([all, words]) {
                    *size = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
                }
                sizes
            }
            Self::Postgres { .. } => {
                let mut connection = PgConnection::connect(&self.url()).await.unwrap();
                let all = "SELECT pg_database_size(current_database())";
                let words = "SELECT CAST(SUM(pg_total_relation_size(relid)) AS BIGINT) FROM pg_partition_tree('sent_search')";
                let mut sizes = [0; 2];
                for (size, sql) in sizes.iter_mut().zip([all, words]) {
                    *size = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
                }
                sizes
            }
        };
        (bytes[0] / 1_000_000, bytes[1] / 1_000_000)
    }
}
