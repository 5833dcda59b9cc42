//! Who reads whose Sent folders in this process, so that no two do the same, and how far first readings have come.

use crate::ids::PersonId;
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

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

#[derive(Default)]
pub struct Readings(Mutex<State>);

#[derive(Default)]
struct State {
    taken: HashSet<(PersonId, Part)>,
    first: HashMap<PersonId, FirstReading>,
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
