//! Writing the file with the vault's keys. No key is ever lost: a file is replaced whole or not at all, and two who
//! want to replace it at once don't take turns, one is sent away.

use crate::config::{SecretError, read_keys};
use domain::{
    vault::{KeyId, KeyRing},
    world::World,
};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, chown},
    path::{Path, PathBuf},
};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum KeyFileError {
    #[error("{file} can't be made: {cause}")]
    Unmade { file: PathBuf, cause: io::Error },
    #[error("{file}: {cause}")]
    Unread { file: PathBuf, cause: SecretError },
    #[error("{0} is just being changed by somebody else")]
    Busy(PathBuf),
    #[error("{file} can't be replaced, and is as it was: {cause}")]
    Unreplaced { file: PathBuf, cause: io::Error },
}

/// Never over a file that is there: it may be the only copy of a key in use.
pub fn make(file: &Path, world: &World) -> Result<(), KeyFileError> {
    let unmade = |cause| KeyFileError::Unmade { file: file.to_owned(), cause };
    let ring = KeyRing::new([world.bytes()]).ok_or_else(|| unmade(io::ErrorKind::InvalidData.into()))?;
    write_new(file, &ring).map_err(unmade)?;
    sync_folder(file).map_err(unmade)
}

/// A fresh key before those that are there; returns all ids as they stand now.
pub fn rotate(file: &Path, world: &World) -> Result<Vec<KeyId>, KeyFileError> {
    change(file, |ring| ring.rotated(world))
}

/// Without these; the first key stays, whatever is asked.
pub fn prune(file: &Path, gone: &[KeyId]) -> Result<Vec<KeyId>, KeyFileError> {
    change(file, |ring| ring.without(gone))
}

fn change(file: &Path, change: impl FnOnce(KeyRing) -> KeyRing) -> Result<Vec<KeyId>, KeyFileError> {
    // The file itself is replaced, not a link to it.
    let unread = |cause| KeyFileError::Unread { file: file.to_owned(), cause };
    let real = file.canonicalize().map_err(|error| unread(error.into()))?;
    let _lock = lock(&real)?;
    let ring = change(read_keys(&real).map_err(unread)?);
    replace(&real, &ring).map_err(|cause| KeyFileError::Unreplaced { file: file.to_owned(), cause })?;
    Ok(ring.ids())
}

/// Held as long as the handle lives. A lock on a file that was replaced meanwhile is worth nothing.
fn lock(file: &Path) -> Result<File, KeyFileError> {
    let unread = |cause: io::Error| KeyFileError::Unread { file: file.to_owned(), cause: cause.into() };
    let handle = File::open(file).map_err(unread)?;
    match handle.try_lock() {
        Err(TryLockError::WouldBlock) => return Err(KeyFileError::Busy(file.to_owned())),
        locked => locked.map_err(|error| unread(error.into()))?,
    }
    let (here, there) = (handle.metadata().map_err(unread)?, fs::metadata(file).map_err(unread)?);
    if (here.dev(), here.ino()) == (there.dev(), there.ino()) {
        Ok(handle)
    } else {
        Err(KeyFileError::Busy(file.to_owned()))
    }
}

/// Whoever reads sees the old file or the new one, and after a crash it is one of them.
fn replace(file: &Path, ring: &KeyRing) -> io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    // Left by somebody who was broken off: nothing has been wrapped by what is in it, since it never was the key file.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let about = fs::metadata(file)?;
    write_new(&beside, ring)?;
    // The server may run as another user than whoever rotates.
    let made = fs::metadata(&beside)?;
    if (made.uid(), made.gid()) != (about.uid(), about.gid()) {
        chown(&beside, Some(about.uid()), Some(about.gid()))?;
    }
    fs::set_permissions(&beside, about.permissions())?;
    fs::rename(&beside, file)?;
    sync_folder(file)
}

fn write_new(file: &Path, ring: &KeyRing) -> io::Result<()> {
    let mut made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    made.write_all(ring.text().as_bytes())?;
    made.sync_all()
}

/// The name in the folder is durable only after this.
fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world;
    use std::os::unix::fs::PermissionsExt as _;

    fn mode(file: &Path) -> u32 {
        fs::metadata(file).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn rotating_keeps_every_key_and_the_rights() {
        let (dir, world) = (tempfile::tempdir().unwrap(), world::real());
        let file = dir.path().join("vault.key");
        make(&file, &world).unwrap();
        assert_eq!(mode(&file), 0o600);
        assert!(matches!(make(&file, &world), Err(KeyFileError::Unmade { .. })), "never written over");
        let first = read_keys(&file).unwrap().ids();
        let second = rotate(&file, &world).unwrap();
        assert_eq!(second[1..], first);
        // A try that was broken off leaves this behind.
        fs::write(dir.path().join("vault.key.new"), "half a k").unwrap();
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let third = rotate(&link, &world).unwrap();
        assert_eq!(third[1..], second);
        assert_eq!(read_keys(&file).unwrap().ids(), third);
        assert_eq!(mode(&file), 0o600);
        assert!(link.is_symlink());
        assert_eq!(prune(&file, &third).unwrap(), third[..1]);
        let left: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }

    #[test]
    fn while_one_changes_it_another_is_sent_away() {
        let (dir, world) = (tempfile::tempdir().unwrap(), world::real());
        let file = dir.path().join("vault.key");
        make(&file, &world).unwrap();
        let held = lock(&file).unwrap();
        assert!(matches!(rotate(&file, &world), Err(KeyFileError::Busy(_))));
        drop(held);
        rotate(&file, &world).unwrap();
    }

    #[test]
    fn a_file_that_holds_no_key_is_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("vault.key");
        fs::write(&file, "not a key").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(rotate(&file, &world::real()), Err(KeyFileError::Unread { .. })));
        assert_eq!(fs::read(&file).unwrap(), b"not a key");
    }
}
