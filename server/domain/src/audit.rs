//! The trail: one entry for each act and effect, each bound to the one before by its hash and all of them by a tree.
//! How entries are encoded and checked is `verify`'s, so that an outsider can do it, too.

use crate::{
    ids::{CaseId, PersonId, TargetId},
    time::Timestamp,
};
use serde_json::Value;
use std::borrow::Cow;
pub use verify::{Hash, entry::GENESIS};
use verify::{entry, finding::Finding, trail::Trail, tree::Frontier};

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    Person(PersonId),
    /// The engine or the command line.
    System,
}

/// What is to be recorded. `detail` holds no mail content, no address and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    pub at: Timestamp,
    pub actor: Actor,
    /// `area.verb`, e.g. `case.requested`, `copy.held`.
    pub action: &'static str,
    pub case: Option<CaseId>,
    pub target: Option<TargetId>,
    pub detail: Value,
    /// Subjects and addresses, sealed with the case's key: erasing the key erases them, and the hashes stay true.
    pub sealed: Option<Vec<u8>>,
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
    pub sealed: Option<Vec<u8>>,
    pub previous: Hash,
    pub hash: Hash,
}

/// The end of the trail, where entries are added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Of the last entry; 0 before the first.
    pub seq: i64,
    pub hash: Hash,
    /// Over all entries.
    pub tree: Frontier,
}

/// A signed statement of how long the trail was, and of its root then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub size: u64,
    pub root: Hash,
    pub at: Timestamp,
    /// C2SP tlog-checkpoint.
    pub text: String,
}

/// Who is told of checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    Web,
    Mail,
}

impl Witness {
    pub fn code(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Mail => "mail",
        }
    }
}

impl Head {
    pub fn append(&mut self, new: &NewEntry) -> Entry {
        let entry = Entry::chain(self.seq + 1, self.hash, new);
        self.grow(&entry);
        entry
    }

    /// An entry that has its place already.
    pub fn grow(&mut self, entry: &Entry) {
        self.tree.push(entry.as_exported().fact().leaf);
        (self.seq, self.hash) = (entry.seq, entry.hash);
    }
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
            sealed: new.sealed.clone(),
            previous,
            hash: GENESIS,
        };
        entry.hash = entry.as_exported().expected_hash();
        entry
    }

    /// As an outsider gets it.
    pub fn as_exported(&self) -> entry::Entry<'_> {
        entry::Entry {
            seq: self.seq,
            at: self.at.0,
            actor: self.actor.map(|id| id.0),
            action: Cow::Borrowed(&self.action),
            case: self.case.map(|id| id.0),
            target: self.target.map(|id| id.0),
            detail: Cow::Borrowed(&self.detail),
            sealed: self.sealed.as_deref().map(Cow::Borrowed),
            previous: self.previous,
            hash: self.hash,
        }
    }
}

/// What is wrong with a trail that begins with the first entry.
pub fn findings(entries: &[Entry]) -> Vec<Finding> {
    let facts = entries.iter().map(|entry| entry.as_exported().fact()).collect();
    Trail { facts, ..Trail::default() }.examine(&[]).findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_appended_is_a_sound_trail() {
        let mut head = Head::default();
        let new = |n: i64| NewEntry {
            at: Timestamp(n),
            actor: Actor::System,
            action: "case.requested",
            case: None,
            target: None,
            detail: json!({ "n": n }),
            sealed: (n == 2).then(|| vec![1, 2, 3]),
        };
        let mut entries: Vec<Entry> = (1..=4).map(|n| head.append(&new(n))).collect();
        assert_eq!(findings(&entries), []);
        assert_eq!((head.seq, head.tree.size()), (4, 4));
        entries[1].sealed = None;
        assert_eq!(findings(&entries).len(), 1);
    }

    /// Databases hold entries that were hashed before there was a tree.
    #[test]
    fn hashes_of_old_entries_stay_what_they_were() {
        let new = NewEntry {
            at: Timestamp(1),
            actor: Actor::System,
            action: "case.requested",
            case: None,
            target: None,
            detail: json!({ "n": 1 }),
            sealed: None,
        };
        let entry = Entry::chain(1, GENESIS, &new);
        assert_eq!(crate::hex::encode(&entry.hash), OLD);
    }

    const OLD: &str = "fc9b1dff235bb5fd4b51306ceda03b7f8de37deaa25aba06bb69c18a60000af4";
}
