//! How to reach the mail server.

use super::cause;
use domain::mailer::SendError;
use lettre::transport::smtp::{
    authentication::Credentials,
    client::{Certificate, TlsParameters},
};
use std::{fmt, time::Duration};

#[derive(Clone, Debug)]
pub struct SmtpConfig {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub login: Option<SmtpLogin>,
    /// For each step of a session; judging a mail may take longer.
    pub timeout: Duration,
    /// Certificates (PEM) that are trusted besides the public authorities: many organisations have their own.
    pub authority: Option<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// Readable on the way: for this machine or a closed network.
    None,
    /// Required: a server that doesn't offer it gets no mail (RFC 3207).
    StartTls,
    /// From the first byte (RFC 8314), usually port 465.
    Direct,
}

/// Its password is in no message and no log.
#[derive(Clone)]
pub struct SmtpLogin {
    user: String,
    password: String,
}

impl SmtpLogin {
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: password.into() }
    }

    pub(super) fn credentials(&self) -> Credentials {
        Credentials::new(self.user.clone(), self.password.clone())
    }
}

impl fmt::Debug for SmtpLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpLogin").field("user", &self.user).finish_non_exhaustive()
    }
}

impl SmtpConfig {
    pub(super) fn tls_parameters(&self) -> Result<Option<TlsParameters>, SendError> {
        if self.tls == SmtpTls::None {
            return Ok(None);
        }
        let mut parameters = TlsParameters::builder(self.host.clone());
        let unreadable = |error| {
            SendError::Never(format!(
                "the mail server's certificate authority can't be read: {}",
                cause(&error)
            ))
        };
        if let Some(pem) = &self.authority {
            parameters = parameters.add_root_certificate(Certificate::from_pem(pem).map_err(unreadable)?);
        }
        parameters.build().map(Some).map_err(unreadable)
    }

    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// For the doctor, after a good connection.
    pub(super) fn describe(&self, name: &str, encrypted: bool) -> String {
        let encryption = if encrypted { "encrypted" } else { "not encrypted" };
        let login = match &self.login {
            Some(login) => format!("signed in as {}", login.user),
            None => "without signing in".to_owned(),
        };
        let mut text = format!("{} answers as {name}, {encryption}, {login}", self.place());
        if self.login.is_some() && !encrypted {
            text += "; the password can be read on the way: turn on TLS unless the server is this machine";
        }
        text
    }
}
