//! A log file that grows at its end: read from a moment on, in whole lines, without reading what is older.

use super::line;
use chrono_tz::Tz;
use domain::time::Timestamp;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    ops::ControlFlow,
    os::unix::fs::MetadataExt,
    path::Path,
};

/// A line that is longer is garbage.
const LONGEST: u64 = 64 << 10;
/// Bytes of one file that are read for one message.
const MOST: u64 = 256 << 20;
/// Between the last line and the moment the file was written, in milliseconds.
const APART: u64 = 30 * 60 * 1000;
/// So many lines without a time, and there is none.
const TIMELESS: usize = 1000;

/// Stays when the file is renamed. Inodes are given away again soon after a rotation, so its beginning counts, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    device: u64,
    inode: u64,
    begins: Vec<u8>,
}

impl Identity {
    /// Grown or not, the same file.
    pub fn continues(&self, earlier: &Self) -> bool {
        (self.device, self.inode) == (earlier.device, earlier.inode)
            && self.begins.starts_with(&earlier.begins)
    }
}

pub struct LogFile {
    file: File,
    pub identity: Identity,
    pub length: u64,
    /// When it was written last.
    latest: Timestamp,
    zone: Tz,
}

impl LogFile {
    pub fn open(path: &Path, zone: Tz) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let facts = file.metadata()?;
        if !facts.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        let mut begins = Vec::new();
        file.by_ref().take(128).read_to_end(&mut begins)?;
        let identity = Identity { device: facts.dev(), inode: facts.ino(), begins };
        let latest = Timestamp::from_secs(facts.mtime());
        let mut log = Self { file, identity, length: facts.len(), latest, zone };
        log.compare_clocks()?;
        Ok(log)
    }

    /// Lines without a zone, read in a wrong one, would be looked for hours away from where they are.
    fn compare_clocks(&mut self) -> io::Result<()> {
        let (mut last, latest, zone) = (None, self.latest, self.zone);
        self.lines(self.length.saturating_sub(LONGEST), |text| {
            last = line::time(text, latest, zone).or(last);
            ControlFlow::Continue(())
        })?;
        match last {
            Some(time) if time.0.abs_diff(latest.0) > APART => Err(io::Error::other(format!(
                "its last line is of {}, but it was written at {}: are its times in {zone}?",
                time.utc(),
                latest.utc()
            ))),
            _ => Ok(()),
        }
    }

    pub fn time(&self, line: &str) -> Option<Timestamp> {
        line::time(line, self.latest, self.zone)
    }

    /// Where to begin so as to miss nothing since then; and the time of the first line that may be read at all.
    pub fn since(&mut self, moment: Timestamp) -> io::Result<(u64, Option<Timestamp>)> {
        let least = self.length.saturating_sub(MOST);
        let first = self.first_time(least)?;
        let (mut low, mut high) = (least, self.length);
        while high - low > LONGEST {
            let middle = low + (high - low) / 2;
            match self.first_time(middle)? {
                Some(time) if time < moment => low = middle,
                _ => high = middle,
            }
        }
        Ok((low, first))
    }

    /// Of the first line at or behind that place that has one.
    fn first_time(&mut self, place: u64) -> io::Result<Option<Timestamp>> {
        let (mut found, mut timeless) = (None, 0);
        let (latest, zone) = (self.latest, self.zone);
        self.lines(place, |text| {
            found = line::time(text, latest, zone);
            timeless += 1;
            if found.is_some() || timeless == TIMELESS {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        Ok(found)
    }

    /// Whole lines from there on; the rest of one that began before is left out. Answers where the next one begins.
    pub fn lines(&mut self, from: u64, mut each: impl FnMut(&str) -> ControlFlow<()>) -> io::Result<u64> {
        // One byte before: a line that begins right there is whole.
        let mut place = from.saturating_sub(1);
        self.file.seek(SeekFrom::Start(place))?;
        let mut reader = BufReader::with_capacity(64 << 10, &self.file);
        let (mut line, mut whole) = (Vec::new(), from == 0);
        loop {
            line.clear();
            let read = reader.by_ref().take(LONGEST).read_until(b'\n', &mut line)? as u64;
            let ends = line.last() == Some(&b'\n');
            if read == 0 || (!ends && read < LONGEST) {
                // Still being written.
                return Ok(place);
            }
            place += read;
            if ends && whole && each(&String::from_utf8_lossy(&line)).is_break() {
                return Ok(place);
            }
            whole = ends;
        }
    }
}
