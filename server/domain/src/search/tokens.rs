//! The words under which a message stands in the index.
//!
//! A word of a header is there three times over: plain, by its beginnings, and marked with its field. Marks hold a
//! letter that no word has, and nothing that the databases' own tokenizers would cut at or fold.

use super::{
    query::Field,
    runs::{Kind, Run, runs},
};
use crate::{ids::PersonId, mail::NamedAddress, sent::SentMessage};
use std::collections::BTreeSet;

/// Longer ones are cut in the index (letters).
pub(super) const LONGEST: usize = 64;

/// Words of headers are found from so many of their first letters on, up to so many.
pub(super) const BEGINNING: std::ops::RangeInclusive<usize> = 2..=20;

/// A tsvector holds less than 1 MiB of words (PostgreSQL manual, 12.11).
const MOST_BYTES: usize = 900_000;

/// The text has so much of it, so that the subject is always found.
const MOST_OF_TEXT: usize = 600_000;

pub(super) const ATTACHMENT: &str = "h§attachment";

/// Of a message that has more words than the index takes.
pub(super) const CUT: &str = "h§cut";

/// Sorted, each once. Where not all have room, [`CUT`] is among them.
pub fn tokens(message: &SentMessage) -> Vec<String> {
    let mut found = Tokens { words: BTreeSet::new(), bytes: CUT.len(), most: MOST_OF_TEXT, is_cut: false };
    found.add(owner_token(message.owner));
    if !message.attachments.is_empty() {
        found.add(ATTACHMENT.to_owned());
    }
    for run in runs(&message.text) {
        found.add_run(&run, None);
    }
    // After it: thousands of recipients, each found by many beginnings, would leave no room for the text.
    found.most = MOST_BYTES;
    for (field, text) in headers(message) {
        for run in runs(text) {
            found.add_run(&run, Some(field));
        }
    }
    if found.is_cut {
        found.words.insert(CUT.to_owned());
    }
    found.words.into_iter().collect()
}

/// Every message has its owner's.
pub fn owner_token(owner: PersonId) -> String {
    format!("o§{}", owner.0.simple())
}

/// Each name, address and file name on its own, so that no word is found across two of them.
pub(super) fn headers(message: &SentMessage) -> impl Iterator<Item = (Field, &str)> {
    let files = message.attachments.iter().map(|file| (Field::Filename, file.name.as_str()));
    std::iter::once((Field::Subject, message.subject.as_str()))
        .chain(files)
        .chain(of_people(Field::From, message.from.as_slice()))
        .chain(of_people(Field::To, &message.to))
        .chain(of_people(Field::Cc, &message.cc))
        .chain(of_people(Field::Bcc, &message.bcc))
}

fn of_people(field: Field, people: &[NamedAddress]) -> impl Iterator<Item = (Field, &str)> {
    people.iter().flat_map(move |person| [(field, person.name.as_str()), (field, person.address.as_str())])
}

/// Is it looked at when somebody names no field? The sender isn't: it would fit all that a person has sent.
pub(super) fn is_anywhere(field: Option<Field>) -> bool {
    field != Some(Field::From)
}

/// `word` as it stands in the index for this field; None: anywhere.
pub(super) fn in_field(field: Option<Field>, word: &[char]) -> String {
    field.map(Field::mark).into_iter().flat_map(|mark| [mark, '§']).chain(word.iter().copied()).collect()
}

/// Letters and digits of a word that mixes them, and its ends: `2026q3` is found as `2026`, `q`, `3` and `q3`, too.
pub(super) fn parts(word: &[char]) -> impl Iterator<Item = &[char]> {
    let chunks = || word.chunk_by(|one, next| one.is_numeric() == next.is_numeric());
    let ends = chunks().scan(0, move |at, chunk| {
        *at += chunk.len();
        word.get(*at..)
    });
    chunks().chain(ends).filter(move |part| (1..word.len()).contains(&part.len()))
}

pub(super) fn cut(word: &[char]) -> &[char] {
    &word[..word.len().min(LONGEST)]
}

struct Tokens {
    words: BTreeSet<String>,
    bytes: usize,
    /// Bytes there is room for now.
    most: usize,
    is_cut: bool,
}

impl Tokens {
    fn add(&mut self, word: String) {
        let bytes = word.len();
        if self.bytes + bytes <= self.most {
            self.bytes += if self.words.insert(word) { bytes } else { 0 };
        } else {
            self.is_cut |= !self.words.contains(&word);
        }
    }

    fn add_run(&mut self, run: &Run, field: Option<Field>) {
        let letters = &run.letters;
        let mut words: Vec<&[char]> = match run.kind {
            Kind::Cjk => letters.windows(1).chain(letters.windows(2)).collect(),
            Kind::Word => std::iter::once(letters.as_slice()).chain(parts(letters)).map(cut).collect(),
        };
        if run.kind == Kind::Word && field.is_some() {
            let beginnings = BEGINNING.take_while(|length| *length < letters.len());
            words.extend(beginnings.map(|length| &letters[..length]));
        }
        for word in words {
            if is_anywhere(field) {
                self.add(in_field(None, word));
            }
            if field.is_some() {
                self.add(in_field(field, word));
            }
        }
    }
}
