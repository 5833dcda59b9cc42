//! Port for sending mail: composing is pure and repeatable, sending happens at most once.

use crate::{
    ids::OutgoingId,
    mail::{EmailAddress, MessageId, NamedAddress},
    time::Timestamp,
};
use async_trait::async_trait;
use thiserror::Error;

/// What a mail says. A correction's, as the sender wrote it, is the same for all recipients of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailContent {
    pub subject: String,
    /// Plain text, LF line ends.
    pub text: String,
    pub attachments: Vec<Enclosure>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosure {
    pub name: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// One recipient's mail, before it is written out.
#[derive(Clone, Debug)]
pub struct OutgoingMail<'a> {
    pub id: OutgoingId,
    pub from: &'a NamedAddress,
    pub to: &'a NamedAddress,
    pub message_id: &'a MessageId,
    /// The mail that is corrected: becomes In-Reply-To, References and Supersedes (RFC 5322 §3.6.4, RFC 2156).
    pub corrects: Option<&'a MessageId>,
    /// References of the corrected mail, oldest first.
    pub references: &'a [MessageId],
    pub date: Timestamp,
    /// Nobody wrote it and nobody should answer it by machine (RFC 3834 §5).
    pub automatic: bool,
    pub content: &'a MailContent,
}

#[async_trait]
pub trait Mailer: Send + Sync {
    /// The same input gives the same bytes (RFC 5322, CRLF).
    fn compose(&self, mail: &OutgoingMail<'_>) -> Result<Vec<u8>, SendError>;

    /// Hands `bytes` over for one recipient. Ok means accepted.
    async fn send(
        &self,
        id: OutgoingId,
        from: &EmailAddress,
        to: &EmailAddress,
        bytes: &[u8],
    ) -> Result<(), SendError>;

    /// After a crash between `send` and its record: did it go out? `None`: this way of sending can't know.
    async fn was_sent(&self, id: OutgoingId, to: &EmailAddress) -> Option<bool>;

    /// For the doctor.
    async fn check(&self) -> Result<String, SendError>;
}

#[derive(Clone, Debug, Error)]
pub enum SendError {
    /// Nothing was sent; later may work.
    #[error("not sent now: {0}")]
    Later(String),
    /// Nothing was sent, and trying again won't help.
    #[error("not sent: {0}")]
    Never(String),
    /// The connection broke after the mail was handed over.
    #[error("handed over, but the answer never came: {0}")]
    Unknown(String),
}
