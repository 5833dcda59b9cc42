//! A small organisation with real Maildirs and a real database, for telling the engine's stories.

pub mod between;
pub mod mortal;
pub mod slow_mailer;

use domain::{
    case::{Case, Correction, Target, ask, decide, draft::DraftForm, request},
    ids::DraftId,
    mail::{EmailAddress, MessageId, NamedAddress},
    mail_system::{Flags, FolderName, FoundCopy, MailSystem, NewCopy},
    mailer::Mailer,
    org::{Group, Member, Person},
    portal::{Parts, Portal, Settings},
    sent::{Page, SentFilter},
    sent_index,
    shared::{CaseNumber, Intent, Language, Outcome, ReasonKind, Verdict},
    store::{Store, Tx},
    time::Timestamp,
    vault::MasterKey,
    world::World,
};
use engine::{Engine, Waker};
use mailbox::maildir::{MaildirConfig, MaildirSystem};
use mailer::LocalMailer;
use std::{path::PathBuf, sync::Arc, time::Duration};
use store::{Database, Options};
use testkit::world::{TestClock, world};

pub struct Office {
    pub portal: Arc<Portal>,
    pub clock: Arc<TestClock>,
    pub mail: Arc<MaildirSystem>,
    pub store: Arc<Database>,
    pub folder: tempfile::TempDir,
    _database: Option<testkit::postgres::Database>,
}

/// What the ports are wrapped in; the crash tests put a mortal layer there.
pub type Wrap = Box<dyn FnOnce(Arc<dyn Store>, Arc<dyn MailSystem>) -> (Arc<dyn Store>, Arc<dyn MailSystem>)>;

pub const SENT: &str = "Sent";

impl Office {
    /// `boss` manages `ann`; `bob`, `cho` and `dan` are colleagues; `all@` holds everybody and an outsider.
    pub async fn open() -> Self {
        Self::on(None).await
    }

    pub async fn on(database: Option<testkit::postgres::Database>) -> Self {
        let url = database.as_ref().map(|database| database.url().to_owned());
        Self { _database: database, ..Self::at(url).await }
    }

    /// On a database of the caller's; None: an SQLite file beside the mailboxes.
    pub async fn at(url: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = url.unwrap_or_else(|| format!("sqlite://{}", folder.path().join("recant.db").display()));
        let store = Arc::new(Database::open(&url, &Options::default()).await.unwrap());
        store.migrate().await.unwrap();
        let mail = Arc::new(MaildirSystem::new(MaildirConfig::new(folder.path().join("mail"))).unwrap());
        let (world, clock) = world(1);
        let outbox = folder.path().join("outbox");
        std::fs::create_dir_all(&outbox).unwrap();
        let portal =
            portal(store.clone(), mail.clone(), Arc::new(LocalMailer::new(outbox, mail.clone())), world);
        let office = Self { portal, clock, mail, store, folder, _database: None };
        office.found().await;
        office
    }

    /// The same office seen through other ports: a process that may die.
    pub fn through(&self, wrap: Wrap) -> Arc<Portal> {
        self.through_sending(wrap, self.portal.mailer.clone())
    }

    pub fn through_sending(&self, wrap: Wrap, mailer: Arc<dyn Mailer>) -> Arc<Portal> {
        let (store, mail) = wrap(self.store.clone(), self.mail.clone());
        portal(store, mail, mailer, self.portal.world.clone())
    }

    /// The same office on a disk with next to no room left.
    pub async fn cramped(&self) -> Arc<Portal> {
        let file = self.folder.path().join("recant.db");
        let log = self.folder.path().join("recant.db-wal");
        let size: u64 = [&file, &log].iter().map(|file| std::fs::metadata(file).unwrap().len()).sum();
        let options = Options { max_bytes: Some(size + 512 * 1024), ..Options::default() };
        let store =
            Arc::new(Database::open(&format!("sqlite://{}", file.display()), &options).await.unwrap());
        self.through(Box::new(move |_, mail| (store, mail)))
    }

    /// The same office with another way of sending.
    pub fn sending(&self, mailer: Arc<dyn Mailer>) -> Arc<Portal> {
        portal(self.store.clone(), self.mail.clone(), mailer, self.portal.world.clone())
    }

