//! IMAP servers on which the organisation may act for its people (RFC 3501, with UIDPLUS; CONDSTORE, QRESYNC,
//! LIST-EXTENDED and LIST-STATUS where they are offered).
//!
//! The protocol is spoken by our own few hundred lines instead of the crate `io-imap`: that one can't send
//! UNCHANGEDSINCE, without which a mail is taken from somebody who is just reading it; it drops lines it can't parse,
//! so that a folder goes unsearched and nobody hears of it; and `imap-codec`, its grammar, takes no answer with a
//! text beyond ASCII, which is what servers in China give. `imap-codec` is the judge in the tests instead: what we
//! send is read back with it. docs/decisions.md has more.

mod absent;
mod alike;
mod answer;
mod around;
mod barren;
mod capability;
mod command;
mod config;
mod connect;
mod connection;
mod copy;
mod folders;
mod gate;
mod handle;
mod locate;
mod login;
mod put;
mod read_log;
mod sent;
mod session;
mod trouble;
mod uids;
mod wire;

pub use config::{ImapConfig, Login, Tls};

use absent::Absent;
use async_trait::async_trait;
use barren::Barren;
use connect::Dialer;
use connection::Connection;
use domain::{
    mail::{EmailAddress, MessageId},
    mail_system::{
        Capabilities, CopyHandle, Located, MailError, MailSession, MailSystem, NewCopy, Put, ReadEvidence,
        Removal, SentListing, SentRef,
    },
};
use gate::Gate;
use read_log::ReadLog;
use session::Session;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use thiserror::Error;
use tokio::time::Instant;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ImapSetupError(String);

/// One server. Cheap to share.
pub struct ImapSystem {
    server: Arc<Server>,
}

struct Server {
    config: Arc<ImapConfig>,
    dialer: Dialer,
    gate: Arc<Gate>,
    absent: Absent,
    read_log: Option<Arc<ReadLog>>,
    barren: Barren,
    /// The last session had CONDSTORE.
    counts_changes: AtomicBool,
}

impl ImapSystem {
    pub fn new(config: ImapConfig) -> Result<Self, ImapSetupError> {
        let config = Arc::new(config);
        let dialer = Dialer::new(config.clone()).map_err(ImapSetupError)?;
        let gate = Arc::new(Gate::new(config.sessions));
        let counts_changes = AtomicBool::new(false);
        let read_log = config.read_log.clone().map(|path| Arc::new(ReadLog::new(path, config.zone)));
        Ok(Self {
            server: Arc::new(Server {
                config,
                dialer,
                gate,
                absent: Absent::default(),
                read_log,
                barren: Barren::default(),
                counts_changes,
            }),
        })
    }

    async fn session(&self, mailbox: &EmailAddress) -> Result<Session, MailError> {
        let server = self.server.clone();
        if server.absent.has(mailbox, Instant::now()) {
            return Err(MailError::NoSuchMailbox(mailbox.clone()));
        }
        let place = server.gate.enter(mailbox, server.config.timeout).await;
        let place = place.map_err(|_| MailError::Unavailable {
            reason: format!("all sessions with {} are in use", server.config.host),
            retry_after: None,
        })?;
        let started = Instant::now();
        let connection = server.connection(mailbox).await?;
        let mut session = Session {
            connection,
            config: server.config.clone(),
            mailbox: mailbox.clone(),
            server,
            foreign: None,
            opened: None,
            around: None,
            met: HashMap::new(),
            put: Vec::new(),
            resync: false,
            _place: place,
        };
        // Cyrus lets us act for whoever we name. But each mailbox lists its inbox (RFC 3501 §6.3.8).
        let around = session.look_around(false).await?;
        if !around.has_inbox && around.garbled.is_empty() {
            session.server.absent.note(mailbox, started);
            return Err(MailError::NoSuchMailbox(mailbox.clone()));
        }
        session.server.absent.forget(mailbox);
        session.around = Some(around);
        Ok(session)
    }
}

