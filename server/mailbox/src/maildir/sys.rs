//! File calls relative to an open directory, one path component at a time and never through a symbolic link:
//! a name taken from a mailbox can't lead out of it, even when somebody swaps directories meanwhile.

use domain::{mail_system::MailError, time::Timestamp};
use rustix::{
    fs::{self, AtFlags, FileType, Mode, OFlags, SeekFrom, Stat},
    io::Errno,
    process::geteuid,
    thread::{CapabilitySet, capabilities},
};
use std::{
    fs::File,
    io,
    os::fd::{AsFd, OwnedFd},
    path::Path,
};

/// Bytes of names that are read in one go.
const BUFFER: usize = 16 << 10;

#[derive(Debug)]
pub struct Dir(OwnedFd);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub inode: u64,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Directory,
    Link,
    Other,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    pub entries: Vec<Entry>,
    /// Names that aren't UTF-8, made readable: no handle can point there.
    pub unspeakable: Vec<String>,
}

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    pub device: u64,
    pub inode: u64,
    pub size: u64,
    /// Set by the kernel at each change, rename and relabelling; can't be forged.
    pub changed: (i64, u64),
    pub modified: Timestamp,
    pub kind: Kind,
    pub mode: u32,
    pub owner: (u32, u32),
}

impl Dir {
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(fs::open(path, directory(), Mode::empty())?))
    }

    pub fn sub(&self, name: &str) -> io::Result<Self> {
        Ok(Self(fs::openat(&self.0, name, directory() | OFlags::NOFOLLOW, Mode::empty())?))
    }

    /// Moves the place up to which the directory is read: nobody else may read it by the same descriptor.
    pub fn list(&mut self) -> io::Result<Listing> {
        let mut listing = Listing::default();
        fs::seek(&self.0, SeekFrom::Start(0))?;
        let mut buffer = Vec::with_capacity(BUFFER);
        let mut entries = fs::RawDir::new(&self.0, buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry?;
            match entry.file_name().to_str() {
                Ok("." | "..") => {}
                Ok(name) => {
                    let kind = match entry.file_type() {
                        FileType::Unknown => self.facts_of(name).map_or(Kind::Other, |facts| facts.kind),
                        known => known.into(),
                    };
                    listing.entries.push(Entry { name: name.to_owned(), inode: entry.ino(), kind });
                }
                Err(_) => listing.unspeakable.push(entry.file_name().to_string_lossy().into_owned()),
            }
        }
        Ok(listing)
    }

    pub fn facts(&self) -> io::Result<Facts> {
        Ok(facts(&fs::fstat(&self.0)?))
    }

    pub fn facts_of(&self, name: &str) -> io::Result<Facts> {
        Ok(facts(&fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?))
    }

    /// Follows a symbolic link, for the question alone.
    pub fn leads_to_directory(&self, name: &str) -> bool {
        fs::statat(&self.0, name, AtFlags::empty()).is_ok_and(|stat| facts(&stat).kind == Kind::Directory)
    }

    /// Doesn't wait when it is a pipe.
    pub fn read(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(fs::openat(&self.0, name, flags, Mode::empty())?.into())
    }

    /// Readable and writable for nobody else until its owner is set.
    pub fn create(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(fs::openat(&self.0, name, flags, Mode::from_raw_mode(0o600))?.into())
    }

    pub fn make_dir(&self, name: &str) -> io::Result<()> {
        Ok(fs::mkdirat(&self.0, name, Mode::from_raw_mode(0o700))?)
    }

    /// A second name for a file; fails when the name is taken.
    pub fn link(&self, name: &str, to: &Self, new_name: &str) -> io::Result<()> {
        Ok(fs::linkat(&self.0, name, &to.0, new_name, AtFlags::empty())?)
    }

    /// Replaces what has that name.
    pub fn rename(&self, name: &str, to: &Self, new_name: &str) -> io::Result<()> {
        Ok(fs::renameat(&self.0, name, &to.0, new_name)?)
    }

    pub fn unlink(&self, name: &str) -> io::Result<()> {
        Ok(fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    pub fn sync(&self) -> io::Result<()> {
        Ok(fs::fsync(&self.0)?)
    }

    /// Waits for other holders, in this process and in others; released when the answer is dropped.
    pub fn lock(&self) -> io::Result<File> {
        let file = File::from(self.sub(".")?.0);
        file.lock()?;
        Ok(file)
    }

    /// Files can be read, removed, and put back as its owner's.
    pub fn is_ours_to_change(&self) -> io::Result<()> {
        let access = fs::Access::READ_OK | fs::Access::WRITE_OK | fs::Access::EXEC_OK;
        fs::accessat(&self.0, ".", access, AtFlags::EACCESS)?;
        let (uid, _) = self.facts()?.owner;
        if uid == geteuid().as_raw() || capabilities(None)?.effective.contains(CapabilitySet::CHOWN) {
            return Ok(());
        }
        Err(io::Error::other(format!(
            "what is put back can't be given to its owner, the user with the number {uid}"
        )))
    }

    pub fn hand_over(&self, owner: (u32, u32), mode: u32) -> io::Result<()> {
        hand_over(&self.0, owner, mode)
    }
}

/// Gives a new file or directory its owner and mode.
pub fn hand_over(new: impl AsFd, (uid, gid): (u32, u32), mode: u32) -> io::Result<()> {
    let now = facts(&fs::fstat(&new)?);
    if now.owner != (uid, gid) {
        fs::fchown(&new, Some(fs::Uid::from_raw(uid)), Some(fs::Gid::from_raw(gid)))?;
    }
    Ok(fs::fchmod(&new, Mode::from_raw_mode(mode & 0o7777))?)
}

pub fn facts_of_file(file: &File) -> io::Result<Facts> {
    Ok(facts(&fs::fstat(file)?))
}

/// What a failed file call means to the caller of the port.
pub fn mail_error(doing: &str, error: &io::Error) -> MailError {
    let told = format!("{doing}: {error}");
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::NOENT) => MailError::Gone,
        Some(Errno::NOSPC | Errno::DQUOT) => MailError::Full(told),
        Some(Errno::ACCESS | Errno::PERM | Errno::ROFS | Errno::LOOP) => MailError::Denied(told),
        Some(Errno::IO | Errno::STALE | Errno::TIMEDOUT | Errno::MFILE | Errno::NFILE | Errno::NOLCK) => {
            MailError::Unavailable { reason: told, retry_after: None }
        }
        _ => MailError::Other(told),
    }
}

