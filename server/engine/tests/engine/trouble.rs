//! What must not go wrong when the world does: full disks, withdrawals in the middle, large mail.

use crate::office::{Ask, Mail, Office, RECALL, address, work};
use async_trait::async_trait;
use domain::{
    case::{CopyRecord, decide},
    mail::{EmailAddress, MessageId},
    mail_system::{
        Capabilities, CopyHandle, Flags, FolderName, Located, MailError, MailSession, MailSystem, NewCopy,
        Put, Removal, SentListing, Skipped,
    },
    portal::Portal,
    shared::{CaseNumber, CaseState, CopyState, Outcome, Trouble, Verdict},
    store::Store,
};
use futures::future::BoxFuture;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

#[tokio::test]
async fn a_full_disk_removes_nothing() {
    let office = Office::open().await;
    // Larger than the room that is left, and not compressible.
    let mail = resend_with(&office, &noise(6_000_000)).await;
    let number = office.ask(&office.portal, RECALL).await;
    let cramped = office.cramped().await;
    work_for_long(&office, &cramped).await;
    assert_eq!(office.copies("bob", &mail).await.len(), 1, "no room in the vault: not removed");
    let target = &office.targets(number).await[0];
    assert_eq!(target.detail.trouble, Some(Trouble::VaultFull));
    assert_eq!(
        office.case(number).await.state,
        CaseState::AwaitingApproval,
        "the decision doesn't wait for the disk"
    );

    office.decide(number, Verdict::Approved).await;
    office.settle().await;
    assert_eq!(
        office.outcome(number, "bob").await,
        Some(Outcome::RemovedUnread),
        "with room again it is taken"
    );
}

fn noise(length: u32) -> String {
    let letter =
        |n: u32| char::from(b'a' + u8::try_from((n.wrapping_mul(2_654_435_761) >> 24) % 26).unwrap());
    (0..length).map(letter).collect()
}

/// Past all retries.
async fn work_for_long(office: &Office, portal: &Arc<Portal>) {
    for _ in 0..12 {
        work(portal).await;
        office.clock.advance(Duration::from_mins(11));
    }
}

async fn resend_with(office: &Office, body: &str) -> Mail {
    let raw = format!(
        "From: ann <ann@office.test>\r\nTo: bob@office.test, client@out.test\r\nSubject: Large\r\nDate: Mon, 2 Feb 2026 08:59:30 +0800\r\nMessage-ID: <2@office.test>\r\n\r\n{body}\r\n"
    );
    let mail = Mail { id: "2@office.test".parse().unwrap(), raw };
    office.put("ann", "Sent", &Flags::default(), mail.raw.as_bytes(), "sent2").await;
    office.put("bob", "INBOX", &Flags::default(), &mail.delivered("bob"), "mail2").await;
    mail
}

#[tokio::test]
async fn thirty_megabytes_go_and_come_back() {
    let office = Office::open().await;
    let line = "0123456789abcdef".repeat(4) + "\r\n";
    let mail = resend_with(&office, &line.repeat(30 * 1024 * 1024 / line.len())).await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    assert!(office.copies("bob", &mail).await.is_empty());
    office.decide(number, Verdict::Refused).await;
    office.settle().await;
    assert_eq!(office.copies("bob", &mail).await[0].1, mail.delivered("bob"));
}

/// I5: a withdrawal that comes while a mailbox is being worked on.
#[tokio::test]
async fn withdrawn_in_the_middle_of_a_hold() {
    let office = Arc::new(Office::open().await);
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let ann = office.who("ann").await;
    let number = office.ask(&office.portal, Ask { text: "Sorry", ..RECALL }).await;
    let (inner, portal) = (office.clone(), office.portal.clone());
    let hook: Hook = Box::new(move || {
        Box::pin(async move {
            assert_eq!(inner.case(number).await.state, CaseState::Holding);
            decide::withdraw(&portal, &ann, number).await.unwrap();
        })
    });
    let meddled = meddled(&office, hook);
    work(&meddled).await;
    assert_eq!(office.copies("bob", &mail).await.len(), 1);
    assert_eq!(office.case(number).await.state, CaseState::Closed);
    let target = &office.targets(number).await[0];
    assert_eq!(target.outcome, Some(Outcome::Untouched), "it was never taken");
    assert!(copies_of(&office, number).await.iter().all(|copy| copy.state == CopyState::Left));
}

