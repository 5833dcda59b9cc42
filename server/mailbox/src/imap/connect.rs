//! From an address to a channel that nobody else reads: TCP, TLS, greeting.

use super::{
    answer::{Answer, Kind, Status, Untagged},
    config::{ImapConfig, Tls},
    trouble::{refused, unavailable},
    wire::{Bounds, Io, Wire, in_time},
};
use domain::mail_system::MailError;
use std::{io, sync::Arc};
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

/// Where sessions of one server begin.
pub struct Dialer {
    config: Arc<ImapConfig>,
    connector: TlsConnector,
}

/// Greeted, and nobody signed in.
pub struct Greeted {
    pub wire: Wire<Box<dyn Io>>,
    /// Capabilities of the greeting are worth nothing once TLS has begun after it.
    pub capabilities: Option<String>,
}

impl Dialer {
    pub fn new(config: Arc<ImapConfig>) -> Result<Self, String> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(pem) = &config.authority {
            let mut own = 0;
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate =
                    certificate.map_err(|error| format!("the authorities can't be read: {error}"))?;
                roots.add(certificate).map_err(|error| format!("an authority can't be used: {error}"))?;
                own += 1;
            }
            if own == 0 {
                return Err("there is no certificate among the authorities".into());
            }
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        ServerName::try_from(config.host.clone())
            .map_err(|_| format!("{:?} is no host name", config.host))?;
        Ok(Self { config, connector: TlsConnector::from(Arc::new(tls)) })
    }

    pub async fn dial(&self) -> Result<Greeted, MailError> {
        let config = &self.config;
        let bounds = Bounds { patience: config.timeout, literal: config.largest };
        let place = format!("{}:{}", config.host, config.port);
        let doing = format!("connecting to {place}");
        let stream = in_time(config.timeout, TcpStream::connect((config.host.as_str(), config.port)))
            .await
            .map_err(|error| unavailable(&doing, &error))?;
        let _ = stream.set_nodelay(true);
        match config.tls {
            Tls::Direct => {
                let stream = self.secure(stream).await.map_err(|error| tls_trouble(&place, &error))?;
                greeted(Wire::new(stream, bounds).boxed(), &place).await
            }
            Tls::StartTls => {
                let stream = start_tls(Wire::new(stream, bounds), &place).await?;
                let stream = self.secure(stream).await.map_err(|error| tls_trouble(&place, &error))?;
                Ok(Greeted { wire: Wire::new(stream, bounds).boxed(), capabilities: None })
            }
            Tls::None => {
                let peer = stream.peer_addr().map_err(|error| unavailable(&doing, &error))?;
                if !peer.ip().is_loopback() {
                    let told =
                        format!("{place} is another machine: passwords and mail go there over TLS only");
                    return Err(MailError::Denied(told));
                }
                greeted(Wire::new(stream, bounds).boxed(), &place).await
            }
        }
    }

    async fn secure(&self, stream: TcpStream) -> io::Result<impl Io + use<>> {
        let name = ServerName::try_from(self.config.host.clone()).map_err(io::Error::other)?;
        in_time(self.config.timeout, self.connector.connect(name, stream)).await
    }
}

/// The stream on which the handshake may begin. Whatever came before it in clear text is an attacker's or a
/// mistake (CVE-2011-0411), and ends the session.
async fn start_tls(mut wire: Wire<TcpStream>, place: &str) -> Result<TcpStream, MailError> {
    let doing = format!("asking {place} for TLS");
    let lost = |error: io::Error| unavailable(&doing, &error);
    let greeting = greeting(&wire.receive().await.map_err(lost)?, place)?;
    if greeting.kind == Kind::Preauth {
        return Err(MailError::Denied(format!("{place} signs us in before TLS has begun; it isn't used")));
    }
    wire.send(b"t STARTTLS\r\n").await.map_err(lost)?;
    loop {
        match Answer::read(&wire.receive().await.map_err(lost)?) {
            Answer::Tagged(tag, status) if tag == "t" && status.kind == Kind::Ok => break,
            Answer::Tagged(_, status) => {
                let told = format!("{place} has no STARTTLS: set TLS from the first byte ({})", status.text);
                return Err(MailError::Denied(told));
            }
            Answer::Untagged(Untagged::Status(status)) if status.kind == Kind::Bye => {
                return Err(refused(&doing, &status));
            }
            Answer::Untagged(_) | Answer::GoOn(_) => {}
        }
    }
    wire.into_stream().ok_or_else(|| {
        MailError::Denied(format!(
            "{place} sent something in clear text after STARTTLS; the session was ended"
        ))
    })
}

async fn greeted(mut wire: Wire<Box<dyn Io>>, place: &str) -> Result<Greeted, MailError> {
    let message =
        wire.receive().await.map_err(|error| unavailable(&format!("waiting for {place}"), &error))?;
    let status = greeting(&message, place)?;
    if status.kind == Kind::Preauth {
        // As whom? Certainly not as the mailbox that is asked for.
        return Err(MailError::Denied(format!("{place} signs us in unasked; it isn't used")));
    }
    let capabilities = (status.code == "CAPABILITY").then_some(status.argument);
    Ok(Greeted { wire, capabilities })
}

fn greeting(message: &super::wire::Message, place: &str) -> Result<Status, MailError> {
    match Answer::read(message) {
        Answer::Untagged(Untagged::Status(status)) if matches!(status.kind, Kind::Ok | Kind::Preauth) => {
            Ok(status)
        }
        Answer::Untagged(Untagged::Status(status)) => {
            Err(refused(&format!("connecting to {place}"), &status))
        }
        _ => Err(MailError::Other(format!("{place} doesn't greet as an IMAP server does"))),
    }
}

/// A wrong certificate stays wrong until somebody acts.
fn tls_trouble(place: &str, error: &io::Error) -> MailError {
    match error.kind() {
        io::ErrorKind::InvalidData => MailError::Denied(format!("TLS with {place}: {error}")),
        _ => unavailable(&format!("TLS with {place}"), error),
    }
}
