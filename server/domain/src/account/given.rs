//! Passwords that an operator gives. People themselves come and go with the organisation's import; a password is
//! all that makes an account of them.

use super::{entry, hash};
use crate::{
    audit::Actor,
    mail::EmailAddress,
    org::Person,
    password::PasswordError,
    store::{Store, StoreError},
    world::World,
};
use thiserror::Error;

/// Which accounts a password may be given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accounts {
    /// People who can't sign in yet: nobody's password is changed by mistake.
    New,
    Any,
}

#[derive(Debug, Error)]
pub enum GiveError {
    #[error("nobody in the directory has the address {0}")]
    Unknown(EmailAddress),
    #[error("{0} belongs to somebody who left")]
    Left(EmailAddress),
    #[error("{0} can sign in already")]
    SignsIn(EmailAddress),
    #[error(transparent)]
    Bad(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whom a password would be given to, by any of their addresses; asked before anybody makes one up.
pub async fn to_be_given(
    store: &dyn Store,
    address: &EmailAddress,
    accounts: Accounts,
) -> Result<Person, GiveError> {
    let mut tx = store.read().await?;
    let directory = tx.directory().await?;
    let person =
        directory.person_by_address(address).ok_or_else(|| GiveError::Unknown(address.clone()))?.clone();
    if !person.active {
        return Err(GiveError::Left(address.clone()));
    }
    if accounts == Accounts::New && tx.password_hash(person.id).await?.is_some() {
        return Err(GiveError::SignsIn(person.address));
    }
    Ok(person)
}

/// Whoever is signed in with the old password is signed out. The trail names the system: an operator on the
/// machine is nobody of the directory.
pub async fn give_password(
    store: &dyn Store,
    world: &World,
    person: &Person,
    fresh: &str,
) -> Result<(), GiveError> {
    let hash = hash(fresh.to_owned(), world.bytes()).await?;
    let mut tx = store.write().await?;
    tx.set_password_hash(person.id, &hash).await?;
    tx.delete_sessions_of(person.id, None).await?;
    tx.record(&entry(world.now(), Actor::System, "account.password_set", Some(person.id))).await?;
    tx.commit().await?;
    Ok(())
}
