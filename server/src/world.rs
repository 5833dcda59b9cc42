//! The real clock and the real randomness: the only place in the server that asks for them.

use domain::{
    time::Timestamp,
    world::{Clock, Random, World},
};
use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

struct SystemClock;

struct SystemRandom;

/// What everything outside tests runs in.
pub fn real() -> World {
    World { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is given")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

impl Random for SystemRandom {
    /// `ChaCha12`, seeded and reseeded by the operating system.
    fn fill(&self, bytes: &mut [u8]) {
        rand::fill(bytes);
    }
}
