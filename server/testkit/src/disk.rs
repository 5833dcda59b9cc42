//! A disk of a few pages that a test can fill or make read-only: what a directory's rights can't show to a
//! test that runs as root. It needs the right to mount; where that is missing the test is left out, and says so.

use anyhow::{Context, Result, bail};
use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A tmpfs, unmounted when dropped.
pub struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// `folder` is made; None: this process may not mount.
    pub fn mount(folder: &Path, bytes: u64) -> Result<Option<Self>> {
        fs::create_dir_all(folder)?;
        let size = format!("size={bytes},mode=755");
        if run("mount", &["-t", "tmpfs", "-o", &size, "tmpfs"], folder).is_err() {
            say("no right to mount: a test with a full or read-only disk is left out");
            return Ok(None);
        }
        Ok(Some(Self { folder: folder.to_owned() }))
    }

    /// Until not a byte is left.
    pub fn fill(&self) -> Result<()> {
        let mut file = File::create(self.filler())?;
        for size in [1 << 16, 1] {
            loop {
                match file.write_all(&vec![0; size]) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    pub fn make_room(&self) -> Result<()> {
        Ok(fs::remove_file(self.filler())?)
    }

    pub fn set_read_only(&self, read_only: bool) -> Result<()> {
        let mode = if read_only { "remount,ro" } else { "remount,rw" };
        run("mount", &["-o", mode], &self.folder)
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }
}

impl Drop for SmallDisk {
    /// Lazily: whoever has a file open there keeps it until closing.
    fn drop(&mut self) {
        let _ = run("umount", &["-l"], &self.folder);
    }
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Result<()> {
    let mut command = Command::new(program);
    let output = command.args(arguments).arg(folder).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("can't run {program}"))?;
    if !output.status.success() {
        bail!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a test that was left out must not look like one that passed")]
fn say(line: &str) {
    eprintln!("testkit: {line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_full_read_only_and_well_again() {
        let parent = tempfile::tempdir().unwrap();
        let Some(disk) = SmallDisk::mount(&parent.path().join("disk"), 1 << 18).unwrap() else { return };
        let file = parent.path().join("disk/file");
        disk.fill().unwrap();
        assert_eq!(fs::write(&file, "x").unwrap_err().kind(), ErrorKind::StorageFull);
        disk.make_room().unwrap();
        fs::write(&file, "x").unwrap();
        disk.set_read_only(true).unwrap();
        assert_eq!(fs::remove_file(&file).unwrap_err().kind(), ErrorKind::ReadOnlyFilesystem);
        disk.set_read_only(false).unwrap();
        fs::remove_file(&file).unwrap();
        drop(disk);
        assert_eq!(fs::read_dir(parent.path().join("disk")).unwrap().count(), 0, "unmounted");
    }
}
