//! Opening a database and beginning its transactions.
//!
//! `SQLite` has one connection that writes, so that writers in this process queue instead of colliding, and
//! several that read beside it (WAL). A URL's password never reaches an error or a log.

use crate::{
    Transaction,
    dialect::{Connection, failure, is_hung_up, is_locked},
    schema::SetupError,
};
use async_trait::async_trait;
use domain::store::{Enlisted, Result, Store, StoreError, Tx};
use sqlx::{
    Connection as _, PgPool, Postgres, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    str::FromStr,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// What `SQLite` uses when nobody asks for another size.
const PAGE_BYTES: u64 = 4096;

/// A connection to Postgres that was in use so lately isn't asked whether it lives: that takes as long as a short query,
/// and the first statement tells as well.
const SURELY_ALIVE: Duration = Duration::from_secs(1);

/// Between two tries to open a file that another process has in hand.
const AGAIN: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Postgres: all; `SQLite`: those that read.
    pub max_connections: u32,
    /// For a connection to become free.
    pub acquire_timeout: Duration,
    /// How long a writer waits for the one before it.
    pub lock_timeout: Duration,
    /// `SQLite`: the file never grows beyond; what doesn't fit is refused as [`StoreError::Full`].
    pub max_bytes: Option<u64>,
    /// Of a search among sent mail; beyond it is [`StoreError::TooSlow`].
    pub search_limit: Duration,
    /// Postgres: an engine whose lock nobody has held for so long is dead. One that only lost its connection is back
    /// sooner, or has broken off by then what it was doing.
    pub dead_after: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_connections: 10,
            acquire_timeout: Duration::from_secs(30),
            lock_timeout: Duration::from_secs(10),
            max_bytes: None,
            search_limit: Duration::from_millis(150),
            dead_after: Duration::from_secs(8),
        }
    }
}

/// Cheap to clone: all clones share their connections.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    search_limit: Duration,
    dead_after: Duration,
}

#[derive(Clone)]
enum Pool {
    /// `file`: none in memory.
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
        file: Option<PathBuf>,
    },
    Postgres(PgPool),
}

enum Address {
    SqliteFile(PathBuf),
    /// Gone with the last connection; reading and writing share the only one.
    SqliteMemory,
    Postgres(Box<PgConnectOptions>),
}

impl Database {
    /// `sqlite:PATH`, `sqlite::memory:` or `postgres://…`. A missing file is made, readable by its owner only.
    pub async fn open(url: &str, options: &Options) -> Result<Self, SetupError> {
        let pool = match url.parse()? {
            Address::SqliteFile(path) => open_file(&path, options).await?,
            Address::SqliteMemory => {
                let only =
                    sqlite_pool(1, options).connect_with(sqlite(Path::new(":memory:"), options)).await?;
                Pool::Sqlite { readers: only.clone(), writer: only, file: None }
            }
            Address::Postgres(server) => {
                // Compiling a statement takes longer than any of ours runs.
                let settings = [
                    ("lock_timeout", format!("{}ms", options.lock_timeout.as_millis())),
                    ("jit", "off".to_owned()),
                ];
                let server = server.application_name("recant").options(settings);
                let pool = PgPoolOptions::new()
                    .max_connections(options.max_connections)
                    .acquire_timeout(options.acquire_timeout)
                    .test_before_acquire(false)
                    .before_acquire(|connection, state| {
                        Box::pin(async move {
                            if state.idle_for > SURELY_ALIVE {
                                connection.ping().await?;
                            }
                            Ok(true)
                        })
                    });
                Pool::Postgres(pool.connect_with(server).await?)
            }
        };
        Ok(Self { pool, search_limit: options.search_limit, dead_after: options.dead_after })
    }

    /// Waits until all connections are closed.
    pub async fn close(&self) {
        match &self.pool {
            Pool::Sqlite { readers, writer, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Pool::Postgres(pool) => pool.close().await,
        }
    }

    /// All reads of one transaction see the same moment.
    pub(crate) async fn begin_read(&self) -> Result<Transaction> {
        let begun = match &self.pool {
            Pool::Sqlite { readers, .. } => {
                readers.begin_with("BEGIN DEFERRED").await.map(Connection::Sqlite)
            }
            Pool::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                begin_on_server(pool, begin).await.map(Connection::Postgres)
            }
        };
        self.transaction(begun)
    }

    /// `IMMEDIATE`: a reader that turns writer midway would fail where it could have waited.
    async fn begin_write(&self) -> Result<Transaction> {
        let begun = match &self.pool {
            Pool::Sqlite { writer, .. } => writer.begin_with("BEGIN IMMEDIATE").await.map(Connection::Sqlite),
            Pool::Postgres(pool) => begin_on_server(pool, "BEGIN").await.map(Connection::Postgres),
        };
        self.transaction(begun)
    }

