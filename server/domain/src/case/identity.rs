//! Whom and what a case is about, sealed for its first entry in the trail: readable as long as the case's key is.

use super::{Case, Target};
use crate::{
    ids::TargetId,
    mail::{EmailAddress, NamedAddress},
    portal::Portal,
    store::{Result, Tx},
    vault::{CaseKey, SealError},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const WHAT: &[u8] = b"case.requested";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub subject: String,
    pub from: NamedAddress,
    pub targets: BTreeMap<TargetId, EmailAddress>,
}

impl Identity {
    pub fn of(case: &Case, targets: &[Target]) -> Self {
        Self {
            subject: case.message.subject.clone(),
            from: case.message.from.clone(),
            targets: targets.iter().map(|target| (target.id, target.address().clone())).collect(),
        }
    }

    pub fn seal(&self, key: &CaseKey, portal: &Portal) -> Result<Vec<u8>, SealError> {
        let plain = serde_json::to_vec(self).map_err(|_| SealError)?;
        key.seal(WHAT, &plain, &portal.world)
    }

    pub fn open(key: &CaseKey, sealed: &[u8]) -> Result<Self, SealError> {
        serde_json::from_slice(&key.open(WHAT, sealed)?).map_err(|_| SealError)
    }
}

/// The case's key, made now if there is none.
pub(super) async fn key_of(
    tx: &mut dyn Tx,
    portal: &Portal,
    case: uuid::Uuid,
) -> Result<CaseKey, super::request::RequestError> {
    let wrapped = tx.vault_key(case, &portal.master_key.new_case_key(case, &portal.world)?).await?;
    Ok(portal.master_key.unwrap(case, &wrapped)?)
}
