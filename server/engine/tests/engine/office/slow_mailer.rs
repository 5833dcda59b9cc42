//! A way of sending that takes mail when it is let, and tells how much it was given meanwhile.

use async_trait::async_trait;
use domain::{
    ids::OutgoingId,
    mail::EmailAddress,
    mailer::{Mailer, OutgoingMail, SendError},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::Semaphore;

pub struct SlowMailer {
    inner: Arc<dyn Mailer>,
    /// One permit lets one mail through.
    pub gate: Semaphore,
    /// Bytes of mails that were written out and aren't handed over.
    in_hand: AtomicUsize,
    most_in_hand: AtomicUsize,
    waiting: AtomicUsize,
}

impl SlowMailer {
    pub fn new(inner: Arc<dyn Mailer>) -> Self {
        let [in_hand, most_in_hand, waiting] = Default::default();
        Self { inner, gate: Semaphore::new(0), in_hand, most_in_hand, waiting }
    }

    /// Until a mail waits to be let through.
    pub async fn hangs(&self) {
        while self.waiting.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ever, at one time.
    pub fn most_bytes_in_hand(&self) -> usize {
        self.most_in_hand.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Mailer for SlowMailer {
    fn compose(&self, mail: &OutgoingMail<'_>) -> Result<Vec<u8>, SendError> {
        let bytes = self.inner.compose(mail)?;
        let in_hand = self.in_hand.fetch_add(bytes.len(), Ordering::SeqCst) + bytes.len();
        self.most_in_hand.fetch_max(in_hand, Ordering::SeqCst);
        Ok(bytes)
    }

    async fn send(
        &self,
        id: OutgoingId,
        from: &EmailAddress,
        to: &EmailAddress,
        bytes: &[u8],
    ) -> Result<(), SendError> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        self.in_hand.fetch_sub(bytes.len(), Ordering::SeqCst);
        self.inner.send(id, from, to, bytes).await
    }

    async fn was_sent(&self, id: OutgoingId, to: &EmailAddress) -> Option<bool> {
        self.inner.was_sent(id, to).await
    }

    async fn check(&self) -> Result<String, SendError> {
        self.inner.check().await
    }
}
