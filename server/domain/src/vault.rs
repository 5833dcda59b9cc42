//! Sealing what the vault keeps: XChaCha20-Poly1305, one data key per case, wrapped by the organisation's key.
//!
//! Destroying the wrapped data key is erasure. A seal is bound to what it is for (associated data), so that a
//! sealed thing moved to another row doesn't open.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::world::World;

const NONCE: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("sealed content doesn't open: it was changed, or the key is another one")]
pub struct SealError;

/// The organisation's key, from a secret file.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

/// One case's key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct CaseKey([u8; 32]);

impl MasterKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A fresh case key, wrapped for storing.
    pub fn new_case_key(&self, owner: Uuid, world: &World) -> Result<Vec<u8>, SealError> {
        let mut fresh: [u8; 32] = world.bytes();
        let wrapped = seal(&self.0, &purpose(owner, b"key"), &fresh, world);
        fresh.zeroize();
        wrapped
    }

    pub fn unwrap(&self, owner: Uuid, wrapped: &[u8]) -> Result<CaseKey, SealError> {
        let mut bytes = open(&self.0, &purpose(owner, b"key"), wrapped)?;
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| SealError);
        bytes.zeroize();
        key.map(CaseKey)
    }
}

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
