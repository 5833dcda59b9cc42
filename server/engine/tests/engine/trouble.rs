//! What must not go wrong when the world does: full disks, withdrawals in the middle, large mail.

use crate::office::{Ask, Mail, Office, RECALL, address, between::Between, work};
use async_trait::async_trait;
use domain::{
    case::{CopyRecord, decide},
    mail::EmailAddress,
    mail_system::{Flags, FolderName, Located, MailError, Skipped},
    portal::Portal,
    shared::{CaseNumber, CaseState, CopyState, Outcome, Trouble, Verdict},
    store::Store,
};
use futures::future::BoxFuture;
use std::{
    fs,
    path::{Path, PathBuf},
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
    let blind = office.with(Arc::new(Blind::default()));
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
    let partly = office.with(Arc::new(Blind { partly: true, ..Blind::default() }));
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

/// Its owner moves it, in the moment before it is removed, to where we can't look: it isn't gone.
#[tokio::test]
async fn a_copy_may_be_moved_into_a_folder_that_can_not_be_read() {
    let office = Office::open().await;
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    let aside = office.maildir("bob").with_extension("aside");
    let files = office.maildir("bob").join("new");
    let moves = Moves { files: files.clone(), aside: aside.clone(), broken: AtomicBool::new(true) };
    let moves = Arc::new(moves);
    let moving = office.with(moves.clone());
    work(&moving).await;
    assert_eq!(states_of(&office, number).await, [CopyState::Vaulted]);
    office.decide(number, Verdict::Approved).await;
    work_for_long(&office, &moving).await;
    assert_eq!(office.target(number, "bob").await.outcome, None, "nobody knows yet");
    assert_eq!(states_of(&office, number).await, [CopyState::Vaulted]);

    // It turns up where it was all the time.
    move_all(&aside, &files);
    moves.broken.store(false, Ordering::SeqCst);
    work_for_long(&office, &moving).await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::RemovedUnread));
    assert!(office.copies("bob", &mail).await.is_empty());
    assert_eq!(states_of(&office, number).await, [CopyState::Left, CopyState::Held], "one copy, not two");
}

async fn states_of(office: &Office, number: CaseNumber) -> Vec<CopyState> {
    copies_of(office, number).await.iter().map(|copy| copy.state).collect()
}

/// The folder `Broken` can't be read, and what is to be removed is moved there in that moment.
struct Moves {
    files: PathBuf,
    /// Stands for that folder.
    aside: PathBuf,
    broken: AtomicBool,
}

#[async_trait]
impl Between for Moves {
    async fn located(&self, _: &EmailAddress, mut located: Located) -> Result<Located, MailError> {
        if self.broken.load(Ordering::SeqCst) {
            let (folder, reason) = (FolderName("Broken".into()), "input/output error".into());
            located.skipped.push(Skipped { folder, what: "folder".into(), reason });
        }
        Ok(located)
    }

    async fn removing(&self, _: &EmailAddress) -> Result<(), MailError> {
        if self.broken.load(Ordering::SeqCst) {
            move_all(&self.files, &self.aside);
        }
        Ok(())
    }
}

fn move_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::rename(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Mailboxes that refuse removals and can't be looked at afterwards.
#[derive(Default)]
struct Blind {
    /// Only the inbox can't be looked at, and stays so in the next session.
    partly: bool,
    refused: AtomicBool,
}

#[async_trait]
impl Between for Blind {
    async fn opening(&self) -> Result<(), MailError> {
        self.refused.fetch_and(self.partly, Ordering::Relaxed);
        Ok(())
    }

    async fn located(&self, _: &EmailAddress, mut located: Located) -> Result<Located, MailError> {
        match (self.refused.load(Ordering::Relaxed), self.partly) {
            (false, _) => Ok(located),
            (true, false) => Err(MailError::Unavailable { reason: "gone".into(), retry_after: None }),
            (true, true) => {
                located.copies.clear();
                let (folder, reason) = (FolderName::inbox(), "input/output error".into());
                located.skipped.push(Skipped { folder, what: "folder".into(), reason });
                Ok(located)
            }
        }
    }

    async fn removing(&self, _: &EmailAddress) -> Result<(), MailError> {
        self.refused.store(true, Ordering::Relaxed);
        Err(MailError::Denied("read only".into()))
    }
}

pub type Hook = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

/// Something happens right after the first look into bob's mailbox, which brought the copy along.
struct Meddler(Mutex<Option<Hook>>);

pub fn meddled(office: &Office, hook: Hook) -> Arc<Portal> {
    office.with(Arc::new(Meddler(Mutex::new(Some(hook)))))
}

#[async_trait]
impl Between for Meddler {
    async fn located(&self, mailbox: &EmailAddress, located: Located) -> Result<Located, MailError> {
        if *mailbox == address("bob") {
            let hook = self.0.lock().unwrap().take();
            if let Some(hook) = hook {
                hook().await;
            }
        }
        Ok(located)
    }
}
