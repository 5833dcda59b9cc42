//! What administrators change about people. They read no mail and approve nothing.

use crate::{
    audit::{Actor, NewEntry},
    ids::PersonId,
    org::Person,
    portal::Portal,
    store::StoreError,
};
use serde_json::json;
use shared::Role;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum RolesError {
    #[error("there is no such person")]
    NotFound,
    /// Whoever grants roles must not decide cases as well.
    #[error("nobody can be administrator and approver at once")]
    ApprovesAndAdministers,
    #[error("nobody would be left to administer the portal")]
    LastAdministrator,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets exactly these roles; what the person may do changes with their next click. False: they had them already.
pub async fn set_roles(
    portal: &Portal,
    administrator: &Person,
    person: PersonId,
    roles: &[Role],
) -> Result<bool, RolesError> {
    check(roles)?;
    let roles: Vec<Role> = Role::ALL.iter().copied().filter(|role| roles.contains(role)).collect();
    let mut tx = portal.store.write().await?;
    let before = tx.directory().await?.person(person).map(|person| person.roles.clone());
    let before = before.ok_or(RolesError::NotFound)?;
    if before.len() == roles.len() && roles.iter().all(|role| before.contains(role)) {
        return Ok(false);
    }
    tx.set_roles(person, &roles).await?;
    // Looked at after the write: two administrators who remove each other at once then wait for one another here.
    let directory = tx.directory().await?;
    if !directory.people().iter().any(|person| person.active && person.has(Role::Administrator)) {
        return Err(RolesError::LastAdministrator);
    }
    let entry = NewEntry {
        at: portal.world.now(),
        actor: Actor::Person(administrator.id),
        action: "person.roles_changed",
        case: None,
        target: None,
        detail: json!({ "person": person, "before": before, "roles": roles }),
        sealed: None,
    };
    tx.record(&entry).await?;
    tx.commit().await?;
    Ok(true)
}

fn check(roles: &[Role]) -> Result<(), RolesError> {
    if roles.contains(&Role::Administrator) && roles.contains(&Role::Approver) {
        return Err(RolesError::ApprovesAndAdministers);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn granting_and_deciding_are_kept_apart() {
        assert!(check(&[Role::Administrator, Role::Helpdesk]).is_ok());
        assert!(check(&[Role::Approver, Role::Helpdesk]).is_ok());
        assert!(matches!(
            check(&[Role::Administrator, Role::Approver]),
            Err(RolesError::ApprovesAndAdministers)
        ));
    }
}
