//! The database of a mortal worker: it hands out transactions that may be its last.

use super::{Shared, tx::MortalTx};
use async_trait::async_trait;
use domain::store::{Enlisted, Result, Store, Tx};
use std::{sync::Arc, time::Duration};

pub struct MortalStore(pub Arc<dyn Store>, pub Shared);

#[async_trait]
impl Store for MortalStore {
    async fn read(&self) -> Result<Box<dyn Tx>> {
        Ok(Box::new(MortalTx::new(self.0.read().await?, self.1.clone())))
    }

    async fn write(&self) -> Result<Box<dyn Tx>> {
        Ok(Box::new(MortalTx::new(self.0.write().await?, self.1.clone())))
    }

    async fn check(&self) -> Result<String> {
        self.0.check().await
    }

    async fn enlist(&self, holder: &str) -> Result<Box<dyn Enlisted>> {
        Ok(Box::new(MortalEnlisted(self.0.enlist(holder).await?, self.1.clone())))
    }

    async fn purge(&self) -> Result<()> {
        self.0.purge().await
    }
}

struct MortalEnlisted(Box<dyn Enlisted>, Shared);

const FREEING: &str = "freeing of leases";

#[async_trait]
impl Enlisted for MortalEnlisted {
    /// One worker at a time: while it lives there is nobody to take it for dead.
    async fn answer(&mut self) -> Result<Option<Duration>> {
        self.0.answer().await.map(|_| None)
    }

    async fn free_orphans(&mut self) -> Result<u64> {
        self.1.before(FREEING);
        let freed = self.0.free_orphans().await?;
        if freed > 0 {
            self.1.after(FREEING);
        }
        Ok(freed)
    }

    async fn hint(&mut self) {
        self.0.hint().await;
    }
}
