//! Who reads whose Sent folders in this process, so that no two do the same, and how far first readings have come.

use crate::ids::PersonId;
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Of readings that go on after their first piece, so many hold a session with a mail system at a time: the engine and
/// those who open a page need theirs.
const PATIENT: usize = 2;

/// A message at which so many readings in a row broke off isn't asked for any more.
const BREAKS: u32 = 3;

/// How far somebody's Sent folders have come that are read for the first time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstReading {
    /// Messages in the index.
    pub done: u64,
    /// Messages in the folders. None: not known, or not yet.
    pub total: Option<u64>,
    /// What was newest when this reading began is in the index.
    pub has_newest: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Everything,
    Newest,
}

pub struct Readings {
    state: Mutex<State>,
    patient: Semaphore,
}

#[derive(Default)]
struct State {
    taken: HashSet<(PersonId, Part)>,
    first: HashMap<PersonId, FirstReading>,
    /// By owner: where readings broke off, and how often.
    breaks: HashMap<PersonId, HashMap<String, u32>>,
}

impl Default for Readings {
    fn default() -> Self {
        Self { state: Mutex::default(), patient: Semaphore::new(PATIENT) }
    }
}

impl Readings {
    /// None: nothing is being read, or not for the first time.
    pub fn first(&self, owner: PersonId) -> Option<FirstReading> {
        self.state().first.get(&owner).copied()
    }

    /// None: somebody else is at it.
    pub(super) fn take(&self, owner: PersonId, part: Part) -> Option<Turn<'_>> {
        let is_free = self.state().taken.insert((owner, part));
        // Not made at all otherwise: dropping it would end the other's turn.
        is_free.then(|| Turn { readings: self, owner, part })
    }

    /// Before each piece of a reading but the first. The first to come goes first, so that all get further in turn.
    pub(super) async fn goes_on(&self) -> Option<SemaphorePermit<'_>> {
        self.patient.acquire().await.ok()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One reading; over when it is dropped, whatever happened.
pub(super) struct Turn<'a> {
    readings: &'a Readings,
    owner: PersonId,
    part: Part,
}

impl Turn<'_> {
    /// From now on it can be seen how far it has come.
    pub fn is_first(&self) {
        self.readings.state().first.entry(self.owner).or_default();
    }

    /// What the mail system says; and, where it was counted, what of it is in the index.
    pub fn counted(&self, total: Option<u64>, done: Option<usize>) {
        self.change(|first| {
            first.total = total;
            first.done = done.map_or(first.done, |done| done as u64);
        });
    }

    /// So many came into the index, the newest first.
    pub fn wrote(&self, rows: usize) {
        self.change(|first| {
            first.done += rows as u64;
            first.has_newest = true;
        });
    }

    /// The mail system failed when it was asked for this message. It may be its own trouble, or the message's.
    pub fn broke_off(&self, locator: &str) {
        let mut state = self.readings.state();
        *state.breaks.entry(self.owner).or_default().entry(locator.to_owned()).or_default() += 1;
    }

    pub fn breaks_at(&self, locator: &str) -> bool {
        let state = self.readings.state();
        let breaks = state.breaks.get(&self.owner).and_then(|breaks| breaks.get(locator));
        breaks.is_some_and(|breaks| *breaks >= BREAKS)
    }

    /// It has come to its end.
    pub fn ended(&self) {
        self.readings.state().breaks.remove(&self.owner);
    }

    fn change(&self, change: impl FnOnce(&mut FirstReading)) {
        if let Some(first) = self.readings.state().first.get_mut(&self.owner) {
            change(first);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.readings.state();
        state.taken.remove(&(self.owner, self.part));
        if self.part == Part::Everything {
            state.first.remove(&self.owner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const MEI: PersonId = PersonId(Uuid::from_u128(1));
    const LIN: PersonId = PersonId(Uuid::from_u128(2));

    #[test]
    fn one_at_a_time_for_each_person_and_part() {
        let readings = Readings::default();
        let whole = readings.take(MEI, Part::Everything);
        for _ in 0..2 {
            assert!(whole.is_some() && readings.take(MEI, Part::Everything).is_none());
        }
        assert!(readings.take(MEI, Part::Newest).is_some());
        assert!(readings.take(LIN, Part::Everything).is_some());
        drop(whole);
        assert!(readings.take(MEI, Part::Everything).is_some());
    }

    #[test]
    fn only_a_first_reading_is_counted_and_only_while_it_lasts() {
        let readings = Readings::default();
        let turn = readings.take(MEI, Part::Everything).unwrap();
        turn.counted(Some(9), Some(3));
        assert_eq!(readings.first(MEI), None);
        turn.is_first();
        turn.counted(Some(9), Some(3));
        drop(readings.take(MEI, Part::Newest));
        assert_eq!(readings.first(MEI), Some(FirstReading { done: 3, total: Some(9), has_newest: false }));
        turn.wrote(2);
        turn.is_first();
        turn.counted(None, None);
        assert_eq!(readings.first(MEI), Some(FirstReading { done: 5, total: None, has_newest: true }));
        drop(turn);
        assert_eq!(readings.first(MEI), None);
    }
}
