//! Mailboxes the server lately said it doesn't have.
//!
//! Dovecot makes every later login from our address wait, up to 15 s, after two for unknown mailboxes; so the same
//! one isn't asked for again and again: after [`FIRST`], then after twice as long each time, at most [`LONGEST`]. The
//! price: a mailbox made meanwhile is seen that much later.

use domain::mail::EmailAddress;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

const FIRST: Duration = Duration::from_mins(5);
const LONGEST: Duration = Duration::from_hours(2);
const MOST: usize = 10_000;

#[derive(Default)]
pub struct Absent(Mutex<HashMap<EmailAddress, Wait>>);

#[derive(Clone, Copy)]
struct Wait {
    until: Instant,
    span: Duration,
}

impl Absent {
    pub fn note(&self, mailbox: &EmailAddress, now: Instant) {
        let mut known = self.known();
        let span = known.get(mailbox).map_or(FIRST, |wait| (wait.span * 2).min(LONGEST));
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(mailbox.clone(), Wait { until: now + span, span });
    }

    /// It is there after all.
    pub fn forget(&self, mailbox: &EmailAddress) {
        self.known().remove(mailbox);
    }

    pub fn has(&self, mailbox: &EmailAddress, now: Instant) -> bool {
        self.known().get(mailbox).is_some_and(|wait| now < wait.until)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<EmailAddress, Wait>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_mailbox_is_asked_for_less_and_less_often() {
        let (absent, mei, start) = (Absent::default(), "mei@x.test".parse().unwrap(), Instant::now());
        assert!(!absent.has(&mei, start));
        absent.note(&mei, start);
        assert!(absent.has(&mei, start) && !absent.has(&mei, start + FIRST));
        absent.note(&mei, start + FIRST);
        assert!(absent.has(&mei, start + FIRST * 2) && !absent.has(&mei, start + FIRST * 3));
        for _ in 0..20 {
            absent.note(&mei, start);
        }
        assert!(!absent.has(&mei, start + LONGEST));
        absent.forget(&mei);
        absent.note(&mei, start);
        assert!(!absent.has(&mei, start + FIRST), "from the beginning");
    }
}
