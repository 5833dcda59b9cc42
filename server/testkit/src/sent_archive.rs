//! A mail system with one mailbox that holds nothing but sent mail: as much as a test says, listed in pieces, and as
//! slow as it wants.

use async_trait::async_trait;
use domain::{
    mail::{EmailAddress, MessageId},
    mail_system::{
        Capabilities, CopyHandle, FolderName, Located, MailError, MailSession, MailSystem, NewCopy, Put,
        ReadEvidence, Removal, SentChanges, SentListing, SentRef,
    },
    time::Timestamp,
};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};
use tokio::sync::watch;

/// Messages are numbered from 1, the newest has the highest number. Cheap to share.
#[derive(Clone)]
pub struct SentArchive(Arc<Archive>);

struct Archive {
    owner: EmailAddress,
    piece: u32,
    tells_total: bool,
    newest: AtomicU32,
    /// Up to here nothing can be fetched now.
    held: watch::Sender<u32>,
    fetched: Mutex<Vec<u32>>,
}

impl SentArchive {
    pub fn new(owner: EmailAddress, messages: u32, piece: u32, tells_total: bool) -> Self {
        let (newest, held) = (AtomicU32::new(messages), watch::Sender::new(0));
        Self(Arc::new(Archive { owner, piece, tells_total, newest, held, fetched: Mutex::default() }))
    }

    /// Whoever wants to read one of these waits until they are let go: `hold(0)`.
    pub fn hold(&self, up_to: u32) {
        self.0.held.send_replace(up_to);
    }

    /// Its owner sends another mail.
    pub fn send(&self) {
        self.0.newest.fetch_add(1, Ordering::SeqCst);
    }

    /// In this order.
    pub fn fetched(&self) -> Vec<u32> {
        self.0.fetched.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn subject(number: u32) -> String {
        format!("Letter-{number}")
    }
}

#[async_trait]
impl MailSystem for SentArchive {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "archive",
            race_free_removal: true,
            keeps_keywords: true,
            read_evidence: ReadEvidence::Flags,
        }
    }

    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
        if self.exists(mailbox).await? {
            Ok(Box::new(self.clone()))
        } else {
            Err(MailError::NoSuchMailbox(mailbox.clone()))
        }
    }

    async fn exists(&self, mailbox: &EmailAddress) -> Result<bool, MailError> {
        Ok(*mailbox == self.0.owner)
    }

    async fn check(&self) -> Result<String, MailError> {
        Ok("an archive".into())
    }
}

#[async_trait]
impl MailSession for SentArchive {
    async fn locate(&mut self, _id: &MessageId) -> Result<Located, MailError> {
        Ok(Located::default())
    }

    async fn fetch(&mut self, copy: &CopyHandle) -> Result<Vec<u8>, MailError> {
        let number: u32 = copy.0.parse().map_err(|_| MailError::Gone)?;
        let mut held = self.0.held.subscribe();
        held.wait_for(|held| number > *held).await.map_err(|_| MailError::Gone)?;
        self.0.fetched.lock().unwrap_or_else(PoisonError::into_inner).push(number);
        let owner = &self.0.owner;
        let raw = format!(
            "From: {owner}\r\nTo: somebody@out.test\r\nSubject: {}\r\nMessage-ID: <{number}@{}>\r\n\r\nHello.\r\n",
            Self::subject(number),
            owner.domain()
        );
        Ok(raw.into_bytes())
    }

    async fn remove(&mut self, _copy: &CopyHandle) -> Result<Removal, MailError> {
        Err(only_read())
    }

    async fn unmark(&mut self, _copy: &CopyHandle) -> Result<(), MailError> {
        Err(only_read())
    }

    async fn put(&mut self, _copy: &NewCopy<'_>) -> Result<Put, MailError> {
        Err(only_read())
    }

    async fn stage(&mut self, _copy: &NewCopy<'_>) -> Result<(), MailError> {
        Err(only_read())
    }

    async fn put_once(&mut self, _copy: &NewCopy<'_>, _tried: bool) -> Result<Put, MailError> {
        Err(only_read())
    }

    /// The cursor: below which number nothing was listed, and from which on.
    async fn list_sent(&mut self, cursor: Option<&str>) -> Result<SentListing, MailError> {
        let newest = self.0.newest.load(Ordering::SeqCst);
        let read = |text: &str| {
            text.split_once(' ').and_then(|(low, next)| Some((low.parse().ok()?, next.parse().ok()?)))
        };
        let (low, next): (u32, u32) = cursor.and_then(read).unwrap_or((newest + 1, newest + 1));
        if cursor.is_some() && low <= 1 && next == newest + 1 {
            return Ok(SentListing::Unchanged);
        }
        let lower = low.saturating_sub(self.0.piece).max(1);
        Ok(SentListing::Changes(SentChanges {
            added: (lower..low).chain(next..=newest).map(listed).collect(),
            gone: Vec::new(),
            cursor: format!("{lower} {}", newest + 1),
            more: lower > 1,
            total: self.0.tells_total.then_some(newest.into()),
        }))
    }
}

fn listed(number: u32) -> SentRef {
    SentRef {
        locator: format!("Sent/{number}"),
        handle: CopyHandle(number.to_string()),
        folder: FolderName("Sent".into()),
        received_at: Timestamp(1_700_000_000_000 + i64::from(number) * 60_000),
        size: 100,
    }
}

fn only_read() -> MailError {
    MailError::Denied("an archive is only read".into())
}