/// What was ever taken of the first target.
async fn copies_of(office: &Office, number: CaseNumber) -> Vec<CopyRecord> {
    let target = office.targets(number).await[0].id;
    office.store.read().await.unwrap().copies(target).await.unwrap()
}

/// The recipient opens the mail between our look and our removal.
#[tokio::test]
async fn read_in_the_last_moment_is_left() {
    let office = Arc::new(Office::open().await);
    let mail = office.send(&["bob"], "bob@office.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    let (inner, read) = (office.clone(), Mail { id: mail.id.clone(), raw: mail.raw.clone() });
    let meddled =
        meddled(&office, Box::new(move || Box::pin(async move { inner.reads("bob", &read).await })));
    work(&meddled).await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::LeftRead));
    assert_eq!(office.copies("bob", &mail).await.len(), 1);
}

/// I3, I4: a removal is refused for good, and then the mailbox can't be seen: nobody knows where the copy is, so no
/// outcome is told until somebody does.
#[tokio::test]
async fn no_outcome_while_a_copy_may_be_in_two_places() {
    let office = Office::open().await;
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    let blind =
        office.through(Box::new(|store, mail| (store, Arc::new(Blind::new(mail)) as Arc<dyn MailSystem>)));
    work(&blind).await;
    office.decide(number, Verdict::Approved).await;
    work_for_long(&office, &blind).await;
    let target = &office.targets(number).await[0];
    assert_eq!((target.outcome, target.detail.trouble), (None, Some(Trouble::MailboxDenied)));
    assert_eq!(office.case(number).await.state, CaseState::Executing);

    office.settle().await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::RemovedUnread));
    assert!(office.copies("bob", &mail).await.is_empty());
    let held = copies_of(&office, number).await.iter().filter(|copy| copy.state == CopyState::Held).count();
    assert_eq!(held, 1);
}

/// The same where the look works and the copy's folder can't be read: not to be seen isn't gone.
#[tokio::test]
async fn a_folder_that_can_not_be_read_hides_a_copy() {
    let office = Office::open().await;
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    let partly = office.through(Box::new(|store, mail| (store, Arc::new(Blind::partly(mail)) as _)));
    work(&partly).await;
    office.decide(number, Verdict::Approved).await;
    work_for_long(&office, &partly).await;
    assert_eq!(office.targets(number).await[0].outcome, None);
    assert_eq!(copies_of(&office, number).await[0].state, CopyState::Vaulted);

    office.settle().await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::RemovedUnread));
    assert!(office.copies("bob", &mail).await.is_empty());
    let held = copies_of(&office, number).await.iter().filter(|copy| copy.state == CopyState::Held).count();
    assert_eq!(held, 1, "one copy, not two");
}

/// A mailbox that refuses removals and can't be looked at afterwards.
struct Blind {
    inner: Arc<dyn MailSystem>,
    /// Only its inbox can't be looked at, and a removal may work another time.
    partly: bool,
    refused: Arc<AtomicBool>,
}

impl Blind {
    fn new(inner: Arc<dyn MailSystem>) -> Self {
        Self { inner, partly: false, refused: Arc::default() }
    }

    fn partly(inner: Arc<dyn MailSystem>) -> Self {
        Self { partly: true, ..Self::new(inner) }
    }
}

struct BlindSession {
    inner: Box<dyn MailSession>,
    partly: bool,
    refused: Arc<AtomicBool>,
}

#[async_trait]
impl MailSystem for Blind {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
        let inner = self.inner.open(mailbox).await?;
        let refused = if self.partly { self.refused.clone() } else { Arc::default() };
        Ok(Box::new(BlindSession { inner, partly: self.partly, refused }))
    }

    async fn exists(&self, mailbox: &EmailAddress) -> Result<bool, MailError> {
        self.inner.exists(mailbox).await
    }

    async fn check(&self) -> Result<String, MailError> {
        self.inner.check().await
    }
}

