//! Work on many things, shared out to as many threads as there are processors.

use std::{num::NonZero, panic, thread};

pub(crate) fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Each thread gets a run of neighbours; results come back in order.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> Vec<R> + Sync) -> Vec<R> {
    let share = items.len().div_ceil(threads()).max(1);
    thread::scope(|scope| {
        let running: Vec<_> = items.chunks(share).map(|part| scope.spawn(|| work(part))).collect();
        let mut results = Vec::with_capacity(items.len());
        for thread in running {
            match thread.join() {
                Ok(part) => results.extend(part),
                Err(cause) => panic::resume_unwind(cause),
            }
        }
        results
    })
}
