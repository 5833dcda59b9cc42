//! The organisation's key: the one that wraps case keys today, and earlier ones that still open what they wrapped.
//!
//! A wrapped case key carries the id of the key that wrapped it. Somebody may rotate the key while we run, here or
//! beside us; so the source is asked again before a case key is wrapped and when an unknown id is met.

use super::{CaseKey, SealError, open, purpose, seal};
use crate::{hex, world::World};
use sha2::{Digest, Sha256};
use std::{
    fmt,
    str::FromStr,
    sync::{Arc, PoisonError, RwLock},
};
use thiserror::Error;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Names a master key and tells nothing else about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; 8]);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a key's id is 16 hexadecimal digits")]
pub struct NoKeyId;

/// A case's key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// None: wrapped before ids were kept.
    pub by: Option<KeyId>,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Zeroize, ZeroizeOnDrop)]
struct Secret([u8; 32]);

/// Master keys, the one that wraps first. Never empty.
#[derive(Clone)]
pub struct KeyRing(Vec<Secret>);

/// Where the ring comes from, to be asked again.
pub trait KeySource: Send + Sync {
    /// None: it can't be read now; what was read before stays good.
    fn read(&self) -> Option<KeyRing>;
}

/// The ring as it is used. Clones share it.
#[derive(Clone)]
pub struct MasterKey {
    ring: Arc<RwLock<KeyRing>>,
    source: Option<Arc<dyn KeySource>>,
}

impl KeyRing {
    /// None: there are none.
    pub fn new(keys: impl IntoIterator<Item = [u8; 32]>) -> Option<Self> {
        let keys: Vec<Secret> = keys.into_iter().map(Secret).collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// A fresh key before all others.
    #[must_use]
    pub fn rotated(mut self, world: &World) -> Self {
        self.0.insert(0, Secret(world.bytes()));
        self
    }

    /// The first stays, whatever is asked.
    #[must_use]
    pub fn without(mut self, gone: &[KeyId]) -> Self {
        let first = self.first().id();
        self.0.retain(|key| key.id() == first || !gone.contains(&key.id()));
        self
    }

    pub fn ids(&self) -> Vec<KeyId> {
        self.0.iter().map(Secret::id).collect()
    }

    /// One key a line, in hexadecimal digits: what a key file holds.
    pub fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.0.len() * 65));
        for key in &self.0 {
            text.push_str(&Zeroizing::new(hex::encode(&key.0)));
            text.push('\n');
        }
        text
    }

    fn first(&self) -> &Secret {
        &self.0[0]
    }

    fn of_id(&self, id: KeyId) -> Option<&Secret> {
        self.0.iter().find(|key| key.id() == id)
    }
}

impl Secret {
    fn id(&self) -> KeyId {
        let mut hash = Sha256::new();
        hash.update(b"recant master key id 1\n");
        hash.update(self.0);
        let hash: [u8; 32] = hash.finalize().into();
        let mut id = [0; 8];
        id.copy_from_slice(&hash[..8]);
        KeyId(id)
    }

    fn wrap(&self, owner: Uuid, key: &CaseKey, world: &World) -> Result<WrappedKey, SealError> {
        let bytes = seal(&self.0, &purpose(owner, b"key"), &key.0, world)?;
        Ok(WrappedKey { by: Some(self.id()), bytes })
    }

    fn unwrap(&self, owner: Uuid, wrapped: &[u8]) -> Result<CaseKey, SealError> {
        let bytes = Zeroizing::new(open(&self.0, &purpose(owner, b"key"), wrapped)?);
        <[u8; 32]>::try_from(bytes.as_slice()).map(CaseKey).map_err(|_| SealError)
    }
}

