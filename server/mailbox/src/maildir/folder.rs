//! Folders of one Maildir (Maildir++): the inbox is the root, the others are its subdirectories `.A.B`.
//!
//! Names on disk are modified UTF-7 or UTF-8. A name with any byte beyond ASCII is UTF-8; an ASCII name is
//! modified UTF-7 where it reads as that (`&-` for `&`), else it stands for itself (`R&D`). New folders are
//! written as the mailbox's others are; modified UTF-7 when those don't tell.

use super::{
    name::Sub,
    sys::{self, Dir, Facts, Kind, mail_error},
};
use crate::mutf7;
use domain::mail_system::{FolderName, MailError, Skipped};
use std::io;

/// A file name on Linux (`NAME_MAX`), bytes.
const LONGEST: usize = 255;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Folder {
    /// The directory's own name; empty for the inbox.
    pub dir: String,
    pub name: FolderName,
}

impl Folder {
    pub fn inbox() -> Self {
        Self { dir: String::new(), name: FolderName::inbox() }
    }

    pub fn open(&self, root: &Dir, sub: Sub) -> io::Result<Dir> {
        open(root, &self.dir, sub)
    }
}

/// By the directory's own name.
pub fn open(root: &Dir, dir: &str, sub: Sub) -> io::Result<Dir> {
    if dir.is_empty() { root.sub(sub.as_str()) } else { root.sub(dir)?.sub(sub.as_str()) }
}

/// The inbox first, the others by directory name; what looks like a folder but can't be one of ours is told.
pub fn list(root: &Dir, separator: char) -> io::Result<(Vec<Folder>, Vec<Skipped>)> {
    let mut folders = vec![Folder::inbox()];
    let listing = root.sub(".")?.list()?;
    let unspeakable = |name: String| skipped(&name, "the name is not UTF-8");
    let hidden = |name: &String| name.starts_with(separator);
    let mut notes: Vec<_> = listing.unspeakable.into_iter().filter(hidden).map(unspeakable).collect();
    let looks_like_folder =
        |name: &str| name.starts_with(separator) && !name[separator.len_utf8()..].starts_with(separator);
    for entry in listing.entries.into_iter().filter(|entry| looks_like_folder(&entry.name)) {
        match entry.kind {
            Kind::Directory => match decoded(&entry.name, separator) {
                name if name.is_inbox() => notes.push(skipped(&entry.name, "its name is the inbox's")),
                name => folders.push(Folder { dir: entry.name, name }),
            },
            Kind::Link if root.leads_to_directory(&entry.name) => {
                notes.push(skipped(&entry.name, "a symbolic link is not followed"));
            }
            _ => {}
        }
    }
    folders.sort_by(|a, b| a.dir.cmp(&b.dir));
    Ok((folders, notes))
}

/// The folder of that name, made if it is missing, with all that belongs to it.
pub fn ensure(root: &Dir, name: &FolderName, separator: char) -> Result<Folder, MailError> {
    let failed = |error: io::Error| mail_error(&format!("making the folder {name}"), &error);
    let (folders, _) = list(root, separator).map_err(failed)?;
    let same = |folder: &&Folder| folder.name == *name || (folder.name.is_inbox() && name.is_inbox());
    let folder = match folders.iter().find(same) {
        Some(folder) => folder.clone(),
        None => Folder { dir: encoded(name, separator, &folders)?, name: name.clone() },
    };
    complete(root, &folder).map_err(failed)?;
    Ok(folder)
}

/// Creates what is missing of a folder. `cur` comes last: it makes a directory a folder.
fn complete(root: &Dir, folder: &Folder) -> io::Result<()> {
    let like = root.facts()?;
    if !folder.name.is_inbox() && make(root, &folder.dir, &like)? {
        root.sync()?;
    }
    let dir = root.sub(if folder.name.is_inbox() { "." } else { &folder.dir })?;
    let mut made = false;
    if !folder.name.is_inbox() && dir.facts_of("maildirfolder").is_err() {
        let marker = dir.create("maildirfolder")?;
        sys::hand_over(&marker, like.owner, like.mode & 0o666)?;
        made = true;
    }
    for sub in ["tmp", Sub::New.as_str(), Sub::Cur.as_str()] {
        made |= make(&dir, sub, &like)?;
    }
    if made { dir.sync() } else { Ok(()) }
}

