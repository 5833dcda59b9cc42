//! Puts the configured parts together: database, mail system, sending, portal. The only place that knows which
//! crates stand behind the domain's ports.

use crate::config::{Config, ImapServer, Mail, Sending};
use app::notices::Sentences;
use chrono_tz::Tz;
use domain::{
    mail::NamedAddress,
    mail_system::MailSystem,
    mailer::{Mailer, SendError},
    portal::{Parts, Portal, Settings, Wake},
    world::World,
};
use mailbox::{
    imap::{ImapConfig, ImapSetupError, ImapSystem},
    maildir::{LayoutError, MaildirSystem},
    route::{Routes, Served},
};
use mailer::{LocalMailer, SmtpMailer};
use std::sync::Arc;
use store::{Database, Options, SchemaState, SetupError};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum WiringError {
    #[error("{0}")]
    Database(#[from] SetupError),
    #[error("the database has {0}: run `recant migrate`, with the newer program when the database is newer")]
    Schema(SchemaState),
    #[error("{0}")]
    Mail(#[from] LayoutError),
    #[error("{0}")]
    Imap(#[from] ImapSetupError),
    #[error("{0}")]
    Sending(#[from] SendError),
}

/// Opened, and with a schema that this program knows. Whoever starts the server wants it brought up to date.
pub async fn database(config: &Config) -> Result<Database, WiringError> {
    let database = Database::open(&config.database.url, &Options::default()).await?;
    database.migrate().await?;
    Ok(database)
}

/// Doesn't touch the schema, only looks at it.
pub async fn database_as_it_is(config: &Config) -> Result<Database, WiringError> {
    let database = Database::open(&config.database.url, &Options::default()).await?;
    match database.schema_state().await? {
        SchemaState::Current { .. } => Ok(database),
        state => Err(WiringError::Schema(state)),
    }
}

pub fn portal(
    config: &Config,
    database: &Database,
    world: World,
    engine: Arc<dyn Wake>,
) -> Result<Portal, WiringError> {
    portal_on(mail_system(&config.mail, config.organisation.time_zone)?, config, database, world, engine)
}

/// On other mail systems than the configured ones.
pub fn portal_on(
    mail: Arc<dyn MailSystem>,
    config: &Config,
    database: &Database,
    world: World,
    engine: Arc<dyn Wake>,
) -> Result<Portal, WiringError> {
    let mailer: Arc<dyn Mailer> = match &config.sending {
        Sending::Local { outbox } => Arc::new(LocalMailer::new(outbox.clone(), mail.clone())),
        Sending::Smtp(smtp) => Arc::new(SmtpMailer::new(smtp.clone())?),
    };
    Ok(Portal::new(Parts {
        store: Arc::new(database.clone()),
        mail,
        mailer,
        wording: Arc::new(Sentences),
        world,
        master_key: config.vault.key.clone(),
        settings: settings(config),
        engine,
    }))
}

/// The one there is, or all of them behind their addresses.
fn mail_system(mail: &Mail, zone: Tz) -> Result<Arc<dyn MailSystem>, WiringError> {
    let mut rest: Option<Arc<dyn MailSystem>> = None;
    if let Some(maildir) = &mail.maildir {
        let system: Arc<dyn MailSystem> = Arc::new(MaildirSystem::new(maildir.clone())?);
        if mail.servers.is_empty() {
            return Ok(system);
        }
        rest = Some(system);
    }
    let serve = |server: &ImapServer| {
        Ok(Served {
            name: server.name.clone(),
            system: Arc::new(ImapSystem::new(ImapConfig { zone, ..server.config.clone() })?),
            domains: server.domains.clone(),
            mailboxes: server.mailboxes.clone(),
        })
    };
    let served: Result<Vec<Served>, WiringError> = mail.servers.iter().map(serve).collect();
    Ok(Arc::new(Routes::new(served?, rest)))
}

fn settings(config: &Config) -> Settings {
    Settings {
        organisation: config.organisation.name.clone(),
        public_url: config.server.public_url.to_string(),
        time_zone: config.organisation.time_zone,
        policy: config.policy.clone(),
        max_upload: config.max_upload,
        mail_domain: config.organisation.mail_domain.clone(),
        retention: config.vault.retention,
        sender: NamedAddress { name: "Recant".to_owned(), address: config.sender.clone() },
    }
}
