//! The company on Maildirs: as many as wanted, one unread copy in each.

use crate::company::{BOSS, CHIEF, colleague, draft, hire, message, portal};
use async_trait::async_trait;
use domain::{
    case::request,
    mail::MessageId,
    portal::Portal,
    shared::CaseNumber,
    store::{Enlisted, Result, Store, Tx},
};
use engine::Waker;
use mailbox::maildir::{MaildirConfig, MaildirSystem};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use store::{Database, Options};
use tempfile::TempDir;
use testkit::{postgres::OwnServer, world::world};

pub struct Company {
    pub portal: Arc<Portal>,
    pub waker: Waker,
    commits: Arc<AtomicU64>,
    folder: TempDir,
    _kind: Kind,
    /// Goes after what is in it.
    _database_folder: TempDir,
}

/// Goes with the company.
pub enum Kind {
    Sqlite,
    Postgres(OwnServer),
}

impl Company {
    /// Mail below `place`, the database in a folder of its own.
    pub async fn found(place: &Path, kind: Kind, database_folder: TempDir, colleagues: usize) -> Self {
        let folder = tempfile::tempdir_in(place).unwrap();
        let url = match &kind {
            Kind::Sqlite => format!("sqlite://{}", database_folder.path().join("recant.db").display()),
            Kind::Postgres(server) => server.url(),
        };
        let database = Database::open(&url, &Options::default()).await.unwrap();
        database.migrate().await.unwrap();
        let commits = Arc::new(AtomicU64::new(0));
        let store = Arc::new(Counting { store: database, commits: commits.clone() });
        let mail = Arc::new(MaildirSystem::new(MaildirConfig::new(folder.path().join("mail"))).unwrap());
        let (world, _) = world(colleagues as u64);
        let waker = Waker::default();
        let portal = portal(folder.path().join("outbox"), store, mail, world, Arc::new(waker.clone()));
        hire(&portal, colleagues).await;
        let company = Self { portal, waker, commits, folder, _kind: kind, _database_folder: database_folder };
        company.deliver(colleagues);
        company
    }

    fn deliver(&self, colleagues: usize) {
        let mail = message(&sent());
        let everybody = (1..=colleagues).map(|n| (colleague(n), "new", "1.mail.x"));
        let bosses =
            [(BOSS.to_owned(), "cur", "1.other.x:2,S"), (CHIEF.to_owned(), ".Sent/cur", "1.sent.x:2,S")];
        for (name, folder, file) in everybody.chain(bosses) {
            let maildir = self.maildir(&name);
            for sub in ["cur", "new", "tmp", folder] {
                fs::create_dir_all(maildir.join(sub)).unwrap();
            }
            fs::write(maildir.join(folder).join(file), &mail).unwrap();
        }
    }

    fn maildir(&self, name: &str) -> PathBuf {
        self.folder.path().join("mail/bench.test").join(name).join("Maildir")
    }

    /// The chief asks to have it back; too many for the policy, so that everything is held first.
    pub async fn ask(&self) -> CaseNumber {
        let (chief, draft) = draft(&self.portal, &sent(), false).await;
        request::request(&self.portal, &chief, draft).await.unwrap()
    }

    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    pub async fn entries(&self) -> u64 {
        let mut tx = self.portal.store.read().await.unwrap();
        let (mut last, mut count) = (0, 0);
        loop {
            let entries = tx.trail_after(last, 10_000).await.unwrap();
            let Some(newest) = entries.last() else { return count };
            last = newest.seq;
            count += entries.len() as u64;
        }
    }

    /// A fast engine that leaves copies behind would be worth nothing.
    pub fn all_are_held(&self, colleagues: usize) {
        for n in 1..=colleagues {
            let left = fs::read_dir(self.maildir(&colleague(n)).join("new")).unwrap().count();
            assert_eq!(left, 0, "the copy of colleague {n} is still there");
        }
    }
}

fn sent() -> MessageId {
    "1@bench.test".parse().unwrap()
}

/// Counts transactions that write.
struct Counting {
    store: Database,
    commits: Arc<AtomicU64>,
}

#[async_trait]
impl Store for Counting {
    async fn read(&self) -> Result<Box<dyn Tx>> {
        self.store.read().await
    }

    async fn write(&self) -> Result<Box<dyn Tx>> {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.store.write().await
    }

    async fn check(&self) -> Result<String> {
        self.store.check().await
    }

    async fn enlist(&self, holder: &str) -> Result<Box<dyn Enlisted>> {
        self.store.enlist(holder).await
    }

    async fn purge(&self) -> Result<()> {
        self.store.purge().await
    }
}
