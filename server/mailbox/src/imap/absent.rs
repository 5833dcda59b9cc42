//! Mailboxes the server lately said it doesn't have.
//!
//! Dovecot makes every later login from our address wait, up to 15 s, after two for unknown mailboxes; so the same
//! one isn't asked for again and again. The price: a mailbox made meanwhile is seen after [`FOR`] at the latest.

use domain::mail::EmailAddress;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

const FOR: Duration = Duration::from_mins(5);
const MOST: usize = 10_000;

#[derive(Default)]
pub struct Absent(Mutex<HashMap<EmailAddress, Instant>>);

impl Absent {
    pub fn note(&self, mailbox: &EmailAddress, now: Instant) {
        let mut known = self.known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(mailbox.clone(), now + FOR);
    }

    pub fn has(&self, mailbox: &EmailAddress, now: Instant) -> bool {
        let mut known = self.known();
        let until = known.get(mailbox).copied();
        if until.is_some_and(|until| until <= now) {
            known.remove(mailbox);
            return false;
        }
        until.is_some()
    }

    fn known(&self) -> MutexGuard<'_, HashMap<EmailAddress, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_mailbox_is_asked_for_again_after_a_while() {
        let (absent, mei, now) = (Absent::default(), "mei@x.test".parse().unwrap(), Instant::now());
        assert!(!absent.has(&mei, now));
        absent.note(&mei, now);
        assert!(absent.has(&mei, now));
        assert!(!absent.has(&mei, now + FOR));
    }
}