    fn transaction(&self, begun: sqlx::Result<Connection>) -> Result<Transaction> {
        let connection = begun.map_err(|error| failure(error, "transaction"))?;
        Ok(Transaction::new(connection, self.search_limit))
    }

    async fn version(&self) -> sqlx::Result<String> {
        match &self.pool {
            Pool::Sqlite { readers, .. } => {
                let version: String =
                    sqlx::query_scalar("SELECT sqlite_version()").fetch_one(readers).await?;
                Ok(format!("SQLite {version}"))
            }
            Pool::Postgres(pool) => {
                let version: String = sqlx::query_scalar("SHOW server_version").fetch_one(pool).await?;
                Ok(format!("PostgreSQL {version}"))
            }
        }
    }
}

#[async_trait]
impl Store for Database {
    async fn read(&self) -> Result<Box<dyn Tx>> {
        Ok(Box::new(self.begin_read().await?))
    }

    async fn write(&self) -> Result<Box<dyn Tx>> {
        Ok(Box::new(self.begin_write().await?))
    }

    async fn check(&self) -> Result<String> {
        let version = self.version().await.map_err(|error| failure(error, "database"))?;
        let state = self.schema_state().await.map_err(|error| StoreError::Other(Box::new(error)))?;
        Ok(format!("{version}, {state}"))
    }

    async fn enlist(&self, holder: &str) -> Result<Box<dyn Enlisted>> {
        enlist::enlist(self, holder).await
    }

    async fn purge(&self) -> Result<()> {
        purge::purge(self).await
    }
}

impl FromStr for Address {
    type Err = SetupError;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err(SetupError::Url),
                ":memory:" => Ok(Self::SqliteMemory),
                path => Ok(Self::SqliteFile(path.into())),
            };
        }
        let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
        // The cause may quote the URL, so it isn't kept.
        let server = is_postgres.then(|| url.parse().ok()).flatten();
        server.map(|server| Self::Postgres(Box::new(server))).ok_or(SetupError::Url)
    }
}

async fn open_file(path: &Path, options: &Options) -> Result<Pool, SetupError> {
    // SQLite gives its side files the rights of the main one.
    let mut file = OpenOptions::new();
    file.read(true).write(true).create(true).truncate(false).mode(0o600);
    file.open(path).map_err(|source| SetupError::File { path: path.to_owned(), source })?;
    let mut writing = purge::overwriting(sqlite(path, options));
    if let Some(bytes) = options.max_bytes {
        writing = writing.pragma("max_page_count", (bytes / PAGE_BYTES).to_string());
    }
    let writer = connect_patiently(writing, options).await?;
    let reading = sqlite(path, options).pragma("query_only", "ON");
    let readers = sqlite_pool(options.max_connections, options).connect_with(reading).await?;
    Ok(Pool::Sqlite { readers, writer, file: Some(path.to_owned()) })
}

/// A connection may have died since it was last in use: then nothing has happened yet, and another one is taken.
async fn begin_on_server(
    pool: &PgPool,
    begin: &'static str,
) -> sqlx::Result<sqlx::Transaction<'static, Postgres>> {
    for _ in 0..pool.size() {
        match pool.begin_with(begin).await {
            Err(error) if is_hung_up(&error) => tracing::debug!(%error, "database: a connection had ended"),
            answer => return answer,
        }
    }
    pool.begin_with(begin).await
}

/// The first connection turns a new file into one with a write-ahead log. Of two processes that do so at once each holds
/// what the other waits for; `SQLite` sees it and tells one of them "locked" without waiting.
async fn connect_patiently(to: SqliteConnectOptions, options: &Options) -> sqlx::Result<SqlitePool> {
    let until = Instant::now() + options.lock_timeout;
    loop {
        match sqlite_pool(1, options).connect_with(to.clone()).await {
            Err(error) if is_locked(&error) && Instant::now() < until => sleep(AGAIN).await,
            done => return done,
        }
    }
}

fn sqlite(path: &Path, options: &Options) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(options.lock_timeout)
}

/// After errors such as a full disk `SQLite` ends the transaction by itself; sqlx still counts it as open, and
/// the connection would refuse every `BEGIN` from then on. Such a connection is thrown away.
fn sqlite_pool(max_connections: u32, options: &Options) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(options.acquire_timeout)
        // A file doesn't go away as a server does; asking would cost as much as a short query.
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
}

mod enlist;
mod migrate;
mod purge;
#[cfg(test)]
mod tests;
