//! Sends over SMTP (RFC 5321). Drives lettre's connection step by step, because its transport doesn't say how
//! far a failed mail got: before the content's end nothing was sent, behind it nobody knows.

mod answer;
mod config;

pub use config::{SmtpConfig, SmtpLogin, SmtpTls};

use crate::{address::envelope_address, compose::compose};
use answer::{Stage, cause};
use async_trait::async_trait;
use domain::{
    ids::OutgoingId,
    mail::EmailAddress,
    mailer::{Mailer, OutgoingMail, SendError},
};
use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::DEFAULT_MECHANISMS,
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    },
};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::{sync::Mutex, time::timeout};

/// A server may take its time to judge a mail it has in full; giving up earlier leaves it unknown whether the
/// mail was sent (RFC 5321 §4.5.3.2.6).
const JUDGING: Duration = Duration::from_mins(10);

/// Open connections that wait for the next mail; more senders than this connect anew.
const PARKED: usize = 4;

const CHUNK: usize = 64 * 1024;

pub struct SmtpMailer {
    config: SmtpConfig,
    tls: Option<TlsParameters>,
    parked: Mutex<Vec<AsyncSmtpConnection>>,
    judging: Duration,
}

impl SmtpMailer {
    /// Connects later. `Never`: the certificate authority in the settings can't be read.
    pub fn new(config: SmtpConfig) -> Result<Self, SendError> {
        let tls = config.tls_parameters()?;
        let judging = JUDGING.max(config.timeout);
        Ok(Self { config, tls, parked: Mutex::new(Vec::new()), judging })
    }

    /// A parked connection that still answers, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, SendError> {
        loop {
            let Some(mut parked) = self.parked.lock().await.pop() else { break };
            if timeout(self.config.timeout, parked.test_connected()).await == Ok(true) {
                return Ok(parked);
            }
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let SmtpConfig { host, port, .. } = &self.config;
        let direct = self.tls.clone().filter(|_| self.config.tls == SmtpTls::Direct);
        let hello = ClientId::default();
        let wait = Some(self.config.timeout);
        let opening = AsyncSmtpConnection::connect_tokio1((host.as_str(), *port), wait, &hello, direct, None);
        let mut connection = self.step(Stage::Connect, opening).await?;
        if let Some(tls) = self.tls.clone().filter(|_| self.config.tls == SmtpTls::StartTls) {
            self.step(Stage::StartTls, connection.starttls(tls, &hello)).await?;
        }
        if let Some(login) = &self.config.login {
            let login = login.credentials();
            self.step(Stage::SignIn, connection.auth(DEFAULT_MECHANISMS, &login)).await?;
        }
        Ok(connection)
    }

    /// Everything up to the server's "go on" (354).
    async fn announce(
        &self,
        connection: &mut AsyncSmtpConnection,
        from: Address,
        to: Address,
        bytes: &[u8],
    ) -> Result<(), SendError> {
        let parameters = parameters(connection, &from, &to, bytes)?;
        self.step(Stage::Sender, connection.command(Mail::new(Some(from), parameters))).await?;
        self.step(Stage::Recipient, connection.command(Rcpt::new(to, Vec::new()))).await?;
        self.step(Stage::Data, connection.command(Data)).await?;
        Ok(())
    }

    async fn hand_over(&self, connection: &mut AsyncSmtpConnection, bytes: &[u8]) -> Result<(), SendError> {
        // lettre ends the content with a line end of its own.
        let content = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        // The last chunk was asked for, so the end of the content may be with the server.
        let ended = AtomicBool::new(false);
        let chunks = content.chunks(CHUNK).chain(std::iter::from_fn(|| {
            ended.store(true, Ordering::SeqCst);
            None
        }));
        let handed = timeout(self.judging, connection.message_iter(chunks)).await;
        let stage = if ended.load(Ordering::SeqCst) { Stage::Judging } else { Stage::Upload };
        match handed {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(stage.failed(&self.config, &error)),
            Err(_) => Err(stage.timed_out(&self.config, self.judging)),
        }
    }

    async fn park(&self, connection: AsyncSmtpConnection) {
        let mut parked = self.parked.lock().await;
        if parked.len() < PARKED {
            parked.push(connection);
        }
    }

    /// lettre's own time limit covers connecting only.
    async fn step<T>(
        &self,
        stage: Stage,
        doing: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, SendError> {
        match timeout(self.config.timeout, doing).await {
            Ok(done) => done.map_err(|error| stage.failed(&self.config, &error)),
            Err(_) => Err(stage.timed_out(&self.config, self.config.timeout)),
        }
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    fn compose(&self, mail: &OutgoingMail<'_>) -> Result<Vec<u8>, SendError> {
        compose(mail)
    }

    async fn send(
        &self,
        _id: OutgoingId,
        from: &EmailAddress,
        to: &EmailAddress,
        bytes: &[u8],
    ) -> Result<(), SendError> {
        let (from, to) = (envelope_address(from)?, envelope_address(to)?);
        let mut connection = self.connection().await?;
        // A connection with a failure behind it isn't used again: dropping it is safe in every state.
        self.announce(&mut connection, from, to, bytes).await?;
        self.hand_over(&mut connection, bytes).await?;
        self.park(connection).await;
        Ok(())
    }

    async fn was_sent(&self, _id: OutgoingId, _to: &EmailAddress) -> Option<bool> {
        None
    }

    async fn check(&self) -> Result<String, SendError> {
        let mut connection = self.connect().await?;
        let text = self.config.describe(connection.server_info().name(), connection.is_encrypted());
        let _polite = timeout(self.config.timeout, connection.quit()).await;
        Ok(text)
    }
}

/// What the content needs from the server (RFC 6152, RFC 6531).
fn parameters(
    connection: &AsyncSmtpConnection,
    from: &Address,
    to: &Address,
    bytes: &[u8],
) -> Result<Vec<MailParameter>, SendError> {
    let addresses: [&str; 2] = [from.as_ref(), to.as_ref()];
    let mut parameters = Vec::new();
    if addresses.iter().any(|address| !address.is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(SendError::Never(
                "the mail server takes no addresses beyond ASCII (it offers no SMTPUTF8)".into(),
            ));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !bytes.is_ascii() && connection.server_info().supports_feature(Extension::EightBitMime) {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests;
