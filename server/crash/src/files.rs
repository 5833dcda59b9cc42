//! Looking into a Maildir with nothing but file operations: what the check believes must not come from the code
//! that is checked.

use anyhow::{Context, Result};
use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// A message file as it lies there.
#[derive(Clone, Debug)]
pub struct Found {
    pub spot: Spot,
    pub bytes: Vec<u8>,
    /// Modification time, milliseconds since 1970: what a Maildir keeps as the date of receipt.
    pub received: i128,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The folder's directory; empty for the inbox.
    pub folder: String,
    /// `new` or `cur`.
    pub sub: &'static str,
    pub name: String,
}

/// What marks the letters that the driver posts, in a trace header that differs in each copy.
pub const SERIAL: &str = "X-Crash-Serial: ";
const MESSAGE_ID: &str = "Message-ID: <";

impl Spot {
    pub fn path(&self, maildir: &Path) -> PathBuf {
        folder_path(maildir, &self.folder).join(self.sub).join(&self.name)
    }

    /// The same folder and flags; what is put back has a name of its own.
    pub fn is_like(&self, other: &Self) -> bool {
        self.folder == other.folder && self.sub == other.sub && self.flags() == other.flags()
    }

    /// Letters after `:2,`, none in `new`.
    pub fn flags(&self) -> &str {
        self.name.split_once(":2,").map_or("", |(_, flags)| flags)
    }
}

pub fn folder_path(maildir: &Path, dir: &str) -> PathBuf {
    if dir.is_empty() { maildir.to_owned() } else { maildir.join(dir) }
}

/// Every message file. One that vanishes meanwhile is left out.
pub fn all(maildir: &Path) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for folder in folders(maildir)? {
        for spot in spots(maildir, &folder)? {
            match read(&spot.path(maildir)) {
                Ok((bytes, received)) => found.push(Found { spot, bytes, received }),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error).with_context(|| format!("{spot:?}")),
            }
        }
    }
    Ok(found)
}

pub fn folders(maildir: &Path) -> Result<Vec<String>> {
    let mut folders = vec![String::new()];
    for entry in fs::read_dir(maildir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            folders.push(name);
        }
    }
    folders.sort();
    Ok(folders)
}

pub fn spots(maildir: &Path, folder: &str) -> Result<Vec<Spot>> {
    let mut spots = Vec::new();
    for sub in ["new", "cur"] {
        let entries = match fs::read_dir(folder_path(maildir, folder).join(sub)) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let name = entry?.file_name().to_string_lossy().into_owned();
            spots.push(Spot { folder: folder.to_owned(), sub, name });
        }
    }
    Ok(spots)
}

fn read(path: &Path) -> io::Result<(Vec<u8>, i128)> {
    let bytes = fs::read(path)?;
    Ok((bytes, millis(fs::metadata(path)?.modified()?)))
}

#[expect(clippy::cast_possible_wrap, reason = "milliseconds stay far below the limit")]
fn millis(time: SystemTime) -> i128 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_millis() as i128,
        Err(before) => -(before.duration().as_millis() as i128),
    }
}

/// Which of the driver's letters this is.
pub fn serial(bytes: &[u8]) -> Option<usize> {
    header(bytes, SERIAL)?.parse().ok()
}

pub fn message_id(bytes: &[u8]) -> Option<String> {
    header(bytes, MESSAGE_ID)?.strip_suffix('>').map(String::from)
}

fn header(bytes: &[u8], start: &str) -> Option<String> {
    let (header, _) = domain::mail::split_header(bytes);
    String::from_utf8_lossy(header).lines().find_map(|line| line.strip_prefix(start)).map(String::from)
}
