//! Sealing what the vault keeps: XChaCha20-Poly1305, one data key per case, wrapped by the organisation's key.
//!
//! Destroying the wrapped data key is erasure. A seal is bound to what it is for (associated data), so that a
//! sealed thing moved to another row doesn't open. What happens to the keys over the years stands in the modules
//! below: [`rotation`] of the organisation's key, [`retention`] of a case's.

mod master;
pub mod retention;
pub mod rotation;
pub mod status;

pub use master::{KeyId, KeyRing, KeySource, MasterKey, WrappedKey};

use crate::world::World;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop};

const NONCE: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("sealed content doesn't open: it was changed, or the key is another one")]
pub struct SealError;

/// One case's key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct CaseKey([u8; 32]);

impl CaseKey {
    /// `what` says what this is, e.g. the id of the row it goes into.
    pub fn seal(&self, what: &[u8], plain: &[u8], world: &World) -> Result<Vec<u8>, SealError> {
        seal(&self.0, what, plain, world)
    }

    pub fn open(&self, what: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        open(&self.0, what, sealed)
    }

    /// A name for a body that tells nothing about it to those without the key.
    pub fn name_of(&self, body: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"recant body name 1\n");
        hash.update(self.0);
        hash.update(body);
        hash.finalize().into()
    }
}

fn purpose(owner: Uuid, what: &[u8]) -> Vec<u8> {
    [owner.as_bytes(), what].concat()
}

/// Nonce (24 bytes, random) then ciphertext and tag.
fn seal(key: &[u8; 32], what: &[u8], plain: &[u8], world: &World) -> Result<Vec<u8>, SealError> {
    let nonce: [u8; NONCE] = world.bytes();
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed =
        cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: what }).map_err(|_| SealError)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn open(key: &[u8; 32], what: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or(SealError)?;
    let nonce = <[u8; NONCE]>::try_from(nonce).map_err(|_| SealError)?;
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: what }).map_err(|_| SealError)
}
