use super::*;
use domain::{
    mail::NamedAddress,
    mail_system::{
        Capabilities, CopyHandle, FoundCopy, Located, MailSession, Put, ReadEvidence, Removal, SentListing,
        Skipped,
    },
    mailer::MailContent,
    time::Timestamp,
};
use std::{
    collections::HashSet,
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use tempfile::TempDir;
use uuid::Uuid;

const ID: OutgoingId = OutgoingId(Uuid::from_u128(7));
const DATE: Timestamp = Timestamp(1_769_994_000_000);

/// What one mailbox system holds: key, bytes, folder, flags, date.
type Copies = Vec<(String, Vec<u8>, FolderName, Flags, Timestamp)>;

/// One mailbox, `wang@ours.test`, that can be told to fail.
#[derive(Default)]
struct Shelf {
    copies: Arc<Mutex<Copies>>,
    staged: Arc<Mutex<HashSet<String>>>,
    /// The copy is stored, the answer is lost.
    breaks_after_put: Arc<AtomicBool>,
    /// A folder can't be read.
    hides_a_folder: Arc<AtomicBool>,
    is_full: bool,
}

#[async_trait]
impl MailSystem for Shelf {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "shelf",
            race_free_removal: true,
            keeps_keywords: true,
            read_evidence: ReadEvidence::Flags,
        }
    }

    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
        if mailbox.as_str() != "wang@ours.test" {
            return Err(MailError::NoSuchMailbox(mailbox.clone()));
        }
        Ok(Box::new(Self {
            copies: self.copies.clone(),
            staged: self.staged.clone(),
            breaks_after_put: self.breaks_after_put.clone(),
            hides_a_folder: self.hides_a_folder.clone(),
            is_full: self.is_full,
        }))
    }

    async fn exists(&self, mailbox: &EmailAddress) -> Result<bool, MailError> {
        Ok(mailbox.as_str() == "wang@ours.test")
    }

    async fn check(&self) -> Result<String, MailError> {
        Ok(String::new())
    }
}

#[async_trait]
impl MailSession for Shelf {
    async fn locate(&mut self, id: &MessageId) -> Result<Located, MailError> {
        let mut located = Located::default();
        if self.hides_a_folder.load(Ordering::SeqCst) {
            let (folder, text) = (FolderName("Trash".into()), String::new);
            located.skipped.push(Skipped { folder, what: text(), reason: text() });
            return Ok(located);
        }
        for (key, bytes, folder, flags, received_at) in &*self.copies.lock().unwrap() {
            if ParsedMail::read(bytes).message_id.as_ref() == Some(id) {
                let (handle, folder, flags) = (CopyHandle(key.clone()), folder.clone(), flags.clone());
                located.copies.push(FoundCopy {
                    handle,
                    folder,
                    flags,
                    received_at: *received_at,
                    size: 1,
                    content: None,
                });
            }
        }
        Ok(located)
    }

    async fn fetch(&mut self, _copy: &CopyHandle) -> Result<Vec<u8>, MailError> {
        Err(MailError::Gone)
    }

    async fn remove(&mut self, _copy: &CopyHandle) -> Result<Removal, MailError> {
        Err(MailError::Gone)
    }

    async fn unmark(&mut self, _copy: &CopyHandle) -> Result<(), MailError> {
        Err(MailError::Gone)
    }

    async fn put(&mut self, copy: &NewCopy<'_>) -> Result<Put, MailError> {
        if self.is_full {
            return Err(MailError::Full("quota".into()));
        }
        let mut copies = self.copies.lock().unwrap();
        if copies.iter().any(|(key, ..)| key == copy.key) {
            return Ok(Put::AlreadyThere);
        }
        let (folder, flags) = (copy.folder.clone(), copy.flags.clone());
        copies.push((copy.key.to_owned(), copy.bytes.to_vec(), folder, flags, copy.received_at));
        if self.breaks_after_put.swap(false, Ordering::SeqCst) {
            return Err(MailError::Unavailable { reason: "connection lost".into(), retry_after: None });
        }
        Ok(Put::Stored)
    }

    async fn stage(&mut self, copy: &NewCopy<'_>) -> Result<(), MailError> {
        self.staged.lock().unwrap().insert(copy.key.to_owned());
        Ok(())
    }

    async fn put_once(&mut self, copy: &NewCopy<'_>, tried: bool) -> Result<Put, MailError> {
        let there = self.copies.lock().unwrap().iter().any(|(key, ..)| key == copy.key);
        let staged = self.staged.lock().unwrap().contains(copy.key);
        if tried && !there && !staged {
            return Ok(Put::Unsure);
        }
        let put = self.put(copy).await;
        if !self.is_full {
            self.staged.lock().unwrap().remove(copy.key);
        }
        put
    }

    async fn list_sent(&mut self, _cursor: Option<&str>) -> Result<SentListing, MailError> {
        Ok(SentListing::Unchanged)
    }
}

struct Office {
    copies: Arc<Mutex<Copies>>,
    breaks_after_put: Arc<AtomicBool>,
    hides_a_folder: Arc<AtomicBool>,
    mailer: LocalMailer,
    outbox: TempDir,
}

