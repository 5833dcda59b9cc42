//! A migrated database of its own for one test, removed afterwards.

use domain::store::{Store, Tx};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use std::time::Duration;
use store::{Database, Options};
use tempfile::TempDir;
use testkit::postgres::Postgres;

/// Two tests of each story. Where there is no Postgres, testkit says so and its half is left out.
macro_rules! stories {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(crate::bed::Bed::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                if let Some(bed) = crate::bed::Bed::postgres().await {
                    super::$story(bed).await;
                }
            })+
        }
    };
}

pub struct Bed {
    pub db: Database,
    pub url: String,
    _place: Place,
}

/// Goes when it is dropped.
enum Place {
    Folder { _folder: TempDir },
    Server { _database: testkit::postgres::Database },
}

impl Bed {
    pub async fn sqlite() -> Self {
        let bed = Self::empty_sqlite().await;
        bed.db.migrate().await.unwrap();
        bed
    }

    pub async fn empty_sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}/recant.db", folder.path().display());
        Self::at(url, Place::Folder { _folder: folder }).await
    }

    pub async fn postgres() -> Option<Self> {
        let bed = Self::empty_postgres().await?;
        bed.db.migrate().await.unwrap();
        Some(bed)
    }

    pub async fn empty_postgres() -> Option<Self> {
        let server = Postgres::shared().unwrap()?;
        let database = server.create_database().unwrap();
        let url = database.url().to_owned();
        Some(Self::at(url, Place::Server { _database: database }).await)
    }

    async fn at(url: String, place: Place) -> Self {
        // These are stories about what is found; the machine may be busy.
        let (search_limit, dead_after) = (Duration::from_secs(10), Duration::ZERO);
        let options = Options { max_connections: 4, search_limit, dead_after, ..Options::default() };
        let db = Database::open(&url, &options).await.unwrap();
        Self { db, url, _place: place }
    }

    pub async fn read(&self) -> Box<dyn Tx> {
        self.db.read().await.unwrap()
    }

    pub async fn write(&self) -> Box<dyn Tx> {
        self.db.write().await.unwrap()
    }

    /// Past the store: what somebody with a database shell could do. Both databases must understand it.
    pub async fn by_hand(&self, sql: &str) -> sqlx::Result<()> {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.is_sqlite() {
            SqliteConnection::connect(&self.url).await?.execute(sql).await?;
        } else {
            PgConnection::connect(&self.url).await?.execute(sql).await?;
        }
        Ok(())
    }

    /// The only column of what this finds, each as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        if self.is_sqlite() {
            let query = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
            query.fetch_all(&mut SqliteConnection::connect(&self.url).await.unwrap()).await.unwrap()
        } else {
            let query = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
            query.fetch_all(&mut PgConnection::connect(&self.url).await.unwrap()).await.unwrap()
        }
    }

    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }
}
