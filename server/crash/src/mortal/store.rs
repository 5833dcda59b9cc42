//! The database of a mortal worker: it hands out transactions that may be its last.

use super::{Shared, tx::MortalTx};
use async_trait::async_trait;
use domain::store::{Result, Store, Tx};
use std::sync::Arc;

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
}
