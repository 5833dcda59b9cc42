//! Folders in which a message was looked for and isn't: as long as nothing came into them, they needn't be searched
//! again, neither in this session nor in the next (first it is held, then approved and looked for once more).
//!
//! Only this is remembered, never where a copy stands: what is to be touched was found in the same session. A message
//! gets into a folder only with a new UID (RFC 3501 §2.3.1.1), so UIDVALIDITY and UIDNEXT tell.

use super::session::Opened;
use domain::mail::{EmailAddress, MessageId};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Looks into mailboxes that are remembered; some hundred bytes each.
const MOST: usize = 20_000;

/// When both stay, nothing came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub validity: u32,
    /// 0: the server doesn't tell.
    pub next: u32,
}

impl State {
    pub fn of(opened: &Opened) -> Self {
        Self { validity: opened.validity, next: opened.next }
    }
}

#[derive(Default)]
pub struct Barren(Mutex<HashMap<Sought, Folders>>);

type Sought = (EmailAddress, MessageId);
/// By the name on the wire.
type Folders = HashMap<Vec<u8>, State>;

impl Barren {
    /// It isn't in that folder in this state.
    pub fn note(&self, mailbox: &EmailAddress, id: &MessageId, folder: &[u8], state: State) {
        if state.next == 0 {
            return;
        }
        let (mut known, sought) = (self.known(), (mailbox.clone(), id.clone()));
        if known.len() >= MOST && !known.contains_key(&sought) {
            known.clear();
        }
        known.entry(sought).or_default().insert(folder.to_vec(), state);
    }

    pub fn is(&self, mailbox: &EmailAddress, id: &MessageId, folder: &[u8], state: State) -> bool {
        let known = self.known();
        known.get(&(mailbox.clone(), id.clone())).and_then(|folders| folders.get(folder)) == Some(&state)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Sought, Folders>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_until_something_comes() {
        let (mei, lin): (EmailAddress, EmailAddress) =
            ("mei@x.test".parse().unwrap(), "lin@x.test".parse().unwrap());
        let (id, other): (MessageId, MessageId) = ("m@x.test".parse().unwrap(), "o@x.test".parse().unwrap());
        let (barren, state) = (Barren::default(), State { validity: 7, next: 5 });
        assert!(!barren.is(&mei, &id, b"Work", state));
        barren.note(&mei, &id, b"Work", state);
        assert!(barren.is(&mei, &id, b"Work", state));
        assert!(!barren.is(&mei, &id, b"Work", State { next: 6, ..state }), "something came");
        assert!(!barren.is(&mei, &id, b"Work", State { validity: 8, ..state }), "another folder by now");
        assert!(!barren.is(&mei, &id, b"Home", state) && !barren.is(&lin, &id, b"Work", state));
        assert!(!barren.is(&mei, &other, b"Work", state), "another message");
        let untold = State { next: 0, ..state };
        barren.note(&mei, &id, b"Work", untold);
        assert!(!barren.is(&mei, &id, b"Work", untold), "a server that doesn't tell is searched each time");
    }
}
