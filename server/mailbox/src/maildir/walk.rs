//! A look at all folders of a mailbox that its owner goes on using.
//!
//! Reading a directory isn't atomic: a file that is renamed, flagged or moved meanwhile can be missed. So we
//! look until a whole pass met the same directories, change times and names as the one before; what an
//! earlier pass learned about an unchanged directory is kept, so further passes are cheap. Since Linux 6.13
//! each change that is looked at between has its own time; before, two changes within one tick (≤ 10 ms) that
//! undo each other and fall into both passes would go unseen.

use super::{
    Mailbox,
    folder::{self, Folder},
    name::{Spot, Sub},
    sys::{Dir, Entry, Facts, Kind, mail_error},
};
use domain::mail_system::{FolderName, MailError, Skipped};
use std::{collections::HashMap, io};

/// A mailbox that changes faster than this many looks is told as it is: incomplete.
const PASSES: usize = 16;

/// One message file, with the directory that holds it open.
pub struct Sight<'a> {
    pub folder: &'a Folder,
    pub dir: &'a Dir,
    pub device: u64,
    pub inode: u64,
    pub spot: Spot,
}

pub struct Walk<T> {
    pub found: Vec<T>,
    pub searched: Vec<FolderName>,
    pub skipped: Vec<Skipped>,
    /// False: it never stood still, something may have been missed.
    pub settled: bool,
}

/// One `new/` or `cur/` as a pass met it.
struct View<T> {
    state: State,
    found: Vec<T>,
    notes: Vec<Skipped>,
    /// A file went away between its listing and our look at it.
    vanished: bool,
}

#[derive(PartialEq)]
enum State {
    Missing,
    Unreadable(String),
    Listed { changed: (i64, u64), entries: Vec<Entry> },
}

type Views<T> = HashMap<(Folder, Sub), View<T>>;

/// `look` says what a message file is to the caller; it is asked again when the directory changed.
pub fn all<T>(
    mailbox: &Mailbox,
    mut look: impl FnMut(&Sight<'_>) -> io::Result<Option<T>>,
) -> Result<Walk<T>, MailError> {
    let mut views = Views::new();
    let mut pass = 1;
    loop {
        let listed = folder::list(&mailbox.root, mailbox.config.separator);
        let (folders, notes) = listed.map_err(|error| mail_error("listing the folders", &error))?;
        let mut now = Views::with_capacity(views.len());
        let mut same = views.len() == folders.len() * Sub::BOTH.len();
        for folder in &folders {
            for sub in Sub::BOTH {
                let key = (folder.clone(), sub);
                let before = views.remove(&key);
                let (view, kept) = visit(mailbox, folder, sub, before, &mut look);
                same &= kept;
                now.insert(key, view);
            }
        }
        if same || pass == PASSES {
            return Ok(collect(folders, notes, now, same));
        }
        views = now;
        pass += 1;
    }
}

/// The view, and whether it is the one from before.
fn visit<T>(
    mailbox: &Mailbox,
    folder: &Folder,
    sub: Sub,
    before: Option<View<T>>,
    look: &mut impl FnMut(&Sight<'_>) -> io::Result<Option<T>>,
) -> (View<T>, bool) {
    let (state, dir) = match read(mailbox, folder, sub) {
        Ok((dir, facts, state)) => (state, Some((dir, facts))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => (State::Missing, None),
        Err(error) => (State::Unreadable(error.to_string()), None),
    };
    if let Some(before) = before.filter(|before| before.state == state && !before.vanished) {
        return (before, true);
    }
    let mut view = View { state, found: Vec::new(), notes: Vec::new(), vanished: false };
    let note = |what: &str, reason: &str| Skipped {
        folder: folder.name.clone(),
        what: what.to_owned(),
        reason: reason.to_owned(),
    };
    match (&view.state, dir) {
        (State::Unreadable(reason), _) => view.notes.push(note(&format!("{}/", sub.as_str()), reason)),
        (State::Listed { entries, .. }, Some((dir, facts))) => {
            for entry in entries.iter().filter(|entry| !entry.name.starts_with('.')) {
                if entry.kind != Kind::File {
                    view.notes.push(note(&entry.name, Skipped::NO_FILE));
                    continue;
                }
                let spot = Spot { folder: folder.dir.clone(), sub, file: entry.name.clone() };
                match look(&Sight { folder, dir: &dir, device: facts.device, inode: entry.inode, spot }) {
                    Ok(found) => view.found.extend(found),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => view.vanished = true,
                    Err(error) => view.notes.push(note(&entry.name, &error.to_string())),
                }
            }
        }
        _ => {}
    }
    (view, false)
}

/// The time is taken before the names: a change after it shows in the next pass.
fn read(mailbox: &Mailbox, folder: &Folder, sub: Sub) -> io::Result<(Dir, Facts, State)> {
    let mut dir = folder.open(&mailbox.root, sub)?;
    let facts = dir.facts()?;
    let listing = dir.list()?;
    mailbox.cache.note_time(&facts);
    // No handle can point to a name that isn't UTF-8: told like a directory or a pipe among the messages.
    let unspeakable = listing.unspeakable.into_iter().map(|name| Entry { name, inode: 0, kind: Kind::Other });
    let entries = listing.entries.into_iter().chain(unspeakable).collect();
    Ok((dir, facts, State::Listed { changed: facts.changed, entries }))
}

fn collect<T>(folders: Vec<Folder>, notes: Vec<Skipped>, mut views: Views<T>, settled: bool) -> Walk<T> {
    let mut walk = Walk { found: Vec::new(), searched: Vec::new(), skipped: notes, settled };
    for folder in folders {
        let mut searched = false;
        for sub in Sub::BOTH {
            if let Some(view) = views.remove(&(folder.clone(), sub)) {
                searched |= matches!(view.state, State::Listed { .. });
                walk.found.extend(view.found);
                walk.skipped.extend(view.notes);
            }
        }
        if searched && !walk.searched.contains(&folder.name) {
            walk.searched.push(folder.name);
        }
    }
    if !settled {
        let reason = "it kept changing while we looked".to_owned();
        walk.skipped.push(Skipped { folder: FolderName::inbox(), what: Skipped::MAILBOX.into(), reason });
    }
    walk
}