    async fn found(&self) {
        let names = ["boss", "ann", "bob", "cho", "dan"];
        let mut people: Vec<Person> = names.iter().map(|name| self.person(name)).collect();
        let boss = people[0].id;
        for person in &mut people[1..] {
            person.manager = Some(boss);
        }
        let mut members: Vec<Member> = people.iter().map(|person| Member::Person(person.id)).collect();
        members.push(Member::Outside("guest@out.test".parse().unwrap()));
        let all = Group { id: self.portal.world.id(), address: address("all"), name: "All".into(), members };
        let mut tx = self.store.write().await.unwrap();
        tx.replace_organisation(&people, &[], &[all]).await.unwrap();
        tx.commit().await.unwrap();
        for name in names {
            for sub in ["cur", "new", "tmp"] {
                std::fs::create_dir_all(self.maildir(name).join(sub)).unwrap();
            }
        }
    }

    /// So many more colleagues, all in the group `everybody`; their names.
    pub async fn hire(&self, many: usize) -> Vec<String> {
        let names: Vec<String> = (0..many).map(|n| format!("p{n}")).collect();
        let people: Vec<Person> = names.iter().map(|name| self.person(name)).collect();
        let members = people.iter().map(|person| Member::Person(person.id)).collect();
        let id = self.portal.world.id();
        let everybody = Group { id, address: address("everybody"), name: "Everybody".into(), members };
        let mut tx = self.store_write().await;
        tx.replace_organisation(&people, &[], &[everybody]).await.unwrap();
        tx.commit().await.unwrap();
        for name in &names {
            for sub in ["cur", "new", "tmp"] {
                std::fs::create_dir_all(self.maildir(name).join(sub)).unwrap();
            }
        }
        names
    }

    pub async fn store_read(&self) -> Box<dyn Tx> {
        self.store.read().await.unwrap()
    }

    pub async fn store_write(&self) -> Box<dyn Tx> {
        self.store.write().await.unwrap()
    }

