//! What the targets of one case share when copies are sealed: the case's key, and which bodies the vault has.

use crate::{
    committer::{Committer, Write},
    group::Group,
    target::TaskError,
};
use async_trait::async_trait;
use domain::{
    ids::CaseId,
    portal::Portal,
    store::{Result, Tx},
    vault::{CaseKey, WrappedKey},
};
use std::collections::HashSet;
use tokio::sync::{Mutex, MutexGuard, OnceCell};
use uuid::Uuid;

pub type BodyName = [u8; 32];

#[derive(Default)]
pub struct Sealing {
    key: OnceCell<CaseKey>,
    bodies: Mutex<HashSet<BodyName>>,
}

impl Sealing {
    pub async fn key(
        &self,
        portal: &Portal,
        committer: &Committer,
        case: CaseId,
    ) -> Result<&CaseKey, TaskError> {
        self.key
            .get_or_try_init(|| async {
                let kept = portal.store.read().await?.existing_vault_key(case.0).await?;
                let wrapped = match kept {
                    Some(wrapped) => wrapped,
                    None => committer.write(MakeKey { case, fresh: fresh_key(portal, case)? }).await?,
                };
                Ok(portal.master_key.unwrap(case.0, &wrapped)?)
            })
            .await
    }

    /// The bodies that the vault has. Whoever has a new one keeps this until it is durable: the others needn't
    /// seal it again, and large ones aren't in memory many times.
    pub async fn bodies(&self) -> MutexGuard<'_, HashSet<BodyName>> {
        self.bodies.lock().await
    }
}

fn fresh_key(portal: &Portal, case: CaseId) -> Result<WrappedKey, TaskError> {
    Ok(portal.master_key.new_case_key(case.0, &portal.world)?)
}

struct MakeKey {
    case: CaseId,
    fresh: WrappedKey,
}

#[async_trait]
impl Write for MakeKey {
    /// The key that counts, wrapped.
    type Answer = WrappedKey;

    fn row(&self) -> Uuid {
        self.case.0
    }

    async fn run(&self, tx: &mut dyn Tx, _: &mut Group) -> Result<WrappedKey> {
        tx.vault_key(self.case.0, &self.fresh).await
    }
}
