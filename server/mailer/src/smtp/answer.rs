//! What a failure means: was something sent, and is it worth trying again?

use super::SmtpConfig;
use domain::mailer::SendError;
use lettre::transport::smtp::Error;
use std::{error::Error as _, time::Duration};

/// How far a mail got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Connect,
    StartTls,
    SignIn,
    Sender,
    Recipient,
    Data,
    /// The content's end has not left us: the server must forget what it has (RFC 5321 §4.1.1.4).
    Upload,
    /// The content's end left us.
    Judging,
}

/// Answers about us and the settings rather than this mail; somebody can put them right (RFC 4954 §6).
const SETTINGS: [u16; 5] = [523, 530, 534, 535, 538];

impl Stage {
    pub fn failed(self, config: &SmtpConfig, error: &Error) -> SendError {
        let code: Option<u16> = error.status().map(Into::into);
        let text = self.text(config, error, code);
        match self {
            Self::Judging if code.is_none() => SendError::Unknown(text),
            Self::Connect | Self::StartTls | Self::SignIn => SendError::Later(text),
            _ if error.is_permanent() && !code.is_some_and(|code| SETTINGS.contains(&code)) => {
                SendError::Never(text)
            }
            _ => SendError::Later(text),
        }
    }

    pub fn timed_out(self, config: &SmtpConfig, waited: Duration) -> SendError {
        let text = format!("{} {}: no answer in {} s", config.place(), self.what(), waited.as_secs());
        if self == Self::Judging { SendError::Unknown(text) } else { SendError::Later(text + self.advice()) }
    }

    fn text(self, config: &SmtpConfig, error: &Error, code: Option<u16>) -> String {
        let place = config.place();
        let what = self.what();
        match code {
            // The answer's text could repeat what we sent, and that was the password.
            Some(code) if self == Self::SignIn => format!("{place} {what}: answer {code}{}", self.advice()),
            Some(code) => format!("{place} {what}: {code} {}{}", cause(error), self.advice()),
            None => format!("{place} {what}: {}{}", cause(error), self.advice()),
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Connect => "gives no connection",
            Self::StartTls => "doesn't encrypt",
            Self::SignIn => "refuses to sign us in",
            Self::Sender => "refuses the sender",
            Self::Recipient => "refuses the recipient",
            Self::Data => "takes no content",
            Self::Upload => "broke off",
            Self::Judging => "has the mail",
        }
    }

    /// What an administrator can do.
    fn advice(self) -> &'static str {
        match self {
            Self::Connect => {
                "; check the mail server's host, port, kind of TLS and certificate, and that this machine may connect to it"
            }
            Self::StartTls => "; check the certificate's name and authority, or choose another kind of TLS",
            Self::SignIn => "; check the mail server's user and password",
            _ => "",
        }
    }
}

/// One short line: answers come from outside.
pub fn cause(error: &Error) -> String {
    let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
