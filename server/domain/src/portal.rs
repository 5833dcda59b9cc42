//! Everything a service needs, wired once at start: ports, clock, keys, settings.

use crate::{
    account::Throttle,
    allowance::Allowance,
    mail::NamedAddress,
    mail_system::MailSystem,
    mailer::Mailer,
    notify::Wording,
    org::Directory,
    policy::Policy,
    sent_index::Readings,
    store::{self, Store, Tx},
    vault::MasterKey,
    world::World,
};
use chrono_tz::Tz;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Tells the engine that there is work, so that it needn't wait for its next look.
pub trait Wake: Send + Sync {
    fn wake(&self);
}

#[derive(Clone, Debug)]
pub struct Settings {
    pub organisation: String,
    /// Absolute links begin with it; no slash at the end.
    pub public_url: String,
    /// Times are shown, and case years counted, in this zone.
    pub time_zone: Tz,
    pub policy: Policy,
    /// Bytes of all files attached to one correction.
    pub max_upload: u64,
    /// Right side of the Message-IDs we make.
    pub mail_domain: String,
    /// After a case has ended, its vault is kept for so long.
    pub retention: Duration,
    /// Whom notifications come from.
    pub sender: NamedAddress,
}

pub struct Portal {
    pub store: Arc<dyn Store>,
    pub mail: Arc<dyn MailSystem>,
    pub mailer: Arc<dyn Mailer>,
    pub wording: Arc<dyn Wording>,
    pub world: World,
    pub master_key: MasterKey,
    pub settings: Settings,
    pub engine: Arc<dyn Wake>,
    pub throttle: Throttle,
    /// What people without a session leave.
    pub allowance: Allowance,
    directory: Mutex<Option<(i64, Arc<Directory>)>>,
    /// Whose Sent folders are being read right now.
    pub readings: Readings,
}

/// The ports and settings of a [`Portal`].
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub mail: Arc<dyn MailSystem>,
    pub mailer: Arc<dyn Mailer>,
    pub wording: Arc<dyn Wording>,
    pub world: World,
    pub master_key: MasterKey,
    pub settings: Settings,
    pub engine: Arc<dyn Wake>,
}

impl Portal {
    pub fn new(parts: Parts) -> Self {
        Self {
            store: parts.store,
            mail: parts.mail,
            mailer: parts.mailer,
            wording: parts.wording,
            world: parts.world,
            master_key: parts.master_key,
            settings: parts.settings,
            engine: parts.engine,
            throttle: Throttle::default(),
            allowance: Allowance::default(),
            directory: Mutex::default(),
            readings: Readings::default(),
        }
    }

    /// The directory as it is now; read again only when it changed.
    pub async fn directory(&self) -> store::Result<Arc<Directory>> {
        let mut tx = self.store.read().await?;
        self.directory_as_seen(tx.as_mut()).await
    }

    /// As this transaction sees it.
    pub async fn directory_as_seen(&self, tx: &mut dyn Tx) -> store::Result<Arc<Directory>> {
        let version = tx.directory_version().await?;
        let known = self.directory.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, directory)) = known
            && at == version
        {
            return Ok(directory);
        }
        let directory = Arc::new(tx.directory().await?);
        *self.directory.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, directory.clone()));
        Ok(directory)
    }
}
