//! What must be known of an IMAP server.

use chrono_tz::Tz;
use domain::mail::EmailAddress;
use std::{fmt, path::PathBuf, time::Duration};
use zeroize::Zeroizing;

#[derive(Clone, Debug)]
pub struct ImapConfig {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// Certificates (PEM) that are trusted besides the public authorities.
    pub authority: Option<Vec<u8>>,
    pub login: Login,
    /// How the server calls a mailbox, with `{address}`, `{local}` and `{domain}`.
    pub user: String,
    /// Compared without case, at the top or below the inbox; besides those the server marks as `\Sent`.
    pub sent_folders: Vec<String>,
    /// Not looked at, because they show what stands elsewhere, too.
    pub left_out: Vec<String>,
    /// Sessions at a time, at most; fewer while the server is slow or says that it is too much.
    pub sessions: usize,
    /// For each step of a command.
    pub timeout: Duration,
    /// Bytes of the largest message that is read.
    pub largest: usize,
    /// The file in which Dovecot's `mail_log` tells of changed flags.
    pub read_log: Option<PathBuf>,
    /// Of times in that file that don't say it.
    pub zone: Tz,
    /// The doctor signs in to this mailbox.
    pub check: Option<EmailAddress>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte (RFC 8314).
    Direct,
    StartTls,
    /// To this machine alone.
    None,
}

/// How the organisation acts for a mailbox.
#[derive(Clone)]
pub enum Login {
    /// SASL PLAIN with the mailbox as authorisation identity (RFC 4616).
    Plain { admin: String, password: Zeroizing<String> },
    /// `LOGIN mailbox*admin password`, as Dovecot's master users do.
    Master { admin: String, separator: char, password: Zeroizing<String> },
    /// A bearer token that another program writes into the file and renews.
    Token { file: PathBuf },
}

impl Login {
    pub fn plain(admin: impl Into<String>, password: impl Into<String>) -> Self {
        Self::Plain { admin: admin.into(), password: Zeroizing::new(password.into()) }
    }
}

impl ImapConfig {
    pub fn new(host: impl Into<String>, login: Login) -> Self {
        Self {
            host: host.into(),
            port: 993,
            tls: Tls::Direct,
            authority: None,
            login,
            user: "{address}".into(),
            sent_folders: crate::SENT_FOLDERS.map(String::from).into(),
            left_out: Vec::new(),
            sessions: 8,
            timeout: Duration::from_mins(1),
            largest: 100 << 20,
            read_log: None,
            zone: Tz::UTC,
            check: None,
        }
    }

    pub fn user(&self, mailbox: &EmailAddress) -> String {
        self.user
            .replace("{local}", mailbox.local())
            .replace("{domain}", mailbox.domain())
            .replace("{address}", mailbox.as_str())
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain { admin, .. } => write!(f, "Plain({admin})"),
            Self::Master { admin, separator, .. } => write!(f, "Master({separator}{admin})"),
            Self::Token { file } => write!(f, "Token({})", file.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_s_own_name_of_a_mailbox() {
        let login = Login::plain("a", "geheim");
        let mut config = ImapConfig::new("h", login);
        let mailbox = "{local}@x.test".parse().unwrap();
        assert_eq!(config.user(&mailbox), "{local}@x.test", "an address is no template");
        config.user = "{domain}/{local}".into();
        assert_eq!(config.user(&"mei@x.test".parse().unwrap()), "x.test/mei");
        assert!(!format!("{config:?}").contains("geheim"));
    }
}