#[async_trait]
impl MailSession for BlindSession {
    async fn locate(&mut self, id: &MessageId) -> Result<Located, MailError> {
        match (self.refused.load(Ordering::Relaxed), self.partly) {
            (false, _) => self.inner.locate(id).await,
            (true, false) => Err(MailError::Unavailable { reason: "gone".into(), retry_after: None }),
            (true, true) => {
                let mut located = self.inner.locate(id).await?;
                located.copies.clear();
                let (folder, reason) = (FolderName::inbox(), "input/output error".into());
                located.skipped.push(Skipped { folder, what: "folder".into(), reason });
                Ok(located)
            }
        }
    }

    async fn fetch(&mut self, copy: &CopyHandle) -> Result<Vec<u8>, MailError> {
        self.inner.fetch(copy).await
    }

    async fn remove(&mut self, _: &CopyHandle) -> Result<Removal, MailError> {
        self.refused.store(true, Ordering::Relaxed);
        Err(MailError::Denied("read only".into()))
    }

    async fn put(&mut self, copy: &NewCopy<'_>) -> Result<Put, MailError> {
        self.inner.put(copy).await
    }

    async fn stage(&mut self, copy: &NewCopy<'_>) -> Result<(), MailError> {
        self.inner.stage(copy).await
    }

    async fn put_once(&mut self, copy: &NewCopy<'_>, tried: bool) -> Result<Put, MailError> {
        self.inner.put_once(copy, tried).await
    }

    async fn list_sent(&mut self, cursor: Option<&str>) -> Result<SentListing, MailError> {
        self.inner.list_sent(cursor).await
    }
}

pub type Hook = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

pub fn meddled(office: &Office, hook: Hook) -> Arc<Portal> {
    let hook = Arc::new(Mutex::new(Some(hook)));
    office.through(Box::new(move |store, mail| (store, Arc::new(Meddler(mail, hook)) as Arc<dyn MailSystem>)))
}

/// Something happens right after our first look, which brought the copy along.
struct Meddler(Arc<dyn MailSystem>, Arc<Mutex<Option<Hook>>>);

struct MeddledSession(Box<dyn MailSession>, Arc<Mutex<Option<Hook>>>);

#[async_trait]
impl MailSystem for Meddler {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
        let session = self.0.open(mailbox).await?;
        let hook = if *mailbox == address("bob") { self.1.clone() } else { Arc::default() };
        Ok(Box::new(MeddledSession(session, hook)))
    }

    async fn exists(&self, mailbox: &EmailAddress) -> Result<bool, MailError> {
        self.0.exists(mailbox).await
    }

    async fn check(&self) -> Result<String, MailError> {
        self.0.check().await
    }
}

#[async_trait]
impl MailSession for MeddledSession {
    async fn locate(&mut self, id: &MessageId) -> Result<Located, MailError> {
        let located = self.0.locate(id).await;
        let hook = self.1.lock().unwrap().take();
        if let Some(hook) = hook {
            hook().await;
        }
        located
    }

    async fn fetch(&mut self, copy: &CopyHandle) -> Result<Vec<u8>, MailError> {
        self.0.fetch(copy).await
    }

    async fn remove(&mut self, copy: &CopyHandle) -> Result<Removal, MailError> {
        self.0.remove(copy).await
    }

    async fn put(&mut self, copy: &NewCopy<'_>) -> Result<Put, MailError> {
        self.0.put(copy).await
    }

    async fn stage(&mut self, copy: &NewCopy<'_>) -> Result<(), MailError> {
        self.0.stage(copy).await
    }

    async fn put_once(&mut self, copy: &NewCopy<'_>, tried: bool) -> Result<Put, MailError> {
        self.0.put_once(copy, tried).await
    }

    async fn list_sent(&mut self, cursor: Option<&str>) -> Result<SentListing, MailError> {
        self.0.list_sent(cursor).await
    }
}
