//! What an earlier look learned, so that a second look at a mailbox opens no file that is known.
//!
//! A file is known by device, inode, size and the kernel's change time, never by its name: rename, relabel,
//! rewrite or replace it, and it is read again. Only "this is another Message-ID" is ever taken from here; a
//! match is read from the file. The one way to be wrong is to rewrite a delivered message in place, at the
//! same length, within the tick of the clock in which it was read, which Maildir forbids.

use super::sys::Facts;
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, MutexGuard, PoisonError},
};

#[derive(Debug)]
pub struct Cache {
    limit: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Two generations: when the young one is full, it becomes the old one, and the old one is forgotten.
    young: HashMap<FileKey, Known>,
    old: HashMap<FileKey, Known>,
    /// Newest change time met per device: how late it is there at least.
    latest: HashMap<u64, i64>,
}

type FileKey = (u64, u64);

#[derive(Clone, Copy, Debug)]
struct Known {
    size: u64,
    changed: (i64, u64),
    id: Option<u64>,
}

impl Cache {
    /// `limit`: messages; about 100 bytes each.
    pub fn new(limit: usize) -> Self {
        Self { limit, inner: Mutex::default() }
    }

    /// Is there anything to compare with? Saves asking for a file's facts.
    pub fn knows(&self, device: u64, inode: u64) -> bool {
        let inner = self.inner();
        inner.young.contains_key(&(device, inode)) || inner.old.contains_key(&(device, inode))
    }

    /// True: certainly another message. False: read the file.
    pub fn is_another(&self, facts: &Facts, wanted: &str) -> bool {
        let key = (facts.device, facts.inode);
        let mut inner = self.inner();
        let Some(known) = inner.young.get(&key).or_else(|| inner.old.get(&key)).copied() else {
            return false;
        };
        if known.size != facts.size || known.changed != facts.changed {
            return false;
        }
        self.keep(&mut inner, key, known);
        known.id != Some(digest(wanted))
    }

    /// `facts` as they were before the header was read.
    pub fn learn(&self, facts: &Facts, id: Option<&str>) {
        let known = Known { size: facts.size, changed: facts.changed, id: id.map(digest) };
        self.keep(&mut self.inner(), (facts.device, facts.inode), known);
    }

    pub fn note_time(&self, facts: &Facts) {
        let mut inner = self.inner();
        let latest = inner.latest.entry(facts.device).or_insert(i64::MIN);
        *latest = facts.changed.0.max(*latest);
    }

    /// Was a time later than this change, by more than any file system's granularity (2 s), met on that
    /// device before? Then the next change can't carry the same time.
    pub fn is_past(&self, facts: &Facts) -> bool {
        self.inner()
            .latest
            .get(&facts.device)
            .is_some_and(|latest| facts.changed.0.saturating_add(3) < *latest)
    }

    fn keep(&self, inner: &mut Inner, key: FileKey, known: Known) {
        if inner.young.len() >= self.limit / 2 && !inner.young.contains_key(&key) {
            inner.old = std::mem::take(&mut inner.young);
        }
        inner.young.insert(key, known);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Each change is one insert: a panic elsewhere can't leave it half done.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maildir::sys::Kind;
    use domain::time::Timestamp;

    fn file(inode: u64) -> Facts {
        Facts {
            device: 1,
            inode,
            size: 10,
            changed: (100, inode),
            modified: Timestamp(0),
            kind: Kind::File,
            mode: 0o600,
            owner: (0, 0),
        }
    }

    #[test]
    fn only_an_unchanged_file_is_known() {
        let cache = Cache::new(10);
        cache.learn(&file(1), Some("a@x"));
        cache.learn(&file(2), None);
        assert!(cache.is_another(&file(1), "b@x") && cache.is_another(&file(2), "a@x"));
        assert!(!cache.is_another(&file(1), "a@x"), "a match is read again");
        assert!(!cache.is_another(&file(3), "a@x"), "never seen");
        assert!(!cache.is_another(&Facts { size: 11, ..file(1) }, "b@x"));
        assert!(!cache.is_another(&Facts { changed: (100, 2), ..file(1) }, "b@x"));
        assert!(!cache.is_another(&Facts { device: 2, ..file(1) }, "b@x"));
    }

    #[test]
    fn it_forgets_what_was_not_asked_for_longest() {
        let cache = Cache::new(10);
        for inode in 0..1000 {
            cache.learn(&file(inode), Some("a@x"));
            assert!(cache.is_another(&file(0), "b@x"), "asked for all the time");
        }
        assert!(!cache.knows(1, 500) && cache.knows(1, 999));
        let inner = cache.inner();
        assert!(inner.young.len() + inner.old.len() <= 10);
    }

    #[test]
    fn a_change_is_past_when_something_later_was_met() {
        let cache = Cache::new(10);
        let at = |secs, device| Facts { changed: (secs, 0), device, ..file(1) };
        cache.note_time(&at(100, 1));
        assert!(!cache.is_past(&at(100, 1)) && !cache.is_past(&at(97, 1)) && cache.is_past(&at(96, 1)));
        assert!(!cache.is_past(&at(1, 2)), "other disks have other clocks");
    }
}
