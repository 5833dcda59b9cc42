//! Mail clients at work beside the portal: plain renames and unlinks, as Maildir wants them. Each success is
//! noted at once, under the same lock, so that the check can tell an owner's act from a loss.

use crate::{
    dice::Dice,
    files::{self, Spot, folder_path},
    letters::Letters,
    office::{HELD, MAILBOXES, Place},
};
use anyhow::Result;
use std::{
    fs,
    io::{self, ErrorKind},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// All clients of the office, in a thread of their own until they are told to stop.
pub struct Clients {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<()>>,
}

impl Clients {
    pub fn start(place: Place, letters: Arc<Mutex<Letters>>, dice: Dice) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::SeqCst) {
                act(&place, &letters, &dice)?;
                thread::sleep(Duration::from_millis(5 + dice.below(40)));
            }
            Ok(())
        });
        Self { stop, thread }
    }

    pub fn stop(self) -> Result<()> {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().map_err(|_| anyhow::anyhow!("the clients' thread broke"))?
    }
}

/// One act in one mailbox. Whoever is on legal hold does nothing, so that every change there shows.
fn act(place: &Place, letters: &Mutex<Letters>, dice: &Dice) -> Result<()> {
    let Some(owner) = dice.pick(&MAILBOXES).filter(|owner| **owner != HELD) else { return Ok(()) };
    let maildir = place.maildir(owner);
    if dice.chance(5) {
        return tidy_up(&maildir, dice);
    }
    let folders = files::folders(&maildir)?;
    let Some(folder) = dice.pick(&folders).filter(|folder| *folder != ".Sent") else { return Ok(()) };
    let spots = files::spots(&maildir, folder)?;
    let Some(spot) = dice.pick(&spots) else { return Ok(()) };
    let Ok(bytes) = fs::read(spot.path(&maildir)) else { return Ok(()) };
    // Not too eager to read: what is read isn't held.
    let change = match dice.below(20) {
        0 => None,
        1..9 => Some(moved(spot, &maildir, dice)?),
        9..17 => Some(flagged(spot, 'F')),
        _ => Some(flagged(spot, 'S')),
    };
    let mut letters = letters.lock().unwrap_or_else(PoisonError::into_inner);
    let from = spot.path(&maildir);
    let done = match &change {
        Some(to) => rename(&from, &to.path(&maildir)),
        None => fs::remove_file(&from),
    };
    match done {
        Ok(()) => {}
        // Somebody was faster, or removed the folder it should go to.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    note(&mut letters, owner, &bytes, spot, change);
    Ok(())
}

fn note(letters: &mut Letters, owner: &str, bytes: &[u8], found: &Spot, change: Option<Spot>) {
    let letter = files::serial(bytes).and_then(|serial| letters.posted.get_mut(serial));
    // After this act nobody could see any more that it lay elsewhere than its owner had left it.
    if let Some(letter) = letter.as_deref().filter(|letter| !letter.deleted && !letter.spot.is_like(found)) {
        let surprise =
            format!("letter {} of {owner} was at {found:?}, not at {:?}", letter.serial, letter.spot);
        letters.surprises.push(surprise);
    }
    let letter = files::serial(bytes).and_then(|serial| letters.posted.get_mut(serial));
    match (letter, change) {
        (Some(letter), Some(spot)) => letter.spot = spot,
        (Some(letter), None) => letter.deleted = true,
        (None, Some(_)) => {}
        (None, None) => {
            let id = files::message_id(bytes).unwrap_or_default();
            *letters.corrections_deleted.entry((owner.to_owned(), id)).or_default() += 1;
        }
    }
}

/// Never onto another file.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() { Err(ErrorKind::AlreadyExists.into()) } else { fs::rename(from, to) }
}

/// Read or flagged: into `cur`, with the letters in order.
fn flagged(spot: &Spot, flag: char) -> Spot {
    let mut flags: Vec<char> = spot.flags().chars().filter(|known| *known != flag).collect();
    flags.push(flag);
    flags.sort_unstable();
    let base = spot.name.split(':').next().unwrap_or_default();
    let name = format!("{base}:2,{}", flags.into_iter().collect::<String>());
    Spot { folder: spot.folder.clone(), sub: "cur", name }
}

fn moved(spot: &Spot, maildir: &Path, dice: &Dice) -> Result<Spot> {
    let folder = *dice.pick(&["", ".Archive.2026", ".Trash", ".Projekte.&g0l6Pw-"]).unwrap_or(&"");
    for sub in ["tmp", "new", "cur"] {
        fs::create_dir_all(folder_path(maildir, folder).join(sub))?;
    }
    let name = if spot.name.contains(":2,") { spot.name.clone() } else { format!("{}:2,", spot.name) };
    Ok(Spot { folder: folder.to_owned(), sub: "cur", name })
}

/// Deletes a folder that has nothing in it, whether or not something was taken out of it to be put back.
fn tidy_up(maildir: &Path, dice: &Dice) -> Result<()> {
    let folders = files::folders(maildir)?;
    let Some(folder) = dice.pick(&folders).filter(|folder| !folder.is_empty() && *folder != ".Sent") else {
        return Ok(());
    };
    let path = folder_path(maildir, folder);
    for sub in ["new", "cur"] {
        if fs::remove_dir(path.join(sub)).is_err() {
            return Ok(());
        }
    }
    // Marker and tmp go with it; whoever puts something there at the same time makes the folder again.
    let _ = fs::remove_file(path.join("maildirfolder"));
    let _ = fs::remove_dir(path.join("tmp"));
    let _ = fs::remove_dir(path);
    Ok(())
}