impl MasterKey {
    /// One key, for ever.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self { ring: Arc::new(RwLock::new(KeyRing(vec![Secret(bytes)]))), source: None }
    }

    /// `ring`: what the source said first.
    pub fn from_source(ring: KeyRing, source: Arc<dyn KeySource>) -> Self {
        Self { ring: Arc::new(RwLock::new(ring)), source: Some(source) }
    }

    /// A fresh case key, wrapped for storing.
    pub fn new_case_key(&self, owner: Uuid, world: &World) -> Result<WrappedKey, SealError> {
        // Once a case: the cost of reading a small file is nothing here, and a retired key is never used again.
        self.refresh();
        self.ring().first().wrap(owner, &CaseKey(world.bytes()), world)
    }

    pub fn unwrap(&self, owner: Uuid, wrapped: &WrappedKey) -> Result<CaseKey, SealError> {
        let Some(id) = wrapped.by else {
            let ring = self.ring();
            let opened = ring.0.iter().find_map(|key| key.unwrap(owner, &wrapped.bytes).ok());
            return opened.ok_or(SealError);
        };
        if self.ring().of_id(id).is_none() {
            self.refresh();
        }
        self.ring().of_id(id).ok_or(SealError)?.unwrap(owner, &wrapped.bytes)
    }

    /// The same case key under the first master key.
    pub fn rewrap(&self, owner: Uuid, wrapped: &WrappedKey, world: &World) -> Result<WrappedKey, SealError> {
        let key = self.unwrap(owner, wrapped)?;
        self.ring().first().wrap(owner, &key, world)
    }

    /// The one that wraps first.
    pub fn ids(&self) -> Vec<KeyId> {
        self.ring().ids()
    }

    pub fn first_id(&self) -> KeyId {
        self.ring().first().id()
    }

    fn refresh(&self) {
        if let Some(ring) = self.source.as_ref().and_then(|source| source.read()) {
            *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        }
    }

    fn ring(&self) -> KeyRing {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl FromStr for KeyId {
    type Err = NoKeyId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        hex::decode(text).map(Self).ok_or(NoKeyId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        time::Timestamp,
        world::{Clock, Random},
    };
    use std::sync::{
        Mutex,
        atomic::{AtomicU8, Ordering},
    };

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp(0)
        }
    }

    struct Counting(AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    fn world() -> World {
        World { clock: Arc::new(Still), random: Arc::new(Counting(AtomicU8::new(1))) }
    }

    /// A key file that is changed under a running process.
    struct File(Mutex<KeyRing>);

    impl KeySource for File {
        fn read(&self) -> Option<KeyRing> {
            Some(self.0.lock().unwrap().clone())
        }
    }

    const OWNER: Uuid = Uuid::from_u128(7);

    #[test]
    fn a_rotated_ring_opens_what_the_old_one_wrapped() {
        let world = world();
        let old = MasterKey::new([200; 32]);
        let wrapped = old.new_case_key(OWNER, &world).unwrap();
        let sealed = old.unwrap(OWNER, &wrapped).unwrap().seal(b"x", b"secret", &world).unwrap();

        let ring = KeyRing::new([[200; 32]]).unwrap().rotated(&world);
        let both = MasterKey::from_source(ring.clone(), Arc::new(File(Mutex::new(ring.clone()))));
        let again = both.rewrap(OWNER, &wrapped, &world).unwrap();
        assert_eq!(again.by, Some(both.first_id()));
        assert_ne!(again.by, wrapped.by);
        let nameless = WrappedKey { by: None, ..wrapped.clone() };
        for key in [&wrapped, &again, &nameless] {
            assert_eq!(both.unwrap(OWNER, key).unwrap().open(b"x", &sealed).unwrap(), b"secret");
        }
        assert!(both.unwrap(Uuid::from_u128(8), &again).is_err(), "bound to its owner");
        assert!(old.unwrap(OWNER, &again).is_err());
        let pruned = ring.clone().without(&ring.ids());
        assert_eq!(pruned.ids(), [both.first_id()], "the first one stays");
    }

    #[test]
    fn a_running_process_learns_of_a_rotation() {
        let world = world();
        let ring = KeyRing::new([[200; 32]]).unwrap();
        let file = Arc::new(File(Mutex::new(ring.clone())));
        let (one, other) =
            (MasterKey::from_source(ring.clone(), file.clone()), MasterKey::from_source(ring, file.clone()));
        let rotated = file.0.lock().unwrap().clone().rotated(&world);
        *file.0.lock().unwrap() = rotated;
        let wrapped = one.new_case_key(OWNER, &world).unwrap();
        assert_ne!(wrapped.by, Some(other.first_id()), "the other one hasn't noticed yet");
        assert!(other.unwrap(OWNER, &wrapped).is_ok());
        assert_eq!(wrapped.by, Some(other.first_id()));
    }

    #[test]
    fn ids_are_read_back_and_give_nothing_away() {
        let id = MasterKey::new([7; 32]).first_id();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().len(), 16);
        assert!(!hex::encode(&[7; 32]).contains(&id.to_string()));
        assert_eq!("07".parse::<KeyId>(), Err(NoKeyId));
    }
}
