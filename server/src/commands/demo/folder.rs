//! The demo's folder: what is in it, when it was made, and that nothing else is ever removed.

use anyhow::{Context as _, Result, bail};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Says that the folder is ours, and what it was made from. Written first, and again when all is there.
const MARKER: &str = "demo.json";

/// Everything that is made. A reset removes these and nothing else.
const MADE: [&str; 13] = [
    "recant.toml",
    "vault.key",
    "audit.key",
    "audit.key.pub",
    "checkpoints.txt",
    "recant.db",
    "recant.db-wal",
    "recant.db-shm",
    "mail",
    "outbox",
    "organisation.toml",
    "check",
    MARKER,
];

pub struct Folder(PathBuf);

/// What the organisation was made from: the same again gives the same stories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seeded {
    pub seed: u64,
    pub now: Timestamp,
    complete: bool,
}

impl Folder {
    /// Makes the folder when there is none; refuses one that holds things of others.
    pub fn new(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("{} can't be made", path.display()))?;
        let folder = Self(path.canonicalize()?);
        let is_empty = folder.0.read_dir()?.next().is_none();
        if !is_empty && !folder.at(MARKER).exists() {
            bail!(
                "{} isn't empty, and not a demo made earlier: choose another folder with --dir",
                path.display()
            );
        }
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// None: nothing is there, or making it was broken off.
    pub fn seeded(&self) -> Result<Option<Seeded>> {
        let text = match fs::read_to_string(self.at(MARKER)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        Ok(serde_json::from_str::<Seeded>(&text).ok().filter(|seeded| seeded.complete))
    }

    /// Removes what an earlier demo left, and marks the folder as one that is being made.
    pub fn begin(&self, seed: u64, now: Timestamp) -> Result<()> {
        self.mark(Seeded { seed, now, complete: false })?;
        for name in MADE.into_iter().filter(|name| *name != MARKER) {
            let path = self.at(name);
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            match removed {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("{} can't be removed", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub fn finish(&self, seed: u64, now: Timestamp) -> Result<()> {
        self.mark(Seeded { seed, now, complete: true })
    }

    fn mark(&self, seeded: Seeded) -> Result<()> {
        let text = serde_json::to_string(&seeded)? + "\n";
        fs::write(self.at(MARKER), text).with_context(|| format!("{} can't be written", self.0.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_removes_what_the_demo_made_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path()).unwrap();
        assert_eq!(folder.seeded().unwrap(), None);
        folder.begin(1, Timestamp(5)).unwrap();
        assert_eq!(folder.seeded().unwrap(), None, "broken off here, it would be made anew");
        fs::create_dir(folder.at("mail")).unwrap();
        fs::write(folder.at("notes.txt"), "mine").unwrap();
        folder.finish(1, Timestamp(5)).unwrap();
        assert_eq!(folder.seeded().unwrap().unwrap().now, Timestamp(5));
        let again = Folder::new(dir.path()).unwrap();
        again.begin(2, Timestamp(6)).unwrap();
        assert!(!folder.at("mail").exists());
        assert!(folder.at("notes.txt").exists());
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("mail")).unwrap();
        assert!(Folder::new(dir.path()).is_err());
        assert!(dir.path().join("mail").exists());
    }
}
