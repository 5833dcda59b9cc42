//! Maildir and Maildir++ on the same machine: the mail system that needs no server.
//!
//! Own code instead of the crate `maildir`: that one names new files itself (clock, host, process), finds a
//! message by id and not by exact name, hides which file failed, follows symbolic links and doesn't sync; the
//! races with clients that a recall must win are decided by just these. All file work is blocking and runs on
//! tokio's blocking threads, some at a time. Nothing here reads a clock or makes randomness: names come from the
//! caller's key.

mod cache;
mod copy;
mod folder;
mod layout;
mod locate;
mod name;
mod put;
mod sent;
mod sys;
mod walk;

pub use layout::LayoutError;

use async_trait::async_trait;
use cache::Cache;
use domain::{
    mail::{EmailAddress, MessageId},
    mail_system::{
        Capabilities, CopyHandle, Located, MailError, MailSession, MailSystem, NewCopy, Put, ReadEvidence,
        Removal, SentListing,
    },
};
use layout::{Layout, Lost};
use std::{io, path::PathBuf, sync::Arc};
use sys::Dir;
use tokio::sync::Semaphore;

#[derive(Clone, Debug)]
pub struct MaildirConfig {
    /// The directory below which all mailboxes lie; nothing outside it is ever touched.
    pub root: PathBuf,
    /// Path of a mailbox below the root, with `{domain}` and `{local}` in small letters.
    pub layout: String,
    /// Compared without case, at the top or below the inbox.
    pub sent_folders: Vec<String>,
    /// Between the levels of a folder's directory name; `.` for Dovecot and Courier.
    pub separator: char,
    /// Messages whose Message-ID is remembered; about 100 bytes each.
    pub remembered: usize,
}

/// Side by side: many more threads than that only get into each other's way.
const AT_ONCE: usize = 16;

pub struct MaildirSystem {
    shared: Arc<Shared>,
}

struct Shared {
    config: Arc<MaildirConfig>,
    layout: Layout,
    cache: Arc<Cache>,
    looks: Arc<Semaphore>,
    /// Of their own: permitted just now, they mustn't wait for a large mailbox to be looked at (I5, I8).
    removals: Arc<Semaphore>,
}

/// One mailbox, held open by its directory: what the path means later doesn't matter.
struct Mailbox {
    config: Arc<MaildirConfig>,
    cache: Arc<Cache>,
    root: Dir,
}

struct Session {
    shared: Arc<Shared>,
    mailbox: Arc<Mailbox>,
}

impl MaildirConfig {
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            layout: "{domain}/{local}/Maildir".into(),
            sent_folders: crate::SENT_FOLDERS.map(String::from).into(),
            separator: '.',
            remembered: 500_000,
        }
    }
}

impl MaildirSystem {
    pub fn new(config: MaildirConfig) -> Result<Self, LayoutError> {
        let layout = Layout::new(config.root.clone(), &config.layout)?;
        let cache = Arc::new(Cache::new(config.remembered));
        let [looks, removals] = [AT_ONCE; 2].map(|most| Arc::new(Semaphore::new(most)));
        Ok(Self { shared: Arc::new(Shared { config: Arc::new(config), layout, cache, looks, removals }) })
    }
}

