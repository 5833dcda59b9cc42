//! The configuration: one TOML file with environment variables over it, all of it checked before anything starts.
//!
//! [`source`] reads files and variables, [`check`] turns them into the types below, [`keys`] is the list of what
//! may be set. Whoever starts the program sees every problem at once, each with its line.

mod audit;
mod check;
mod keys;
mod mail;
mod problem;
mod public_url;
mod secret;
mod source;
mod values;

pub use audit::Audit;
pub use keys::{KEYS, Key};
pub use mail::{ImapServer, Mail};
pub use problem::{Place, Problem, Problems};
pub use public_url::PublicUrl;
pub use secret::{SecretError, read_keys, read_password, read_signer};

use chrono_tz::Tz;
use domain::{mail::EmailAddress, policy::Policy, vault::MasterKey};
use mailer::SmtpConfig;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// Looked for in this order when neither `--config` nor `RECANT_CONFIG` names a file.
pub const USUAL_PLACES: [&str; 2] = ["recant.toml", "/etc/recant/recant.toml"];

/// Checked; relative paths are already resolved against the file's folder.
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub vault: Vault,
    /// None: the trail isn't signed.
    pub audit: Option<Audit>,
    pub mail: Mail,
    pub sending: Sending,
    /// Whom notifications come from.
    pub sender: EmailAddress,
    pub organisation: Organisation,
    pub policy: Policy,
    /// Bytes of all files attached to one correction.
    pub max_upload: u64,
    pub log: Log,
    /// The browser bundle, as `frontend/bundle` makes it.
    pub site: PathBuf,
}

pub struct Server {
    pub listen: SocketAddr,
    pub public_url: PublicUrl,
    /// Only these may say in `X-Forwarded-For` whom they speak for.
    pub trusted_proxies: Vec<ipnet::IpNet>,
}

pub struct Database {
    /// With the password of the password file.
    pub url: String,
}

pub struct Vault {
    /// Reads the file again when it has to.
    pub key: MasterKey,
    pub key_file: PathBuf,
    /// After a case has ended, what was sealed for it is kept for so long.
    pub retention: Duration,
}

pub enum Sending {
    /// Into the organisation's own mailboxes; mail to outsiders becomes files in the outbox.
    Local {
        outbox: PathBuf,
    },
    Smtp(SmtpConfig),
}

pub struct Organisation {
    pub name: String,
    pub time_zone: Tz,
    pub mail_domain: String,
}

#[derive(Clone, Debug)]
pub struct Log {
    pub format: LogFormat,
    pub filter: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// Where the configuration is: what was asked for, else the first usual place that exists.
pub fn find(asked: Option<&Path>) -> Option<PathBuf> {
    match asked {
        Some(file) => Some(file.to_owned()),
        None => USUAL_PLACES.iter().map(PathBuf::from).find(|file| file.exists()),
    }
}

impl Config {
    /// `variables` are environment variables; those that aren't `RECANT_SECTION__KEY` are ignored.
    pub fn load(
        file: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        let mut source = source::Source::read(file);
        source.overlay(variables);
        check::check(source)
    }
}

#[cfg(test)]
mod tests;
