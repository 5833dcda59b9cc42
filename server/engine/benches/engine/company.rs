//! A company whose chief has just written to everybody: as many Maildirs as wanted, one unread copy in each.

use async_trait::async_trait;
use domain::{
    case::{ask, draft::DraftForm, request},
    mail::{EmailAddress, NamedAddress},
    org::{Group, Member, Person},
    portal::{Parts, Portal, Settings},
    sent::{Page, SentFilter},
    sent_index,
    shared::{CaseNumber, Intent, Language, ReasonKind},
    store::{Enlisted, Result, Store, Tx},
    vault::MasterKey,
    world::World,
};
use engine::Waker;
use mailbox::maildir::{MaildirConfig, MaildirSystem};
use mailer::LocalMailer;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use store::{Database, Options};
use testkit::world::world;

pub struct Company {
    pub portal: Arc<Portal>,
    commits: Arc<AtomicU64>,
    folder: tempfile::TempDir,
    _kind: Kind,
}

/// Goes with the company.
pub enum Kind {
    Sqlite,
    Postgres(testkit::postgres::Database),
}

impl Company {
    pub async fn found(place: &Path, kind: Kind, colleagues: usize) -> Self {
        let folder = tempfile::tempdir_in(place).unwrap();
        let url = match &kind {
            Kind::Sqlite => format!("sqlite://{}", folder.path().join("recant.db").display()),
            Kind::Postgres(database) => database.url().to_owned(),
        };
        let database = Database::open(&url, &Options::default()).await.unwrap();
        database.migrate().await.unwrap();
        let commits = Arc::new(AtomicU64::new(0));
        let store = Arc::new(Counting { store: database, commits: commits.clone() });
        let (world, _) = world(colleagues as u64);
        let portal = portal(folder.path(), store, world);
        let company = Self { portal, commits, folder, _kind: kind };
        company.hire(colleagues).await;
        company
    }

    async fn hire(&self, colleagues: usize) {
        let people: Vec<Person> = (0..=colleagues).map(|n| self.person(n)).collect();
        let members = people[1..].iter().map(|person| Member::Person(person.id)).collect();
        let id = self.portal.world.id();
        let all = Group { id, address: address("all"), name: "All".into(), members };
        let mut tx = self.portal.store.write().await.unwrap();
        tx.replace_organisation(&people, &[], &[all]).await.unwrap();
        tx.commit().await.unwrap();
        let mail = message();
        for n in 0..=colleagues {
            let maildir = self.maildir(&format!("p{n}"));
            let (folder, file) = if n == 0 { (".Sent/cur", "1.sent.x:2,S") } else { ("new", "1.mail.x") };
            for sub in ["cur", "new", "tmp", folder] {
                fs::create_dir_all(maildir.join(sub)).unwrap();
            }
            fs::write(maildir.join(folder).join(file), &mail).unwrap();
        }
    }

    fn person(&self, n: usize) -> Person {
        Person {
            id: self.portal.world.id(),
            name: format!("Person {n}"),
            address: address(&format!("p{n}")),
            aliases: vec![],
            department: None,
            manager: None,
            language: Language::English,
            roles: vec![],
            active: true,
            legal_hold: false,
            delegates: vec![],
        }
    }

    fn maildir(&self, name: &str) -> PathBuf {
        self.folder.path().join("mail/bench.test").join(name).join("Maildir")
    }

    /// The chief asks to have it back; too many for the policy, so that everything is held first.
    pub async fn ask(&self) -> CaseNumber {
        let portal = &self.portal;
        let directory = portal.directory().await.unwrap();
        let chief = directory.person_by_address(&address("p0")).unwrap().clone();
        sent_index::refresh(portal, &chief).await.unwrap();
        let page = Page { index: 0, size: 1 };
        let mut tx = portal.store.read().await.unwrap();
        let sent = tx.list_sent(chief.id, &SentFilter::default(), page).await.unwrap().rows[0].message.id;
        drop(tx);
        let offer = ask::offer(portal, &chief, sent).await.unwrap();
        let form = DraftForm {
            intent: Intent::Recall,
            recipients: offer.recipients.into_iter().map(|recipient| recipient.address).collect(),
            include_read: false,
            reason: ReasonKind::WrongVersion,
            note: String::new(),
            subject: String::new(),
            text: String::new(),
        };
        let draft = ask::save(portal, &chief, portal.world.id(), sent, form).await.unwrap().id;
        request::request(portal, &chief, draft).await.unwrap()
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
            let left = fs::read_dir(self.maildir(&format!("p{n}")).join("new")).unwrap().count();
            assert_eq!(left, 0, "the copy of colleague {n} is still there");
        }
    }
}

fn address(name: &str) -> EmailAddress {
    format!("{name}@bench.test").parse().unwrap()
}

/// About 4 KB, as most mail without attachments.
fn message() -> String {
    format!(
        "From: Person 0 <p0@bench.test>\r\nTo: all@bench.test\r\nSubject: Draft\r\n\
         Date: Mon, 2 Feb 2026 08:59:00 +0800\r\nMessage-ID: <1@bench.test>\r\n\r\n{}",
        "Not finished. ".repeat(280)
    )
}

fn portal(folder: &Path, store: Arc<dyn Store>, world: World) -> Arc<Portal> {
    let mail = Arc::new(MaildirSystem::new(MaildirConfig::new(folder.join("mail"))).unwrap());
    let outbox = folder.join("outbox");
    Arc::new(Portal::new(Parts {
        store,
        mail: mail.clone(),
        mailer: Arc::new(LocalMailer::new(outbox, mail)),
        wording: Arc::new(testkit::wording::Plain),
        world,
        master_key: MasterKey::new([7; 32]),
        settings: Settings {
            organisation: "Bench".into(),
            public_url: "http://127.0.0.1".into(),
            time_zone: chrono_tz::UTC,
            policy: domain::policy::Policy::default(),
            max_upload: 25_000_000,
            mail_domain: "bench.test".into(),
            retention: std::time::Duration::from_hours(24),
            sender: NamedAddress { name: "Recant".into(), address: "recant@bench.test".parse().unwrap() },
        },
        engine: Arc::new(Waker::default()),
    }))
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
}
