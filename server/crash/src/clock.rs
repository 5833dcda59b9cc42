//! The office's clock: the real one plus an offset that outlives the worker.
//!
//! The driver moves it while the worker is dead, the worker when a story needs a day to pass.

use anyhow::Result;
use domain::{
    time::Timestamp,
    world::{Clock, World},
};
use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use testkit::world::SeededRandom;

pub struct OfficeClock {
    file: PathBuf,
    offset: AtomicI64,
}

impl OfficeClock {
    /// The file holds milliseconds; a missing one is none.
    pub fn read(file: PathBuf) -> Result<Self> {
        let offset = if file.exists() { fs::read_to_string(&file)?.trim().parse()? } else { 0 };
        Ok(Self { file, offset: AtomicI64::new(offset) })
    }

    /// Written down first: after a death the clock must not go back.
    pub fn advance(&self, span: Duration) -> Result<()> {
        let span = i64::try_from(span.as_millis())?;
        let scratch = self.file.with_extension("new");
        fs::write(&scratch, (self.offset.load(Ordering::SeqCst) + span).to_string())?;
        fs::rename(&scratch, &self.file)?;
        self.offset.fetch_add(span, Ordering::SeqCst);
        Ok(())
    }

    /// Without the offset: how long things really took, across all lives.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is given")]
    pub fn real() -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

impl Clock for OfficeClock {
    fn now(&self) -> Timestamp {
        Timestamp(Self::real().0 + self.offset.load(Ordering::SeqCst))
    }
}

/// `seed` must differ from one process to the next, or they would make the same ids.
pub fn world(clock: Arc<OfficeClock>, seed: u64) -> World {
    World { clock, random: Arc::new(SeededRandom::new(seed)) }
}
