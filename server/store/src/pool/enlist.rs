//! Which engines are alive. A file bears one engine, which holds a lock beside it; on a server each holds an
//! advisory lock named for itself. The operating system ends the first and the server the second when the process
//! dies, so the dead are told from the slow without waiting for a lease.

use super::{Database, Pool};
use crate::{
    Transaction,
    corrections::CORRECTIONS,
    dialect::{WORK_CHANNEL, failure},
    lease::{freed, holders},
    notifications::NOTIFICATIONS,
    table::Table,
    targets::TARGETS,
};
use async_trait::async_trait;
use domain::store::{Enlisted, Result, StoreError, Tx};
use sqlx::{
    Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgListener},
};
use std::{
    collections::HashMap,
    fs::{File, OpenOptions, TryLockError},
    future,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::time::{error::Elapsed, timeout};

/// Before a listener that lost its connection tries again; polling finds the work meanwhile.
const LISTEN_AGAIN: Duration = Duration::from_secs(2);

/// For an answer about our lock. The way to a server that is gone may swallow a question for minutes.
const PATIENCE: Duration = Duration::from_secs(2);

/// A server that lost the way to us ends our session within seconds, so that we get our lock again when we are back.
const NOTICED_SOON: [(&str, &str); 4] = [
    ("tcp_keepalives_idle", "2"),
    ("tcp_keepalives_interval", "1"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "5000"),
];

/// Tables whose rows engines claim.
const LEASED: [&Table; 3] = [&TARGETS, &CORRECTIONS, &NOTIFICATIONS];

pub(super) async fn enlist(database: &Database, holder: &str) -> Result<Box<dyn Enlisted>> {
    let (database, holder) = (database.clone(), holder.to_owned());
    match &database.pool {
        Pool::Sqlite { file, .. } => {
            let lock = file.as_deref().map(lock).transpose()?;
            Ok(Box::new(Only { database, holder, _lock: lock }))
        }
        Pool::Postgres(pool) => {
            let pool = pool.clone();
            let missed = HashMap::new();
            let mut one = OneOfMany { database, holder, lock: None, listener: None, pool, missed };
            one.hold_lock().await?;
            Ok(Box::new(one))
        }
    }
}

/// The only engine of a file.
struct Only {
    database: Database,
    holder: String,
    _lock: Option<File>,
}

#[async_trait]
impl Enlisted for Only {
    async fn answer(&mut self) -> Result<Option<Duration>> {
        Ok(None)
    }

    async fn free_orphans(&mut self) -> Result<u64> {
        let mut tx = self.database.begin_write().await?;
        let mut freed = 0;
        for other in others(&mut tx, &self.holder).await? {
            freed += free(&mut tx, &other).await?;
        }
        Box::new(tx).commit().await?;
        Ok(freed)
    }

    async fn hint(&mut self) {
        future::pending::<()>().await;
    }
}

/// One of several engines on a server.
struct OneOfMany {
    database: Database,
    holder: String,
    /// Whose session holds the advisory lock.
    lock: Option<PgConnection>,
    listener: Option<PgListener>,
    pool: PgPool,
    /// Whose lock nobody holds, and since when.
    missed: HashMap<String, Instant>,
}

#[async_trait]
impl Enlisted for OneOfMany {
    async fn answer(&mut self) -> Result<Option<Duration>> {
        self.hold_lock().await?;
        Ok(Some(self.database.dead_after))
    }

    async fn free_orphans(&mut self) -> Result<u64> {
        let mut tx = self.database.begin_read().await?;
        let others = others(&mut tx, &self.holder).await?;
        drop(tx);
        self.missed.retain(|holder, _| others.contains(holder));
        let mut freed = 0;
        for other in others {
            let gone = timeout(PATIENCE, self.is_gone(&other)).await.map_err(late).flatten();
            if gone.is_err() {
                // It may bear the lock of the other one now.
                self.lock = None;
            }
            if gone? {
                let mut tx = self.database.begin_write().await?;
                freed += free(&mut tx, &other).await?;
                Box::new(tx).commit().await?;
                // If it lives after all, it has as long again to come back.
                self.missed.remove(&other);
            }
        }
        Ok(freed)
    }

    async fn hint(&mut self) {
        loop {
            match self.listen().await {
                Ok(()) => return,
                Err(error) => {
                    tracing::debug!(%error, "engine: not listening for work; polling goes on");
                    self.listener = None;
                    tokio::time::sleep(LISTEN_AGAIN).await;
                }
            }
        }
    }
}

impl OneOfMany {
    /// The lock ends with its connection: a lost one is made again.
    async fn hold_lock(&mut self) -> Result<()> {
        if let Some(lock) = &mut self.lock
            && matches!(timeout(PATIENCE, lock.ping()).await, Ok(Ok(())))
        {
            return Ok(());
        }
        self.lock = None;
        // Who was away knows of nobody how long they have been.
        self.missed.clear();
        match timeout(PATIENCE, self.new_lock()).await {
            Ok(lock) => self.lock = Some(lock?),
            Err(elapsed) => return Err(late(elapsed)),
        }
        Ok(())
    }

    async fn new_lock(&self) -> Result<PgConnection> {
        let mut to = PgConnectOptions::clone(&self.pool.connect_options());
        to = to.options(NOTICED_SOON);
        let connected = PgConnection::connect_with(&to).await;
        let mut lock = connected.map_err(|error| failure(error, "engine"))?;
        if try_lock(&mut lock, &self.holder).await? {
            return Ok(lock);
        }
        Err(StoreError::Taken(format!("an engine named {} is at work on this database", self.holder)))
    }

    /// For some time nobody has held that lock. When the server starts again all engines lose theirs, and whoever is
    /// back first must not take the others for dead.
    async fn is_gone(&mut self, holder: &str) -> Result<bool> {
        let Some(lock) = &mut self.lock else { return Ok(false) };
        if !try_lock(lock, holder).await? {
            self.missed.remove(holder);
            return Ok(false);
        }
        let unlock = sqlx::query("SELECT pg_advisory_unlock(hashtextextended($1, 0))").bind(name(holder));
        unlock.execute(lock).await.map_err(|error| failure(error, "engine"))?;
        let since = *self.missed.entry(holder.to_owned()).or_insert_with(Instant::now);
        Ok(since.elapsed() >= self.database.dead_after)
    }

    async fn listen(&mut self) -> sqlx::Result<()> {
        let listener = match &mut self.listener {
            Some(listener) => listener,
            none => {
                let mut listener = PgListener::connect_with(&self.pool).await?;
                listener.listen(WORK_CHANNEL).await?;
                none.insert(listener)
            }
        };
        listener.recv().await.map(drop)
    }
}

fn late(elapsed: Elapsed) -> StoreError {
    StoreError::Unavailable(Box::new(elapsed))
}

async fn try_lock(connection: &mut PgConnection, holder: &str) -> Result<bool> {
    let lock = sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended($1, 0))").bind(name(holder));
    lock.fetch_one(connection).await.map_err(|error| failure(error, "engine"))
}

/// Others may use advisory locks in the same database.
fn name(holder: &str) -> String {
    format!("recant engine {holder}")
}

async fn others(tx: &mut Transaction, holder: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for table in LEASED {
        found.extend(tx.rows(&holders(table), |row| row.get::<String>("lease_holder")).await?);
    }
    found.sort();
    found.dedup();
    found.retain(|other| other != holder);
    Ok(found)
}

async fn free(tx: &mut Transaction, holder: &str) -> Result<u64> {
    let mut count = 0;
    for table in LEASED {
        count += tx.run(&freed(table, holder)).await?;
    }
    Ok(count)
}

fn lock(database: &Path) -> Result<File> {
    let mut path = database.as_os_str().to_owned();
    path.push("-engine");
    let path = PathBuf::from(path);
    let mut options = OpenOptions::new();
    let opened = options.write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = opened.map_err(|error| StoreError::Other(Box::new(error)))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Taken(format!(
            "another Recant is at work on {}: a SQLite file bears one; stop the other one, or use Postgres",
            database.display()
        ))),
        Err(TryLockError::Error(error)) => Err(StoreError::Other(Box::new(error))),
    }
}
