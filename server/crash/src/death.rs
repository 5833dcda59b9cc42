//! Dying for real: SIGKILL to oneself, so that no destructor, buffer or exit handler runs.

use crate::points::{self, Moment};
use rustix::process::{Signal, getpid, kill_process};
use std::{
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// The exit status of a worker that met a point which no list names.
pub const UNLISTED: i32 = 70;

/// What this worker dies of, if of anything but the driver.
#[derive(Clone, Debug)]
pub struct Sentence {
    pub point: String,
    /// The passing at which it dies, from 1.
    pub passing: u32,
}

pub struct Fate {
    sentence: Option<Sentence>,
    passed: AtomicU32,
    folder: PathBuf,
}

impl Fate {
    pub fn new(folder: &Path, sentence: Option<Sentence>) -> Self {
        Self { sentence, passed: AtomicU32::new(0), folder: folder.to_owned() }
    }

    /// All of `names` are passed in this instant. A death here is a death at each of them.
    pub fn pass(&self, names: &[&str], moment: Moment) {
        let here: Vec<String> = names.iter().map(|name| points::full_name(name, moment)).collect();
        if let Some(unlisted) = here.iter().find(|name| points::find(name).is_none()) {
            self.leave("unlisted", std::slice::from_ref(unlisted));
            std::process::exit(UNLISTED);
        }
        let Some(sentence) = self.sentence.as_ref().filter(|sentence| here.contains(&sentence.point)) else {
            return;
        };
        if self.passed.fetch_add(1, Ordering::SeqCst) + 1 == sentence.passing {
            self.leave("death", &here);
            die();
        }
    }

    /// For the driver. A worker that can't say how it died doesn't count as dead at a point.
    fn leave(&self, file: &str, lines: &[String]) {
        let mut opened = OpenOptions::new();
        if let Ok(mut file) = opened.create(true).append(true).open(self.folder.join(file)) {
            let _ = file.write_all((lines.join("\n") + "\n").as_bytes());
        }
    }
}

fn die() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    loop {
        std::thread::park();
    }
}
