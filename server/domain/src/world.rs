//! Time and randomness as ports, so that tests can choose both.

use crate::time::Timestamp;
use std::sync::Arc;
use uuid::{Builder, Uuid};

pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// A cryptographically secure source.
pub trait Random: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

#[derive(Clone)]
pub struct World {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
}

impl World {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh UUID version 7: sorts by creation.
    pub fn id<T: From<Uuid>>(&self) -> T {
        let random: [u8; 10] = self.bytes();
        let millis = u64::try_from(self.now().0).unwrap_or(0);
        T::from(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }
}
