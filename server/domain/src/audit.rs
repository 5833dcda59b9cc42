//! The trail: one entry for each act and effect, each bound to the one before by its hash.

use crate::{
    ids::{CaseId, PersonId, TargetId},
    time::Timestamp,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

/// Before the first entry.
pub const GENESIS: Hash = [0; 32];

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    Person(PersonId),
    /// The engine or the command line.
    System,
}

/// What is to be recorded. `detail` holds no mail content and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    pub at: Timestamp,
    pub actor: Actor,
    /// `area.verb`, e.g. `case.requested`, `copy.held`.
    pub action: &'static str,
    pub case: Option<CaseId>,
    pub target: Option<TargetId>,
    pub detail: Value,
}

/// A recorded entry. `detail` is kept as the text that was hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// From 1, without gaps.
    pub seq: i64,
    pub at: Timestamp,
    pub actor: Option<PersonId>,
    pub action: String,
    pub case: Option<CaseId>,
    pub target: Option<TargetId>,
    pub detail: String,
    pub previous: Hash,
    pub hash: Hash,
}

impl Entry {
    /// The entry after (`seq` − 1, `previous`).
    pub fn chain(seq: i64, previous: Hash, new: &NewEntry) -> Self {
        let actor = match new.actor {
            Actor::Person(person) => Some(person),
            Actor::System => None,
        };
        let mut entry = Self {
            seq,
            at: new.at,
            actor,
            action: new.action.to_owned(),
            case: new.case,
            target: new.target,
            detail: new.detail.to_string(),
            previous,
            hash: GENESIS,
        };
        entry.hash = entry.expected_hash();
        entry
    }

    /// SHA-256 over every field, each with its length before it.
    pub fn expected_hash(&self) -> Hash {
        let mut hash = Sha256::new();
        let mut field = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        field(b"recant audit 1");
        field(&self.previous);
        field(&self.seq.to_be_bytes());
        field(&self.at.0.to_be_bytes());
        field(self.actor.map_or(String::new(), |person| person.to_string()).as_bytes());
        field(self.action.as_bytes());
        field(self.case.map_or(String::new(), |case| case.to_string()).as_bytes());
        field(self.target.map_or(String::new(), |target| target.to_string()).as_bytes());
        field(self.detail.as_bytes());
        hash.finalize().into()
    }
}

/// Walks the trail in order and names the first entry that doesn't follow.
#[derive(Debug, Default)]
pub struct Verifier {
    last: Option<(i64, Hash)>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("entry {0} is missing")]
    Missing(i64),
    #[error("entry {0} was changed: its hash doesn't fit its content")]
    Changed(i64),
    #[error("entry {0} doesn't follow the one before it")]
    Unlinked(i64),
}

impl Verifier {
    pub fn check(&mut self, entry: &Entry) -> Result<(), Broken> {
        let (last_seq, last_hash) = self.last.unwrap_or((0, GENESIS));
        if entry.seq != last_seq + 1 {
            return Err(Broken::Missing(last_seq + 1));
        }
        if entry.expected_hash() != entry.hash {
            return Err(Broken::Changed(entry.seq));
        }
        if entry.previous != last_hash {
            return Err(Broken::Unlinked(entry.seq));
        }
        self.last = Some((entry.seq, entry.hash));
        Ok(())
    }

    /// Number and hash of the last good entry: what an outsider notes down to compare with later.
    pub fn head(&self) -> (i64, Hash) {
        self.last.unwrap_or((0, GENESIS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn trail() -> Vec<Entry> {
        let mut last = (0, GENESIS);
        (1..=4)
            .map(|n| {
                let new = NewEntry {
                    at: Timestamp(n),
                    actor: Actor::System,
                    action: "case.requested",
                    case: None,
                    target: None,
                    detail: json!({ "n": n }),
                };
                let entry = Entry::chain(last.0 + 1, last.1, &new);
                last = (entry.seq, entry.hash);
                entry
            })
            .collect()
    }

    fn verify(entries: &[Entry]) -> Result<(), Broken> {
        let mut verifier = Verifier::default();
        entries.iter().try_for_each(|entry| verifier.check(entry))
    }

    #[test]
    fn changes_gaps_and_swaps_are_found() {
        assert_eq!(verify(&trail()), Ok(()));
        let mut changed = trail();
        changed[1].detail = "{\"n\":7}".into();
        assert_eq!(verify(&changed), Err(Broken::Changed(2)));
        let mut rehashed = changed.clone();
        rehashed[1].hash = rehashed[1].expected_hash();
        assert_eq!(verify(&rehashed), Err(Broken::Unlinked(3)));
        let mut cut = trail();
        cut.remove(2);
        assert_eq!(verify(&cut), Err(Broken::Missing(3)));
    }
}
