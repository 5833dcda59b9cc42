//! What ended long ago is erased: the case's key is destroyed, and with it everything that was sealed with it.

use crate::{
    audit::Actor, case::flow::entry, ids::CaseId, portal::Portal, store::StoreError, time::Timestamp,
};
use serde_json::json;

/// Cases looked up at once; each is erased in a transaction of its own.
const BATCH: u32 = 50;

/// Erases a batch of what is due; how many cases. Nothing while the engine is stopped: whoever pulls the switch
/// wants everything to stay as it is.
///
/// A case that keeps somebody's mail which could not be put back is never due, however long ago it ended; nor is one
/// that keeps mail out of a mailbox on legal hold.
pub async fn erase_due(portal: &Portal) -> Result<u64, StoreError> {
    let before = portal.world.now().minus(portal.settings.retention);
    let mut tx = portal.store.read().await?;
    if !tx.engine_switch().await?.running {
        return Ok(0);
    }
    let due = tx.erasable(before, None, BATCH).await?;
    drop(tx);
    let mut erased = 0;
    for case in due {
        erased += u64::from(erase(portal, case.id, before).await?);
    }
    Ok(erased)
}

/// False: somebody else did, or the case lives again.
async fn erase(portal: &Portal, id: CaseId, before: Timestamp) -> Result<bool, StoreError> {
    let mut tx = portal.store.write().await?;
    let Some(case) = tx.case(id).await? else { return Ok(false) };
    // Nobody can restore it from here on until we are done; who was faster has changed the version.
    let case = match tx.update_case(&case).await {
        Err(StoreError::Conflict(_)) => return Ok(false),
        case => case?,
    };
    if tx.erasable(before, Some(id), 1).await?.is_empty() {
        return Ok(false);
    }
    tx.empty_vault(id).await?;
    tx.destroy_key(id).await?;
    let detail = json!({ "days": portal.settings.retention.as_secs() / 86_400 });
    tx.record(&entry(&case, Actor::System, portal.world.now(), "vault.erased", detail)).await?;
    tx.commit().await?;
    Ok(true)
}
