//! What this process has in hand: nothing twice, and not more bytes of mail than it may keep in memory.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// A copy is in memory as it is read, sealed and compared; a letter's files as they are opened, encoded and written out.
const TIMES_IN_MEMORY: u64 = 4;

#[derive(Clone)]
pub struct InHand {
    ids: Arc<Mutex<HashSet<Uuid>>>,
    visits: Memory,
    /// Of its own: letters may wait for a relay, and no mailbox waits for letters.
    letters: Memory,
}

#[derive(Clone)]
struct Memory {
    free: Arc<Semaphore>,
    kilobytes: u32,
}

/// Dropped, the room is free again.
pub type Room = OwnedSemaphorePermit;

/// One thing in hand; dropped, it may be taken again.
pub struct Hand {
    id: Uuid,
    ids: Arc<Mutex<HashSet<Uuid>>>,
}

impl InHand {
    /// `memory` in bytes, for visits; letters have half as much beside it.
    pub fn new(memory: u32) -> Self {
        Self { ids: Arc::default(), visits: Memory::new(memory), letters: Memory::new(memory / 2) }
    }

    /// None: it is in hand already.
    pub fn take(&self, id: Uuid) -> Option<Hand> {
        let fresh = self.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        fresh.then(|| Hand { id, ids: self.ids.clone() })
    }

    pub fn all(&self) -> Vec<Uuid> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// Waits for room for a visit where messages of so many bytes are handled one at a time.
    pub async fn visit(&self, bytes: u64) -> Option<Room> {
        self.visits.room(bytes.max(1)).await
    }

    /// Waits for room for a letter with files of so many bytes. One without files is small and doesn't wait. None: no
    /// letter is to be begun any more.
    pub async fn letter(&self, bytes: u64) -> Option<Room> {
        self.letters.room(bytes).await
    }

    /// Those that wait for room are given up.
    pub fn no_more_letters(&self) {
        self.letters.free.close();
    }
}

impl Memory {
    fn new(bytes: u32) -> Self {
        let kilobytes = (bytes >> 10).max(1);
        Self { free: Arc::new(Semaphore::new(kilobytes as usize)), kilobytes }
    }

    /// What is larger than all there is gets all of it.
    async fn room(&self, bytes: u64) -> Option<Room> {
        let wanted = u32::try_from((bytes * TIMES_IN_MEMORY).div_ceil(1024)).unwrap_or(u32::MAX);
        self.free.clone().acquire_many_owned(wanted.min(self.kilobytes)).await.ok()
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn letters_wait_for_letters_only_and_small_ones_for_nobody() {
        let in_hand = InHand::new(16 << 20);
        let larger_than_all = in_hand.letter(100 << 20).now_or_never();
        assert!(larger_than_all.is_some_and(|room| room.is_some()));
        assert!(in_hand.letter(0).now_or_never().is_some(), "without files");
        assert!(in_hand.visit(1 << 20).now_or_never().is_some(), "a mailbox");
    }

    #[tokio::test]
    async fn letters_that_wait_are_given_up() {
        let in_hand = InHand::new(16 << 20);
        let first = in_hand.letter(2 << 20).await;
        assert!(first.is_some() && in_hand.letter(1).now_or_never().is_none());
        in_hand.no_more_letters();
        assert!(in_hand.letter(1).await.is_none());
    }
}