fn directory() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC
}

#[expect(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "sizes and nanoseconds are small and positive"
)]
fn facts(stat: &Stat) -> Facts {
    let millis = stat.st_mtime.saturating_mul(1000).saturating_add(stat.st_mtime_nsec as i64 / 1_000_000);
    Facts {
        device: stat.st_dev,
        inode: stat.st_ino,
        size: stat.st_size as u64,
        changed: (stat.st_ctime, stat.st_ctime_nsec),
        modified: Timestamp(millis),
        kind: FileType::from_raw_mode(stat.st_mode).into(),
        mode: stat.st_mode & 0o7777,
        owner: (stat.st_uid, stat.st_gid),
    }
}

impl From<FileType> for Kind {
    fn from(kind: FileType) -> Self {
        match kind {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Link,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use rustix::thread::set_capabilities;

    #[rstest]
    #[case(28, true, true)] // ENOSPC
    #[case(122, true, true)] // EDQUOT
    #[case(5, false, true)] // EIO
    #[case(13, false, false)] // EACCES
    fn a_full_disk_is_told_apart(#[case] code: i32, #[case] full: bool, #[case] passing: bool) {
        let error = mail_error("writing", &io::Error::from_raw_os_error(code));
        assert_eq!((matches!(error, MailError::Full(_)), error.is_passing()), (full, passing));
    }

    #[test]
    fn who_can_only_write_there_could_not_put_back() {
        if !geteuid().is_root() {
            println!("skipped: needs root");
            return;
        }
        let temp = tempfile::tempdir().unwrap();
        let dir = Dir::open(temp.path()).unwrap();
        let told = std::thread::spawn(move || {
            // Of this thread alone.
            let mut mine = capabilities(None).unwrap();
            mine.effective.remove(CapabilitySet::CHOWN);
            let before = dir.is_ours_to_change();
            std::os::unix::fs::fchown(&dir.0, Some(5000), Some(5000)).unwrap();
            let with = dir.is_ours_to_change();
            set_capabilities(None, mine).unwrap();
            (before, with, dir.is_ours_to_change())
        });
        let (own, with, without) = told.join().unwrap();
        assert!(own.is_ok() && with.is_ok());
        assert!(without.unwrap_err().to_string().contains("5000"));
    }
}
