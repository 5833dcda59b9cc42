//! The way of sending of a mortal worker.

use super::Shared;
use crate::{journal::Deed, points::Lure};
use async_trait::async_trait;
use domain::{
    ids::OutgoingId,
    mail::EmailAddress,
    mailer::{Mailer, OutgoingMail, SendError},
};

pub struct MortalMailer<M>(pub M, pub Shared);

#[async_trait]
impl<M: Mailer> Mailer for MortalMailer<M> {
    fn compose(&self, mail: &OutgoingMail<'_>) -> Result<Vec<u8>, SendError> {
        self.0.compose(mail)
    }

    async fn send(
        &self,
        id: OutgoingId,
        from: &EmailAddress,
        to: &EmailAddress,
        bytes: &[u8],
    ) -> Result<(), SendError> {
        let shared = &self.1;
        shared.before("send");
        if shared.says_no(Lure::Later) {
            return Err(SendError::Later("busy".into()));
        }
        if shared.says_no(Lure::Never) {
            return Err(SendError::Never("no such user".into()));
        }
        self.0.send(id, from, to, bytes).await?;
        shared.note(Deed::Sent { mail: id.to_string() });
        shared.after("send");
        if shared.says_no(Lure::Unknown) {
            return Err(SendError::Unknown("the connection broke".into()));
        }
        Ok(())
    }

    async fn was_sent(&self, id: OutgoingId, to: &EmailAddress) -> Option<bool> {
        self.0.was_sent(id, to).await
    }

    async fn check(&self) -> Result<String, SendError> {
        self.0.check().await
    }
}
