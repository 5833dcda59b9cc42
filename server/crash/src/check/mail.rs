//! I2, I3, I8: every letter is where it must be, once, as it was.

use super::{
    Findings,
    scene::{CaseFile, Scene},
};
use crate::{
    files::{self, Found},
    letters::{Kind, Letter},
    office::{HELD, RETENTION},
};
use domain::shared::{CaseState, CopyState};
use std::collections::HashMap;

pub(super) fn check(scene: &Scene<'_>, found: &mut Findings) {
    let places = Places::of(scene);
    for letter in &scene.letters.posted {
        let here = places.mailbox.get(&letter.serial).map_or(&[][..], Vec::as_slice);
        if letter.kind == Kind::Original && letter.owner != HELD {
            original(scene, letter, here, places.vault.get(&letter.serial), found);
        } else {
            untouched(letter, here, found);
        }
    }
    for surprise in &scene.letters.surprises {
        found.unless(false, || format!("I3: {surprise}"));
    }
    for (owner, id) in places.foreign {
        let known =
            scene.cases.iter().flat_map(CaseFile::mails).any(|message_id| Some(message_id.to_string()) == id);
        found.unless(known, || format!("I2: {owner} has a message that nobody wrote: {id:?}"));
    }
}

#[derive(Default)]
struct Places<'a> {
    mailbox: HashMap<usize, Vec<(&'static str, &'a Found)>>,
    /// Copies in the vault that may go back one day.
    vault: HashMap<usize, Vec<&'a [u8]>>,
    /// Not posted by us: owner and Message-ID.
    foreign: Vec<(&'static str, Option<String>)>,
}

impl<'a> Places<'a> {
    fn of(scene: &'a Scene<'_>) -> Self {
        let mut places = Self::default();
        for (owner, files) in &scene.mailboxes {
            for file in files {
                match files::serial(&file.bytes) {
                    Some(serial) => places.mailbox.entry(serial).or_default().push((*owner, file)),
                    None => places.foreign.push((*owner, files::message_id(&file.bytes))),
                }
            }
        }
        for kept in scene.cases.iter().flat_map(|file| &file.copies) {
            let in_vault = matches!(kept.record.state, CopyState::Vaulted | CopyState::Held);
            if let Some(raw) = kept.raw.as_deref().filter(|_| in_vault)
                && let Some(serial) = files::serial(raw)
            {
                places.vault.entry(serial).or_default().push(raw);
            }
        }
        places
    }
}

/// I3.
fn original(
    scene: &Scene<'_>,
    letter: &Letter,
    here: &[(&str, &Found)],
    vault: Option<&Vec<&[u8]>>,
    found: &mut Findings,
) {
    let vault = vault.map_or(&[][..], Vec::as_slice);
    let who = format!("letter {} of {}", letter.serial, letter.owner);
    let intact = vault.iter().all(|raw| *raw == letter.bytes);
    found.unless(intact, || format!("I3: {who}: the vault holds other bytes"));
    found.unless(here.len() <= 1, || format!("I3: {who} stands {} times in mailboxes", here.len()));
    if !letter.deleted && !erased(scene, letter) {
        found.unless(here.len() + vault.len() >= 1, || format!("I3: {who} is in neither mailbox nor vault"));
    }
    if scene.at_rest {
        let places = here.len() + vault.len();
        found.unless(places <= 1, || {
            format!(
                "I3: {who} is at the end in {} mailboxes and {} times in the vault",
                here.len(),
                vault.len()
            )
        });
    }
    for (owner, file) in here {
        let same = file.bytes == letter.bytes && *owner == letter.owner;
        found.unless(same, || format!("I3: {who} has other bytes or another owner: {owner}"));
        // What its owner deleted may come back as we found it: we can't know that the deed was theirs.
        let (is, was) = (&file.spot, &letter.spot);
        found.unless(letter.deleted || (is.is_like(was) && file.received == letter.received), || {
            format!("I3: {who} is at {is:?} {}, not at {was:?} {}", file.received, letter.received)
        });
    }
}

/// Recalled with approval, ended, kept as long as it must be: then it is gone for good.
fn erased(scene: &Scene<'_>, letter: &Letter) -> bool {
    let id = files::message_id(&letter.bytes);
    let about = scene.cases.iter().filter(|file| Some(file.message_id()) == id.as_deref());
    about.filter(|file| file.case.state == CaseState::Finished).any(|file| {
        let erased = file.trail.iter().find(|entry| entry.action == "vault.erased");
        let due = file.case.ended_at.map(|ended| ended.plus(RETENTION));
        erased.zip(due).is_some_and(|(erased, due)| erased.at >= due)
    })
}

/// I2, I8: not even its file name changed.
fn untouched(letter: &Letter, here: &[(&str, &Found)], found: &mut Findings) {
    let rule = if letter.owner == HELD { "I8" } else { "I2" };
    let who = format!("{:?} letter {} of {}", letter.kind, letter.serial, letter.owner);
    let as_it_was = match here {
        [] => letter.deleted,
        [(owner, file)] => {
            !letter.deleted
                && *owner == letter.owner
                && file.bytes == letter.bytes
                && file.spot == letter.spot
                && file.received == letter.received
        }
        _ => false,
    };
    found.unless(as_it_was, || format!("{rule}: {who} was touched: {} there", here.len()));
}
