//! Signing in, passwords, language: what people do with their own account; and the password that makes it
//! one.

mod given;

pub use given::{Accounts, GiveError, give_password, to_be_given};

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
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use thiserror::Error;

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
    let now = portal.world.now();
    let account = address.trim().to_lowercase();
    portal.throttle.check(&account, client, now).map_err(SignInError::Throttled)?;
    let directory = portal.directory().await?;
    let person = account
        .parse::<EmailAddress>()
        .ok()
        .and_then(|address| directory.person_by_address(&address))
        .filter(|person| person.active)
        .cloned();
    let stored = match &person {
        Some(person) => portal.store.read().await?.password_hash(person.id).await?,
        None => None,
    };
    let right = verify(password.to_owned(), stored).await;
    let Some(person) = person.filter(|_| right) else {
        portal.throttle.failed(&account, client, now);
        record(portal, Actor::System, "account.sign_in_failed", None).await?;
        return Err(SignInError::Wrong);
    };
    portal.throttle.succeeded(&account, client);
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
    portal.throttle.check(person.address.as_str(), client, now).map_err(ChangePasswordError::Throttled)?;
    let stored = portal.store.read().await?.password_hash(person.id).await?;
    if !verify(present.to_owned(), stored).await {
        portal.throttle.failed(person.address.as_str(), client, now);
        return Err(ChangePasswordError::Wrong);
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

/// argon2 takes tens of milliseconds and 19 MB: off the async threads.
async fn verify(password: String, stored: Option<String>) -> bool {
    tokio::task::spawn_blocking(move || password::verify(&password, stored.as_deref())).await.unwrap_or(false)
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

/// Slows guessing down: by account and client together, by client, and (much later) by account, so that
/// nobody can be locked out from elsewhere by a few wrong tries.
#[derive(Debug, Default)]
pub struct Throttle {
    failures: Mutex<HashMap<String, Failures>>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Timestamp,
}

const WINDOW: Duration = Duration::from_mins(15);
/// Beyond so many keys the oldest go first; bounds the memory an attacker can take.
const MAX_KEYS: usize = 100_000;

impl Throttle {
    fn keys(account: &str, client: IpAddr) -> [(String, u32); 3] {
        let account: String = account.chars().take(320).collect();
        [
            (format!("both {account} {client}"), 5),
            (format!("client {client}"), 50),
            (format!("account {account}"), 100),
        ]
    }

    /// Err: how long to wait.
    fn check(&self, account: &str, client: IpAddr, now: Timestamp) -> Result<(), Duration> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, limit) in Self::keys(account, client) {
            if let Some(known) = failures.get(&key)
                && known.count >= limit
                && now.since(known.last) < WINDOW
            {
                return Err(WINDOW.saturating_sub(now.since(known.last)));
            }
        }
        Ok(())
    }

    fn failed(&self, account: &str, client: IpAddr, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MAX_KEYS {
            failures.retain(|_, known| now.since(known.last) < WINDOW);
        }
        if failures.len() >= MAX_KEYS {
            failures.clear();
        }
        for (key, _) in Self::keys(account, client) {
            let known = failures.entry(key).or_insert(Failures { count: 0, last: now });
            if now.since(known.last) >= WINDOW {
                known.count = 0;
            }
            known.count += 1;
            known.last = now;
        }
    }

    fn succeeded(&self, account: &str, client: IpAddr) {
        let [(both, _), ..] = Self::keys(account, client);
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    #[test]
    fn five_wrong_tries_from_one_place_wait_a_quarter_of_an_hour() {
        let throttle = Throttle::default();
        for n in 0..5 {
            assert_eq!(throttle.check("a@x", HERE, Timestamp(n)), Ok(()));
            throttle.failed("a@x", HERE, Timestamp(n));
        }
        assert!(throttle.check("a@x", HERE, Timestamp(5)).is_err());
        assert_eq!(
            throttle.check("a@x", THERE, Timestamp(5)),
            Ok(()),
            "the owner elsewhere isn't locked out"
        );
        assert_eq!(throttle.check("b@x", HERE, Timestamp(5)), Ok(()));
        assert_eq!(throttle.check("a@x", HERE, Timestamp(4).plus(WINDOW)), Ok(()));
    }

    #[test]
    fn one_client_can_not_try_many_accounts() {
        let throttle = Throttle::default();
        for n in 0..50 {
            throttle.failed(&format!("{n}@x"), HERE, Timestamp(0));
        }
        assert!(throttle.check("fresh@x", HERE, Timestamp(1)).is_err());
    }

    #[test]
    fn a_success_forgets_the_slips_before_it() {
        let throttle = Throttle::default();
        for _ in 0..4 {
            throttle.failed("a@x", HERE, Timestamp(0));
        }
        throttle.succeeded("a@x", HERE);
        throttle.failed("a@x", HERE, Timestamp(1));
        assert_eq!(throttle.check("a@x", HERE, Timestamp(2)), Ok(()));
    }
}
