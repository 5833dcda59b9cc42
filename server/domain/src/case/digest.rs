//! What an approval is bound to: the exact message, act and list of targets (I1).

use super::{CaseMessage, Request, Restoration};
use crate::{mail::EmailAddress, org::Recipient};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TargetsDigest(pub [u8; 32]);

impl TargetsDigest {
    /// Order of recipients doesn't matter; anything else does.
    pub fn of(message: &CaseMessage, request: &Request, recipients: &[Recipient]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"recant targets 1\n");
        let mut field = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        field(message.message_id.as_ref().map_or("", |id| id.as_str()).as_bytes());
        field(&message.fingerprint.0);
        field(request.intent.code().as_bytes());
        field(&[u8::from(request.include_read), u8::from(request.has_correction)]);
        let mut addresses: Vec<&EmailAddress> =
            recipients.iter().map(|recipient| &recipient.address).collect();
        addresses.sort();
        for address in addresses {
            field(address.as_str().as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// What an approval of putting everything back is bound to: one of the recall never counts for it, nor one of what
    /// was asked for at another time, with other reasons.
    #[must_use]
    pub fn restoring(&self, asked: &Restoration) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"recant restore 2\n");
        hash.update(self.0);
        hash.update(asked.at.0.to_be_bytes());
        hash.update(asked.note.as_bytes());
        Self(hash.finalize().into())
    }

    pub fn hex(&self) -> String {
        crate::hex::encode(&self.0)
    }

    pub fn from_hex(text: &str) -> Option<Self> {
        crate::hex::decode(text).map(Self)
    }
}

impl fmt::Debug for TargetsDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}
