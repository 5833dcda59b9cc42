//! What this process has in hand: nothing twice, and not more bytes of mail than it may keep in memory.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// A copy is in memory as it is read, sealed and compared.
const TIMES_IN_MEMORY: u64 = 4;

#[derive(Clone)]
pub struct InHand {
    ids: Arc<Mutex<HashSet<Uuid>>>,
    memory: Arc<Semaphore>,
    kilobytes: u32,
}

/// One thing in hand; dropped, it may be taken again.
pub struct Hand {
    id: Uuid,
    ids: Arc<Mutex<HashSet<Uuid>>>,
}

impl InHand {
    /// `memory` in bytes.
    pub fn new(memory: u32) -> Self {
        let kilobytes = (memory >> 10).max(1);
        Self { ids: Arc::default(), memory: Arc::new(Semaphore::new(kilobytes as usize)), kilobytes }
    }

    /// None: it is in hand already.
    pub fn take(&self, id: Uuid) -> Option<Hand> {
        let fresh = self.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        fresh.then(|| Hand { id, ids: self.ids.clone() })
    }

    pub fn all(&self) -> Vec<Uuid> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// Waits for room for a message of so many bytes. One that is larger than all there is gets all of it.
    pub async fn room(&self, bytes: u64) -> Option<OwnedSemaphorePermit> {
        let wanted = u32::try_from((bytes * TIMES_IN_MEMORY) >> 10).unwrap_or(u32::MAX);
        self.memory.clone().acquire_many_owned(wanted.clamp(1, self.kilobytes)).await.ok()
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}
