//! The import as a whole: what a plan changes becomes what is stored, or nothing does.

use super::{OrgChange, OrgPlan};
use crate::{
    audit::{Actor, NewEntry},
    store::{Store, StoreError},
    world::World,
};
use serde_json::json;

/// Directory, change and entry in the trail in one transaction.
pub async fn take_over(store: &dyn Store, world: &World, plan: &OrgPlan) -> Result<OrgChange, StoreError> {
    let mut tx = store.write().await?;
    let before = tx.directory().await?;
    let change = plan.apply(&before, world);
    tx.replace_organisation(&change.people, &change.departments, &change.groups).await?;
    for person in &change.people {
        let had_left = before.person(person.id).is_some_and(|before| !before.active);
        if had_left && person.active {
            // Whoever knew the password then need not be who is meant now.
            tx.forget_password(person.id).await?;
            tx.delete_sessions_of(person.id, None).await?;
        }
    }
    let detail =
        json!({ "added": change.added, "changed": change.changed, "deactivated": change.deactivated });
    let entry = NewEntry {
        at: world.now(),
        actor: Actor::System,
        action: "org.imported",
        case: None,
        target: None,
        detail,
        sealed: None,
    };
    tx.record(&entry).await?;
    tx.commit().await?;
    Ok(change)
}