impl Server {
    async fn connection(&self, mailbox: &EmailAddress) -> Result<Connection, MailError> {
        let started = Instant::now();
        let greeted = self.dialer.dial().await?;
        let signed_in = login::sign_in(greeted, &self.config, &self.gate, mailbox).await;
        if let Err(MailError::NoSuchMailbox(_)) = &signed_in {
            self.absent.note(mailbox, started);
        }
        let connection = signed_in?;
        self.gate.opened(started.elapsed());
        self.counts_changes.store(connection.capable.condstore, Ordering::Relaxed);
        Ok(connection)
    }
}

#[async_trait]
impl MailSystem for ImapSystem {
    fn capabilities(&self) -> Capabilities {
        let race_free_removal = self.server.counts_changes.load(Ordering::Relaxed);
        let logged = self.server.read_log.is_some();
        let read_evidence = if logged { ReadEvidence::FlagsAndLog } else { ReadEvidence::Flags };
        Capabilities { name: "imap", race_free_removal, keeps_keywords: true, read_evidence }
    }

    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
        Ok(Box::new(self.session(mailbox).await?))
    }

    async fn exists(&self, mailbox: &EmailAddress) -> Result<bool, MailError> {
        match self.session(mailbox).await {
            Ok(_) => Ok(true),
            Err(MailError::NoSuchMailbox(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn check(&self) -> Result<String, MailError> {
        let config = &self.server.config;
        let place = format!("{}:{}", config.host, config.port);
        if let Some(log) = &self.server.read_log {
            log.check().map_err(|error| MailError::Denied(format!("{place}: {error}")))?;
        }
        let Some(mailbox) = &config.check else {
            self.server.dialer.dial().await?;
            return Ok(format!("{place} answers; set check_mailbox to try the administrator's login, too"));
        };
        let mut session = self.session(mailbox).await?;
        let capable = session.connection.capable.clone();
        if !capable.uidplus {
            return Err(MailError::Denied(format!(
                "{place} has no UIDPLUS (RFC 4315), so no single message can be removed: nothing will be recalled there"
            )));
        }
        let folders = session.folders().await?.all.len();
        Ok(format!("{place} lets us act for {mailbox} ({folders} folders); {}", capable.told()))
    }
}

#[async_trait]
impl MailSession for Session {
    async fn locate(&mut self, id: &MessageId) -> Result<Located, MailError> {
        self.find(id).await
    }

    async fn fetch(&mut self, copy: &CopyHandle) -> Result<Vec<u8>, MailError> {
        self.read(copy).await
    }

    async fn remove(&mut self, copy: &CopyHandle) -> Result<Removal, MailError> {
        self.take(copy).await
    }

    async fn unmark(&mut self, copy: &CopyHandle) -> Result<(), MailError> {
        self.take_mark_off(copy).await
    }

    async fn put(&mut self, copy: &NewCopy<'_>) -> Result<Put, MailError> {
        self.put_back(copy).await
    }

    /// Nothing in a mailbox on a server is out of its owner's sight.
    async fn stage(&mut self, _copy: &NewCopy<'_>) -> Result<(), MailError> {
        Ok(())
    }

    async fn put_once(&mut self, copy: &NewCopy<'_>, tried: bool) -> Result<Put, MailError> {
        self.put_unless_tried(copy, tried).await
    }

    async fn list_sent(&mut self, cursor: Option<&str>) -> Result<SentListing, MailError> {
        self.sent_since(cursor).await
    }

    async fn fetch_sent(&mut self, message: &SentRef) -> Result<Vec<u8>, MailError> {
        self.read_sent(message).await
    }
}

impl Drop for Session {
    /// A farewell, if it can be had for nothing. Without it the server notices the closed connection; nothing is
    /// expunged by it.
    fn drop(&mut self) {
        if self.connection.is_lost() {
            return;
        }
        self.connection.say_goodbye();
    }
}