impl Office {
    fn with(shelf: Shelf) -> Self {
        let outbox = tempfile::tempdir().unwrap();
        Self {
            copies: shelf.copies.clone(),
            breaks_after_put: shelf.breaks_after_put.clone(),
            hides_a_folder: shelf.hides_a_folder.clone(),
            mailer: LocalMailer::new(outbox.path().join("outbox"), Arc::new(shelf)),
            outbox,
        }
    }

    fn letter(&self) -> Vec<u8> {
        let named = |address: &str| NamedAddress { name: String::new(), address: address.parse().unwrap() };
        let content =
            MailContent { subject: "更正".into(), text: "请见附件".into(), attachments: Vec::new() };
        let mail = OutgoingMail {
            id: ID,
            from: &named("lin@ours.test"),
            to: &named("wang@ours.test"),
            message_id: &"new@ours.test".parse().unwrap(),
            corrects: None,
            references: &[],
            date: DATE,
            automatic: false,
            content: &content,
        };
        self.mailer.compose(&mail).unwrap()
    }

    async fn send(&self, to: &str) -> Result<(), SendError> {
        let (from, to) = ("lin@ours.test".parse().unwrap(), to.parse().unwrap());
        self.mailer.send(ID, &from, &to, &self.letter()).await
    }

    async fn was_sent(&self, to: &str) -> Option<bool> {
        self.mailer.was_sent(ID, &to.parse().unwrap()).await
    }
}

#[tokio::test]
async fn own_mailbox_gets_it_unread_and_once() {
    let office = Office::with(Shelf::default());
    assert_eq!(office.was_sent("wang@ours.test").await, Some(false));
    office.send("wang@ours.test").await.unwrap();
    office.send("wang@ours.test").await.unwrap();
    assert_eq!(office.was_sent("wang@ours.test").await, Some(true));
    let flags = Flags { recent: true, ..Flags::default() };
    let copy = (ID.to_string(), office.letter(), FolderName::inbox(), flags, DATE);
    assert_eq!(*office.copies.lock().unwrap(), [copy]);
}

#[tokio::test]
async fn deleted_mail_does_not_come_again() {
    let office = Office::with(Shelf::default());
    office.send("wang@ours.test").await.unwrap();
    office.copies.lock().unwrap().clear();
    office.send("wang@ours.test").await.unwrap();
    assert_eq!(office.copies.lock().unwrap().len(), 0);
    assert_eq!(office.was_sent("wang@ours.test").await, Some(true));
}

#[tokio::test]
async fn after_a_crash_the_mailbox_is_asked() {
    let office = Office::with(Shelf::default());
    office.breaks_after_put.store(true, Ordering::SeqCst);
    assert!(matches!(office.send("wang@ours.test").await, Err(SendError::Later(_))));
    assert_eq!(office.was_sent("wang@ours.test").await, Some(true));
    office.hides_a_folder.store(true, Ordering::SeqCst);
    assert_eq!(office.was_sent("wang@ours.test").await, None, "what wasn't searched isn't known");
    office.send("wang@ours.test").await.unwrap();
    assert_eq!(office.copies.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_deleted_before_it_was_noted_does_not_come_again() {
    let office = Office::with(Shelf::default());
    office.breaks_after_put.store(true, Ordering::SeqCst);
    assert!(matches!(office.send("wang@ours.test").await, Err(SendError::Later(_))));
    office.copies.lock().unwrap().clear();
    assert!(matches!(office.send("wang@ours.test").await, Err(SendError::Unknown(_))));
    assert_eq!(office.copies.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn full_mailbox_is_tried_again_later() {
    let office = Office::with(Shelf { is_full: true, ..Shelf::default() });
    for _ in 0..2 {
        assert!(matches!(office.send("wang@ours.test").await, Err(SendError::Later(_))));
    }
    assert_eq!(office.was_sent("wang@ours.test").await, Some(false));
}

#[tokio::test]
async fn outside_mail_is_a_file_in_the_outbox() {
    let office = Office::with(Shelf::default());
    assert_eq!(office.was_sent("li@client.test").await, Some(false));
    office.send("li@client.test").await.unwrap();
    office.send("li@client.test").await.unwrap();
    assert_eq!(office.was_sent("li@client.test").await, Some(true));
    let file = office.outbox.path().join("outbox").join(format!("{ID}.eml"));
    assert_eq!(fs::read(file).unwrap(), office.letter());
    assert_eq!(office.copies.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn doctor_says_where_mail_goes_and_what_is_wrong() {
    let office = Office::with(Shelf::default());
    assert!(office.mailer.check().await.unwrap().contains("outbox"));
    let mailer = LocalMailer::new(Path::new("/dev/null/outbox").into(), Arc::new(Shelf::default()));
    let Err(SendError::Later(text)) = mailer.check().await else { panic!("no outbox there") };
    assert!(text.contains("/dev/null/outbox"), "{text}");
}

#[tokio::test]
async fn mail_without_an_id_is_not_delivered() {
    let office = Office::with(Shelf::default());
    let (from, to) = ("lin@ours.test".parse().unwrap(), "wang@ours.test".parse().unwrap());
    let sent = office.mailer.send(ID, &from, &to, b"Subject: x\r\n\r\n").await;
    assert!(matches!(sent, Err(SendError::Never(_))));
}
