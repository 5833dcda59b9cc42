//! Words that are looked for side by side: what the index has of them, and where they stand in a text.

use super::{
    query::Field,
    runs::{Kind, Run, folded, runs},
    tokens::{BEGINNING, LONGEST, cut, in_field, parts},
    wanted::Wanted,
};
use std::{iter, ops::Range};

/// Words side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Needle {
    pub field: Option<Field>,
    pub runs: Vec<Run>,
    /// Whole words only.
    quoted: bool,
    /// In a field of people: the address must go on from its start, or from the `@`, as typed.
    address: Option<String>,
}

impl Needle {
    /// None: nothing in it can be looked for.
    pub fn new(field: Option<Field>, text: &str, quoted: bool) -> Option<Self> {
        let runs = runs(text);
        let address = field.is_some_and(Field::is_of_people) && text.contains(['@', '＠']);
        let address = address.then(|| folded(text));
        (!runs.is_empty()).then_some(Self { field, runs, quoted, address })
    }

    /// One word of the index says it all.
    pub fn is_exact(&self) -> bool {
        let [run] = self.runs.as_slice() else { return false };
        self.address.is_none()
            && match run.kind {
                Kind::Word => !self.quoted && run.letters.len() < LONGEST,
                Kind::Cjk => run.letters.len() <= 2,
            }
    }

    pub fn words(&self) -> Wanted {
        let mut words = Vec::new();
        for run in &self.runs {
            match (run.kind, run.letters.len()) {
                (Kind::Word, _) => words.push(in_field(self.field, cut(&run.letters))),
                (Kind::Cjk, 1) => words.push(in_field(self.field, &run.letters)),
                (Kind::Cjk, _) => {
                    words.extend(run.letters.windows(2).map(|pair| in_field(self.field, pair)));
                }
            }
        }
        words.sort();
        words.dedup();
        let mut words: Vec<Wanted> = words.into_iter().map(Wanted::Word).collect();
        match words.len() {
            1 => words.remove(0),
            _ => Wanted::All(words),
        }
    }

    /// Of an address: is it the one that was typed so far?
    pub fn fits_address(&self, text: &str) -> bool {
        let Some(typed) = &self.address else { return true };
        let Some(at) = text.find('@') else { return false };
        let part = if typed.starts_with('@') { &text[at..] } else { text };
        if self.quoted { part == typed } else { part.starts_with(typed.as_str()) }
    }

    /// Each place where it stands among these runs. `header`: words are found by their beginnings, too.
    pub fn hits<'a>(&'a self, runs: &'a [Run], header: bool) -> impl Iterator<Item = Hit> + 'a {
        let one = (self.runs.len() == 1).then(|| {
            let hits = runs.iter().enumerate().map(move |(at, theirs)| (at, self.within(theirs, header)));
            hits.flat_map(|(at, places)| {
                places.into_iter().map(move |place| Hit {
                    first: at,
                    head: place.clone(),
                    last: at,
                    tail: place,
                })
            })
        });
        let several = (self.runs.len() > 1)
            .then(|| (0..runs.len()).filter_map(move |at| self.across(runs.get(at..)?, at, header)));
        one.into_iter().flatten().chain(several.into_iter().flatten())
    }

    /// Several runs side by side, from the first of these on.
    fn across(&self, theirs: &[Run], at: usize, header: bool) -> Option<Hit> {
        let theirs = theirs.get(..self.runs.len())?;
        let ([first, middle @ .., last], [head, between @ .., tail]) = (self.runs.as_slice(), theirs) else {
            return None;
        };
        let same = middle.iter().zip(between).all(|(ours, theirs)| same(ours, theirs));
        let head = ends_with(head, first)?;
        let tail = self.begins_with(tail, last, header)?;
        same.then_some(Hit { first: at, head, last: at + self.runs.len() - 1, tail })
    }

    /// The only run within another one.
    fn within(&self, theirs: &Run, header: bool) -> Vec<Range<usize>> {
        let (Some(ours), letters) = (self.runs.first(), &theirs.letters) else { return vec![] };
        let typed = &ours.letters;
        let only = |range: Range<usize>| iter::once(range).collect();
        let whole = || only(0..letters.len());
        match theirs.kind {
            _ if ours.kind != theirs.kind => vec![],
            Kind::Cjk => {
                let places = letters.windows(typed.len()).enumerate();
                places
                    .filter(|(_, part)| *part == typed.as_slice())
                    .map(|(at, part)| at..at + part.len())
                    .collect()
            }
            Kind::Word if letters == typed => whole(),
            Kind::Word if self.quoted => vec![],
            Kind::Word if is_beginning(letters, typed, header) => only(0..typed.len()),
            Kind::Word if parts(letters).any(|part| part == typed.as_slice()) => whole(),
            Kind::Word => vec![],
        }
    }

    fn begins_with(&self, theirs: &Run, ours: &Run, header: bool) -> Option<Range<usize>> {
        let begins = match ours.kind {
            _ if ours.kind != theirs.kind => false,
            Kind::Cjk => theirs.letters.starts_with(&ours.letters),
            Kind::Word => {
                ours.letters == theirs.letters
                    || !self.quoted && is_beginning(&theirs.letters, &ours.letters, header)
            }
        };
        begins.then_some(0..ours.letters.len())
    }
}

/// Among the runs of a text.
pub(super) struct Hit {
    pub first: usize,
    pub head: Range<usize>,
    pub last: usize,
    pub tail: Range<usize>,
}

fn same(ours: &Run, theirs: &Run) -> bool {
    ours.kind == theirs.kind && ours.letters == theirs.letters
}

fn ends_with(theirs: &Run, ours: &Run) -> Option<Range<usize>> {
    let ends = match ours.kind {
        _ if ours.kind != theirs.kind => false,
        Kind::Cjk => theirs.letters.ends_with(&ours.letters),
        Kind::Word => ours.letters == theirs.letters,
    };
    ends.then(|| theirs.letters.len() - ours.letters.len()..theirs.letters.len())
}

fn is_beginning(word: &[char], typed: &[char], header: bool) -> bool {
    header && BEGINNING.contains(&typed.len()) && word.starts_with(typed)
}
