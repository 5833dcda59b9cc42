//! Files that outlive a crash: whole or not there at all, readable by their owner only.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// A folder of small files, each written once. Blocking: for `spawn_blocking`.
#[derive(Clone, Debug)]
pub struct Receipts(PathBuf);

impl Receipts {
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Durable when it returns; a file that is there already stays as it is.
    pub fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.scratch()?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(self.0.join(name)) {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => return Err(error.error),
            _ => {}
        }
        // The name is durable only when its folder is (fsync(2)).
        File::open(&self.0)?.sync_all()
    }

    /// For the doctor: can files be made here?
    pub fn probe(&self) -> io::Result<()> {
        self.scratch()?.close()
    }

    /// Mode 0600, and gone when it isn't kept.
    fn scratch(&self) -> io::Result<NamedTempFile> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        tempfile::Builder::new().prefix(".new-").tempfile_in(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn writes_once_for_its_owner_only() {
        let parent = tempfile::tempdir().unwrap();
        let receipts = Receipts::new(parent.path().join("a/b"));
        assert_eq!(receipts.read("x.eml").unwrap(), None);
        receipts.write("x.eml", b"first").unwrap();
        receipts.write("x.eml", b"second").unwrap();
        assert_eq!(receipts.read("x.eml").unwrap().unwrap(), b"first");
        let names: Vec<_> =
            fs::read_dir(receipts.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["x.eml"], "no scratch file stays");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&receipts.folder().join("x.eml")), 0o600);
        assert_eq!(mode(receipts.folder()), 0o700);
    }
}