/// Whether it had to be made.
pub fn make(parent: &Dir, name: &str, like: &Facts) -> io::Result<bool> {
    match parent.make_dir(name) {
        Ok(()) => {
            parent.sub(name)?.hand_over(like.owner, like.mode)?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

fn decoded(dir: &str, separator: char) -> FolderName {
    let part = |part| mutf7::decode(part).unwrap_or_else(|| String::from(part));
    let parts: Vec<_> = dir[separator.len_utf8()..].split(separator).map(part).collect();
    FolderName(parts.join("/"))
}

fn encoded(name: &FolderName, separator: char, others: &[Folder]) -> Result<String, MailError> {
    let utf8 = others.iter().any(|folder| !folder.dir.is_ascii())
        && !others.iter().any(|folder| folder.dir.is_ascii() && !folder.name.0.is_ascii());
    let mut dir = String::new();
    for part in name.0.split('/') {
        dir.push(separator);
        dir.push_str(&if utf8 { part.to_owned() } else { mutf7::encode(part) });
        if part.is_empty() || part.contains(separator) || part.contains('\0') {
            return Err(MailError::Other(format!("a Maildir can't have a folder {name:?}")));
        }
    }
    // A plain name that reads as modified UTF-7 would come back as another one.
    if dir.len() > LONGEST || decoded(&dir, separator) != *name {
        return Err(MailError::Other(format!("a Maildir can't have a folder {name:?}")));
    }
    Ok(dir)
}

fn skipped(dir: &str, reason: &str) -> Skipped {
    Skipped { folder: FolderName(dir.to_owned()), what: "the whole folder".into(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::{fs, os::unix::fs::MetadataExt};

    fn mailbox(folders: &[&str]) -> (tempfile::TempDir, Dir) {
        let temp = tempfile::tempdir().unwrap();
        for folder in folders {
            fs::create_dir_all(temp.path().join(folder).join("cur")).unwrap();
        }
        let root = Dir::open(temp.path()).unwrap();
        (temp, root)
    }

    #[test]
    fn both_encodings_are_read() {
        let (temp, root) =
            mailbox(&[".Sent", ".&g0l6Pw-.2026", ".Entwürfe", ".R&D", ".A&-B", "..DOVECOT-TRASHED", "junk"]);
        fs::write(temp.path().join(".qmail"), "").unwrap();
        let (folders, notes) = list(&root, '.').unwrap();
        let names: Vec<_> = folders.iter().map(|folder| folder.name.0.as_str()).collect();
        assert_eq!(names, ["INBOX", "草稿/2026", "A&B", "Entwürfe", "R&D", "Sent"]);
        assert_eq!(notes, []);
    }

    #[rstest]
    #[case::nothing_to_go_by(&[], "项目/R&D", ".&mHl27g-.R&-D")]
    #[case::as_the_others(&[".&g0l6Pw-"], "项目", ".&mHl27g-")]
    #[case::as_the_others(&[".草稿"], "项目/R&D", ".项目.R&D")]
    #[case::when_mixed(&[".草稿", ".&g0l6Pw-.x"], "项目", ".&mHl27g-")]
    #[case::found_as_it_is(&[".项目", ".&g0l6Pw-"], "项目", ".项目")]
    #[case::inbox_in_any_case(&[], "Inbox", "")]
    #[case::below_the_inbox(&[], "INBOX/x", ".INBOX.x")]
    fn a_new_folder_is_written_as_the_others(#[case] others: &[&str], #[case] name: &str, #[case] dir: &str) {
        let (temp, root) = mailbox(others);
        let folder = ensure(&root, &FolderName(name.into()), '.').unwrap();
        assert_eq!(folder.dir, dir);
        for sub in ["cur", "new", "tmp"] {
            assert!(temp.path().join(dir).join(sub).is_dir());
        }
        let again = ensure(&root, &FolderName(name.into()), '.').unwrap();
        assert_eq!(again.dir, folder.dir);
        let listed = list(&root, '.').unwrap().0;
        assert!(listed.iter().any(|found| found.name == folder.name || folder.name.is_inbox()));
    }

    #[rstest]
    #[case("a.b")]
    #[case("a//b")]
    #[case("/")]
    #[case("")]
    #[case("../x")]
    #[case("a\0b")]
    fn some_names_no_maildir_can_hold(#[case] name: &str) {
        let (_temp, root) = mailbox(&[]);
        assert!(matches!(ensure(&root, &FolderName(name.into()), '.'), Err(MailError::Other(_))));
        assert_eq!(list(&root, '.').unwrap().0.len(), 1);
    }

    #[test]
    fn a_name_too_long_is_refused_before_anything_is_made() {
        let (_temp, root) = mailbox(&[]);
        assert!(ensure(&root, &FolderName("长".repeat(100)), '.').is_err());
    }

    #[test]
    fn a_new_folder_belongs_to_whom_the_mailbox_belongs() {
        let (temp, root) = mailbox(&[]);
        let like = root.facts().unwrap();
        root.hand_over(like.owner, 0o750).unwrap();
        ensure(&root, &FolderName("x".into()), '.').unwrap();
        for (path, mode) in [(".x", 0o750), (".x/cur", 0o750), (".x/maildirfolder", 0o640)] {
            let made = fs::metadata(temp.path().join(path)).unwrap();
            assert_eq!((made.mode() & 0o7777, made.uid(), made.gid()), (mode, like.owner.0, like.owner.1));
        }
    }

    #[test]
    fn what_is_no_folder_of_ours_is_told_or_ignored() {
        let (temp, root) = mailbox(&[".INBOX"]);
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), temp.path().join(".Away")).unwrap();
        std::os::unix::fs::symlink("nowhere", temp.path().join(".dovecot.sieve")).unwrap();
        let (folders, mut notes) = list(&root, '.').unwrap();
        assert_eq!(folders, [Folder::inbox()]);
        notes.sort_by(|a, b| a.folder.cmp(&b.folder));
        assert_eq!(notes.iter().map(|note| note.folder.0.as_str()).collect::<Vec<_>>(), [".Away", ".INBOX"]);
    }
}
