//! One entry, as it is hashed and as it stands in an export.

use crate::{
    Hash,
    text::{as_base64, as_hex},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use uuid::{Uuid, fmt::Hyphenated};

/// Before the first entry.
pub const GENESIS: Hash = [0; 32];

/// Unknown members are refused: they would stand there without being bound by the hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry<'a> {
    /// From 1, without gaps.
    pub seq: i64,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// The person who did it; none: the system.
    pub actor: Option<Uuid>,
    #[serde(borrow)]
    pub action: Cow<'a, str>,
    pub case: Option<Uuid>,
    pub target: Option<Uuid>,
    /// JSON, kept as the text that was hashed.
    #[serde(borrow)]
    pub detail: Cow<'a, str>,
    /// What can be read only as long as the case's key exists.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "as_base64")]
    pub sealed: Option<Cow<'a, [u8]>>,
    #[serde(with = "as_hex")]
    pub previous: Hash,
    #[serde(with = "as_hex")]
    pub hash: Hash,
}

/// What the check of a trail needs of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    pub seq: i64,
    pub previous: Hash,
    pub hash: Hash,
    /// Of the content as it is, whatever `hash` says.
    pub leaf: Hash,
    /// The content gives `hash`.
    pub fits: bool,
}

impl Entry<'_> {
    /// The canonical bytes: each field with its length before it (eight bytes, big-endian), in this order:
    /// `recant audit 1`, previous (32 bytes), seq and at (eight bytes each, big-endian), actor, action, case, target,
    /// detail, and, only if there is a sealed part, sealed. Ids are in lower case with hyphens; an absent one is empty.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        let mut field = |content: &[u8]| {
            bytes.extend((content.len() as u64).to_be_bytes());
            bytes.extend(content);
        };
        let mut letters = [[0; Hyphenated::LENGTH]; 3];
        let [actor, case, target] = &mut letters;
        field(b"recant audit 1");
        field(&self.previous);
        field(&self.seq.to_be_bytes());
        field(&self.at.to_be_bytes());
        field(written(self.actor, actor));
        field(self.action.as_bytes());
        field(written(self.case, case));
        field(written(self.target, target));
        field(self.detail.as_bytes());
        if let Some(sealed) = &self.sealed {
            field(sealed);
        }
    }

    /// What `hash` must be.
    pub fn expected_hash(&self) -> Hash {
        let mut bytes = Vec::new();
        self.encode(&mut bytes);
        Sha256::digest(&bytes).into()
    }

    pub fn fact(&self) -> Fact {
        self.fact_in(&mut Vec::new())
    }

    /// With a buffer that is used again for the next entry.
    pub(crate) fn fact_in(&self, buffer: &mut Vec<u8>) -> Fact {
        buffer.clear();
        // The leaf's mark (RFC 6962 §2.1); the hash of the chain is over what follows.
        buffer.push(0);
        self.encode(buffer);
        let hash: Hash = Sha256::digest(&buffer[1..]).into();
        let leaf = Sha256::digest(buffer).into();
        Fact { seq: self.seq, previous: self.previous, hash: self.hash, leaf, fits: hash == self.hash }
    }
}

fn written(id: Option<Uuid>, letters: &mut [u8; Hyphenated::LENGTH]) -> &[u8] {
    match id {
        Some(id) => id.hyphenated().encode_lower(letters).as_bytes(),
        None => b"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{text::hex, tree::leaf_hash};

    fn entry() -> Entry<'static> {
        Entry {
            seq: 3,
            at: 1_769_994_000_000,
            actor: Some(Uuid::from_u128(1)),
            action: "case.requested".into(),
            case: Some(Uuid::from_u128(2)),
            target: None,
            detail: "{\"why\":\"合同\"}".into(),
            sealed: None,
            previous: [7; 32],
            hash: GENESIS,
        }
    }

    /// Fixed for ever: entries that were written long ago must give the same hashes.
    #[test]
    fn the_encoding_never_changes() {
        let plain = entry();
        let sealed = Entry { sealed: Some(Cow::Borrowed(b"\0sealed")), ..entry() };
        insta::assert_snapshot!(
            [plain, sealed]
                .map(|entry| {
                    let mut bytes = Vec::new();
                    entry.encode(&mut bytes);
                    let fact = entry.fact();
                    assert_eq!(leaf_hash(&bytes), fact.leaf);
                    format!("{}\nhash {}\nleaf {}", hex(&bytes), hex(&entry.expected_hash()), hex(&fact.leaf))
                })
                .join("\n\n")
        );
    }

    /// A field that could be changed without changing the hash would be free to forge.
    #[test]
    fn every_field_is_bound() {
        let changes: [fn(&mut Entry); 9] = [
            |entry| entry.seq += 1,
            |entry| entry.at += 1,
            |entry| entry.actor = None,
            |entry| entry.action = "case.requestec".into(),
            |entry| entry.case = None,
            |entry| entry.target = Some(Uuid::nil()),
            |entry| entry.detail = "null".into(),
            |entry| entry.sealed = Some(Cow::Borrowed(b"")),
            |entry| entry.previous[31] ^= 1,
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut other = entry();
            change(&mut other);
            assert_ne!(other.expected_hash(), entry().expected_hash(), "{at}");
        }
    }

    #[test]
    fn json_comes_back_as_it_went() {
        for sealed in [None, Some(Cow::Borrowed(&b"\0\xff"[..]))] {
            let entry = Entry { sealed, ..entry() };
            let text = serde_json::to_string(&entry).unwrap();
            assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), entry);
        }
        let more = serde_json::to_string(&entry()).unwrap().replacen('{', "{\"note\":1,", 1);
        assert!(serde_json::from_str::<Entry>(&more).is_err());
    }
}