#[async_trait]
impl MailSystem for MaildirSystem {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "maildir",
            race_free_removal: true,
            keeps_keywords: true,
            read_evidence: ReadEvidence::Flags,
        }
    }

    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
        let (shared, address) = (self.shared.clone(), mailbox.clone());
        let mailbox = in_turn(&self.shared.looks, move || shared.open(&address)).await?;
        Ok(Box::new(Session { shared: self.shared.clone(), mailbox: Arc::new(mailbox) }))
    }

    async fn exists(&self, mailbox: &EmailAddress) -> Result<bool, MailError> {
        match self.open(mailbox).await {
            Ok(_) => Ok(true),
            Err(MailError::NoSuchMailbox(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn check(&self) -> Result<String, MailError> {
        let shared = self.shared.clone();
        in_turn(&self.shared.looks, move || shared.check()).await
    }
}

#[async_trait]
impl MailSession for Session {
    async fn locate(&mut self, id: &MessageId) -> Result<Located, MailError> {
        let id = id.clone();
        self.look(move |mailbox| locate::locate(mailbox, &id)).await
    }

    async fn fetch(&mut self, copy: &CopyHandle) -> Result<Vec<u8>, MailError> {
        let copy = copy.clone();
        self.look(move |mailbox| copy::fetch(mailbox, &copy)).await
    }

    async fn remove(&mut self, copy: &CopyHandle) -> Result<Removal, MailError> {
        let (mailbox, copy) = (self.mailbox.clone(), copy.clone());
        in_turn(&self.shared.removals, move || copy::remove(&mailbox, &copy)).await
    }

    /// One rename takes a copy away: a mark that is met here is its owner's.
    async fn unmark(&mut self, _copy: &CopyHandle) -> Result<(), MailError> {
        Ok(())
    }

    async fn put(&mut self, copy: &NewCopy<'_>) -> Result<Put, MailError> {
        self.putting(copy, put::put).await
    }

    async fn stage(&mut self, copy: &NewCopy<'_>) -> Result<(), MailError> {
        self.putting(copy, put::stage).await
    }

    async fn put_once(&mut self, copy: &NewCopy<'_>, tried: bool) -> Result<Put, MailError> {
        self.putting(copy, move |mailbox, copy| put::put_once(mailbox, copy, tried)).await
    }

    async fn list_sent(&mut self, cursor: Option<&str>) -> Result<SentListing, MailError> {
        let cursor = cursor.map(String::from);
        self.look(move |mailbox| sent::list(mailbox, cursor.as_deref())).await
    }
}

impl Session {
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Mailbox) -> Result<T, MailError> + Send + 'static,
    ) -> Result<T, MailError> {
        let mailbox = self.mailbox.clone();
        in_turn(&self.shared.looks, move || look(&mailbox)).await
    }

    async fn putting<T: Send + 'static>(
        &self,
        copy: &NewCopy<'_>,
        work: impl FnOnce(&Mailbox, &NewCopy<'_>) -> Result<T, MailError> + Send + 'static,
    ) -> Result<T, MailError> {
        let NewCopy { key, bytes, folder, flags, received_at } = *copy;
        let (key, bytes, folder, flags) = (key.to_owned(), bytes.to_vec(), folder.clone(), flags.clone());
        let mailbox = self.mailbox.clone();
        at_once(move || {
            let copy = NewCopy { key: &key, bytes: &bytes, folder: &folder, flags: &flags, received_at };
            work(&mailbox, &copy)
        })
        .await
    }
}

impl Shared {
    fn open(&self, mailbox: &EmailAddress) -> Result<Mailbox, MailError> {
        let path = self.layout.find(mailbox).map_err(|lost| self.explain(lost, mailbox))?;
        let opened = Dir::open(&path).and_then(|root| root.sub("cur").map(|_| root));
        let root = opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => MailError::NoSuchMailbox(mailbox.clone()),
            _ => sys::mail_error(&format!("opening {}", path.display()), &error),
        })?;
        Ok(Mailbox { config: self.config.clone(), cache: self.cache.clone(), root })
    }

    fn explain(&self, lost: Lost, mailbox: &EmailAddress) -> MailError {
        let root = self.layout.root().display();
        match lost {
            Lost::NoSuchMailbox => MailError::NoSuchMailbox(mailbox.clone()),
            Lost::Outside => MailError::Denied(format!("the path of {mailbox} leads out of {root}")),
            Lost::Failed(error) => sys::mail_error(&format!("looking for {mailbox} below {root}"), &error),
            Lost::Root(error) => match sys::mail_error(&format!("opening the mail root {root}"), &error) {
                MailError::Gone => MailError::Unavailable {
                    reason: format!(
                        "the mail root {root} is missing: is the disk mounted, is the setting right?"
                    ),
                    retry_after: None,
                },
                other => other,
            },
        }
    }

    fn check(&self) -> Result<String, MailError> {
        let root = self.layout.root().display();
        self.layout.root().canonicalize().map_err(|error| {
            let hint =
                format!("the mail root {root} can't be opened ({error}): mount it or set the right path");
            MailError::Unavailable { reason: hint, retry_after: None }
        })?;
        let listed =
            self.layout.mailboxes().map_err(|error| sys::mail_error(&format!("listing {root}"), &error))?;
        let (mut usable, mut denied) = (0, Vec::new());
        for path in listed {
            match Dir::open(&path)
                .and_then(|mailbox| mailbox.sub("cur"))
                .and_then(|cur| cur.is_ours_to_change())
            {
                Ok(()) => usable += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => denied.push(format!("{} ({error})", path.display())),
            }
        }
        if let Some(first) = denied.first() {
            let advice = "run the portal as the user that owns the mail";
            return Err(MailError::Denied(format!(
                "{} of {} mailboxes can't be read, written and restored to, such as {first}: {advice}",
                denied.len(),
                usable + denied.len(),
            )));
        }
        if usable == 0 {
            let layout = &self.config.layout;
            return Ok(format!(
                "no mailbox below {root} yet; if there should be some, set a layout other than {layout:?}"
            ));
        }
        Ok(format!("{usable} mailboxes below {root}, all readable and writable"))
    }
}

/// Keeps its place until the work has ended, whether anybody waits for that or not.
async fn in_turn<T: Send + 'static>(
    places: &Arc<Semaphore>,
    work: impl FnOnce() -> Result<T, MailError> + Send + 'static,
) -> Result<T, MailError> {
    let place = places.clone().acquire_owned().await;
    at_once(move || {
        let _place = place;
        work()
    })
    .await
}

async fn at_once<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, MailError> + Send + 'static,
) -> Result<T, MailError> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.unwrap_or_else(|error| Err(MailError::Other(format!("the file work ended early: {error}"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, time::Duration};

    #[tokio::test]
    async fn a_removal_waits_for_no_look() {
        let root = tempfile::tempdir().unwrap();
        let maildir = root.path().join("x.test/mei/Maildir");
        for sub in ["cur", "new", "tmp"] {
            fs::create_dir_all(maildir.join(sub)).unwrap();
        }
        fs::write(maildir.join("new/1.a"), "Message-ID: <m@x.test>\n\n").unwrap();
        let system = MaildirSystem::new(MaildirConfig::new(root.path())).unwrap();
        let mut session = system.open(&"mei@x.test".parse().unwrap()).await.unwrap();
        let id: MessageId = "m@x.test".parse().unwrap();
        let found = session.locate(&id).await.unwrap().copies.remove(0);
        let most = u32::try_from(AT_ONCE).unwrap();
        let _all = system.shared.looks.clone().acquire_many_owned(most).await.unwrap();
        let soon = Duration::from_secs(10);
        let removed = tokio::time::timeout(soon, session.remove(&found.handle)).await;
        assert_eq!(removed.unwrap().unwrap(), Removal::Removed);
        assert!(tokio::time::timeout(Duration::from_millis(20), session.locate(&id)).await.is_err());
    }
}