    fn person(&self, name: &str) -> Person {
        Person {
            id: self.portal.world.id(),
            name: name.to_owned(),
            address: address(name),
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

    pub fn maildir(&self, name: &str) -> PathBuf {
        self.folder.path().join("mail/office.test").join(name).join("Maildir")
    }

    pub async fn who(&self, name: &str) -> Person {
        self.portal.directory().await.unwrap().person_by_address(&address(name)).unwrap().clone()
    }

    /// `ann` sends a mail: her Sent copy, and a delivered one to each of `to` (names of colleagues).
    pub async fn send(&self, to: &[&str], header_to: &str) -> Mail {
        let raw = format!(
            "From: ann <ann@office.test>\r\nTo: {header_to}\r\nSubject: Draft\r\nDate: Mon, 2 Feb 2026 08:59:00 +0800\r\nMessage-ID: <1@office.test>\r\n\r\nNot finished.\r\n"
        );
        let mail = Mail { id: "1@office.test".parse().unwrap(), raw };
        let seen = Flags { seen: true, ..Flags::default() };
        self.put("ann", SENT, &seen, mail.raw.as_bytes(), "sent").await;
        for name in to {
            let flags = Flags { recent: true, ..Flags::default() };
            self.put(name, "INBOX", &flags, &mail.delivered(name), "mail").await;
        }
        mail
    }

    pub async fn put(&self, name: &str, folder: &str, flags: &Flags, bytes: &[u8], key: &str) {
        let mut session = self.mail.open(&address(name)).await.unwrap();
        let folder = FolderName(folder.into());
        let received_at = Timestamp(self.portal.world.now().0 - 60_000);
        session.put(&NewCopy { key, bytes, folder: &folder, flags, received_at }).await.unwrap();
    }

    /// The recipient reads it in their mail client.
    pub async fn reads(&self, name: &str, mail: &Mail) {
        let copies = self.copies(name, mail).await;
        let (copy, raw) = copies.first().unwrap();
        let mut session = self.mail.open(&address(name)).await.unwrap();
        session.remove(&copy.handle).await.unwrap();
        drop(session);
        self.put(name, &copy.folder.0, &Flags { seen: true, ..Flags::default() }, raw, "read").await;
    }

    pub async fn copies(&self, name: &str, mail: &Mail) -> Vec<(FoundCopy, Vec<u8>)> {
        let mut session = self.mail.open(&address(name)).await.unwrap();
        let located = session.locate(&mail.id).await.unwrap();
        let mut copies = Vec::new();
        for copy in located.copies {
            let raw = session.fetch(&copy.handle).await.unwrap();
            if copy.folder.0 != SENT {
                copies.push((copy, raw));
            }
        }
        copies
    }

    /// `ann` asks for her newest sent mail.
    pub async fn ask(&self, portal: &Portal, ask: Ask) -> CaseNumber {
        let ann = self.who("ann").await;
        let draft = self.draft(portal, &ann, ask).await;
        request::request(portal, &ann, draft).await.unwrap()
    }

    pub async fn draft(&self, portal: &Portal, ann: &Person, ask: Ask) -> DraftId {
        sent_index::refresh(portal, ann).await.unwrap();
        let page = Page { index: 0, size: 1 };
        let listing =
            portal.store.read().await.unwrap().list_sent(ann.id, &SentFilter::default(), page).await.unwrap();
        let sent = listing.rows[0].message.id;
        let offer = ask::offer(portal, ann, sent).await.unwrap();
        let form = DraftForm {
            intent: ask.intent,
            recipients: offer.recipients.into_iter().map(|recipient| recipient.address).collect(),
            include_read: ask.include_read,
            reason: ReasonKind::WrongVersion,
            note: String::new(),
            subject: if ask.text.is_empty() { String::new() } else { "Correction".into() },
            text: ask.text.into(),
        };
        ask::save(portal, ann, portal.world.id(), sent, form).await.unwrap().id
    }

    pub async fn decide(&self, number: CaseNumber, verdict: Verdict) {
        let case = self.case(number).await;
        decide::decide(&self.portal, &self.who("boss").await, number, verdict, "because", case.digest)
            .await
            .unwrap();
    }

    /// Works until nothing is due.
    pub async fn settle(&self) {
        work(&self.portal).await;
    }

    pub async fn case(&self, number: CaseNumber) -> Case {
        self.store.read().await.unwrap().case_by_number(number).await.unwrap().unwrap()
    }

    pub async fn targets(&self, number: CaseNumber) -> Vec<Target> {
        let case = self.case(number).await;
        self.store.read().await.unwrap().targets(case.id).await.unwrap()
    }

    pub async fn corrections(&self, number: CaseNumber) -> Vec<Correction> {
        let case = self.case(number).await;
        self.store.read().await.unwrap().corrections(case.id).await.unwrap()
    }

    pub async fn outcome(&self, number: CaseNumber, name: &str) -> Option<Outcome> {
        self.target(number, name).await.outcome
    }

    pub async fn target(&self, number: CaseNumber, name: &str) -> Target {
        let targets = self.targets(number).await;
        targets.into_iter().find(|target| target.recipient.address.local() == name).unwrap()
    }

    pub fn outbox(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("outbox")) else { return vec![] };
        let names = entries.map(|entry| entry.unwrap().path());
        names
            .filter(|path| path.extension().is_some_and(|end| end == "eml"))
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect()
    }

    /// The whole trail still fits together.
    pub async fn trail_is_whole(&self) {
        let entries = self.store.read().await.unwrap().trail_after(0, 100_000).await.unwrap();
        assert_eq!(domain::audit::findings(&entries), []);
        assert!(!entries.is_empty());
    }
}

/// An engine of its own, worked by hand until it has nothing to do.
pub async fn work(portal: &Arc<Portal>) {
    let engine = Engine::new(portal.clone(), Waker::default(), "test".into());
    for _ in 0..200 {
        if !engine.turn().await.unwrap() {
            return;
        }
    }
    panic!("the engine doesn't come to rest");
}

#[derive(Clone, Copy)]
pub struct Ask {
    pub intent: Intent,
    pub include_read: bool,
    pub text: &'static str,
}

pub struct Mail {
    pub id: MessageId,
    pub raw: String,
}

impl Mail {
    /// Each copy has trace headers of its own.
    pub fn delivered(&self, name: &str) -> Vec<u8> {
        format!("Delivered-To: {name}@office.test\r\nReceived: from x by y for {name}\r\n{}", self.raw)
            .into_bytes()
    }
}

pub fn address(name: &str) -> EmailAddress {
    format!("{name}@office.test").parse().unwrap()
}

pub const RECALL: Ask = Ask { intent: Intent::Recall, include_read: false, text: "" };

pub fn hours(hours: u64) -> Duration {
    Duration::from_hours(hours)
}

fn portal(
    store: Arc<dyn Store>,
    mail: Arc<dyn MailSystem>,
    mailer: Arc<dyn Mailer>,
    world: World,
) -> Arc<Portal> {
    Arc::new(Portal::new(Parts {
        store,
        mail,
        mailer,
        wording: Arc::new(testkit::wording::Plain),
        world,
        master_key: MasterKey::new([7; 32]),
        settings: Settings {
            organisation: "Office".into(),
            public_url: "http://127.0.0.1".into(),
            time_zone: chrono_tz::UTC,
            policy: domain::policy::Policy::default(),
            max_upload: 25_000_000,
            mail_domain: "office.test".into(),
            retention: hours(30 * 24),
            sender: NamedAddress { name: "Recant".into(), address: "recant@office.test".parse().unwrap() },
        },
        engine: Arc::new(Waker::default()),
    }))
}
