//! How many live views each person may keep open: a forgotten window, or a broken one that connects again and
//! again, must not eat the server.

use domain::ids::PersonId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Browsers open no more to one host over HTTP/1.1 either.
pub const MOST: usize = 6;

#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<HashMap<PersonId, usize>>>);

/// Counts until it is dropped.
pub struct Open {
    streams: Streams,
    person: PersonId,
}

impl Streams {
    /// None: there are too many already.
    pub fn open(&self, person: PersonId) -> Option<Open> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(person).or_default();
        if *count >= MOST {
            return None;
        }
        *count += 1;
        Some(Open { streams: self.clone(), person })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut counts = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::person;
    use super::*;

    #[test]
    fn each_person_has_so_many_and_closing_makes_room() {
        let streams = Streams::default();
        let mut open: Vec<Open> = (0..MOST).filter_map(|_| streams.open(person(1))).collect();
        assert_eq!(open.len(), MOST);
        assert!(streams.open(person(1)).is_none());
        assert!(streams.open(person(2)).is_some(), "others aren't touched");
        open.pop();
        assert!(streams.open(person(1)).is_some());
        drop(open);
        assert!(streams.0.lock().unwrap().is_empty());
    }
}
