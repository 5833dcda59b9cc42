//! Signing in, passwords, language: what people do with their own account; and the password that makes it
//! one.

mod given;
mod throttle;

pub use given::{Accounts, GiveError, give_password, to_be_given};
pub use throttle::Throttle;

use crate::{
    audit::{Actor, NewEntry},
    ids::PersonId,
    mail::EmailAddress,
    org::Person,
    password::{self, PasswordError},
    portal::Portal,
    store::StoreError,
    time::Timestamp,
};
use serde_json::json;
use shared::Language;
use std::{net::IpAddr, time::Duration};
use thiserror::Error;

/// When too many sign in at the same moment.
const BUSY: Duration = Duration::from_secs(5);

#[derive(Debug, Error)]
pub enum SignInError {
    #[error("address or password is wrong")]
    Wrong,
    #[error("too many attempts; try again in {} s", .0.as_secs())]
    Throttled(Duration),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug, Error)]
pub enum ChangePasswordError {
    #[error("the present password is wrong")]
    Wrong,
    #[error("too many attempts; try again in {} s", .0.as_secs())]
    Throttled(Duration),
    #[error(transparent)]
    Bad(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The person, when address and password belong together. Unknown accounts, accounts without password and
/// people who left get the same answer after the same work.
pub async fn sign_in(
    portal: &Portal,
    address: &str,
    password: &str,
    client: IpAddr,
) -> Result<Person, SignInError> {
    let account = address.trim().to_lowercase();
    let directory = portal.directory().await?;
    let person = account
        .parse::<EmailAddress>()
        .ok()
        .and_then(|address| directory.person_by_address(&address))
        .filter(|person| person.active)
        .cloned();
    // All addresses of a person lead to one account.
    let account = person.as_ref().map_or(account, |person| person.address.to_string());
    let attempt =
        portal.throttle.begin(&account, client, portal.world.now()).map_err(SignInError::Throttled)?;
    let stored = match &person {
        Some(person) => portal.store.read().await?.password_hash(person.id).await?,
        None => None,
    };
    let Some(right) = verify(portal, password.to_owned(), stored).await else {
        return Err(SignInError::Throttled(BUSY));
    };
    let Some(person) = person.filter(|_| right) else {
        record(portal, Actor::System, "account.sign_in_failed", None).await?;
        return Err(SignInError::Wrong);
    };
    portal.throttle.succeeded(&attempt);
    record(portal, Actor::Person(person.id), "account.signed_in", Some(person.id)).await?;
    Ok(person)
}

/// Ends every other session of the person.
pub async fn change_password(
    portal: &Portal,
    person: &Person,
    present: &str,
    fresh: &str,
    client: IpAddr,
    keep_session: &[u8; 32],
) -> Result<(), ChangePasswordError> {
    let now = portal.world.now();
    let attempt = portal.throttle.begin(person.address.as_str(), client, now);
    let attempt = attempt.map_err(ChangePasswordError::Throttled)?;
    let stored = portal.store.read().await?.password_hash(person.id).await?;
    match verify(portal, present.to_owned(), stored).await {
        Some(true) => portal.throttle.succeeded(&attempt),
        Some(false) => return Err(ChangePasswordError::Wrong),
        None => return Err(ChangePasswordError::Throttled(BUSY)),
    }
    let hash = hash(fresh.to_owned(), portal.world.bytes()).await?;
    let mut tx = portal.store.write().await?;
    tx.set_password_hash(person.id, &hash).await?;
    tx.delete_sessions_of(person.id, Some(keep_session)).await?;
    tx.record(&entry(now, Actor::Person(person.id), "account.password_changed", Some(person.id))).await?;
    tx.commit().await?;
    Ok(())
}

pub async fn set_language(portal: &Portal, person: PersonId, language: Language) -> Result<(), StoreError> {
    let mut tx = portal.store.write().await?;
    tx.set_language(person, language).await?;
    tx.commit().await
}

/// argon2 takes tens of milliseconds and 19 MB: off the async threads, and a few at a time. None: too many wait.
async fn verify(portal: &Portal, password: String, stored: Option<String>) -> Option<bool> {
    let place = portal.throttle.place().await?;
    let verified = tokio::task::spawn_blocking(move || {
        let right = password::verify(&password, stored.as_deref());
        drop(place);
        right
    });
    Some(verified.await.unwrap_or(false))
}

async fn hash(password: String, salt: [u8; 16]) -> Result<String, PasswordError> {
    tokio::task::spawn_blocking(move || password::hash(&password, salt))
        .await
        .unwrap_or(Err(PasswordError::Hash))
}

async fn record(
    portal: &Portal,
    actor: Actor,
    action: &'static str,
    person: Option<PersonId>,
) -> Result<(), StoreError> {
    let mut tx = portal.store.write().await?;
    tx.record(&entry(portal.world.now(), actor, action, person)).await?;
    tx.commit().await
}

fn entry(at: Timestamp, actor: Actor, action: &'static str, person: Option<PersonId>) -> NewEntry {
    NewEntry {
        at,
        actor,
        action,
        case: None,
        target: None,
        detail: json!({ "person": person }),
        sealed: None,
    }
}
