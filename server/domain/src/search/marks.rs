//! Where a text was hit, so that pages can show it. Only places: escaping is the page's business.

use super::{
    needle::Needle,
    query::Field,
    runs::{Run, runs},
    wanted::{Search, Test},
};
use std::ops::Range;

/// A stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub hit: bool,
}

/// Letters shown before the first hit, and in all.
const BEFORE: usize = 30;
const SHOWN: usize = 140;

impl Search {
    /// A header's text in stretches; together they are the text.
    pub fn marked(&self, field: Field, text: &str) -> Vec<Piece> {
        pieces(text, &self.places(Some(field), text))
    }

    /// The text of a message around the first hit, on one line; empty without a hit.
    pub fn snippet(&self, text: &str) -> Vec<Piece> {
        let places = self.places(None, text);
        let Some(first) = places.first() else { return Vec::new() };
        let before = text[..first.start].char_indices().rev().nth(BEFORE - 1);
        // From there to the next blank, where there is one.
        let start = before.map_or(0, |(at, _)| {
            let blank = text[at..first.start].find(char::is_whitespace);
            at + blank.unwrap_or(0)
        });
        let end = text[start..].char_indices().nth(SHOWN).map_or(text.len(), |(at, _)| start + at);
        let end = end.max(first.end.min(text.len()));
        let within = |place: &Range<usize>| place.start.max(start) - start..place.end.min(end) - start;
        let shown: Vec<_> =
            places.iter().filter(|place| place.start < end && place.end > start).map(within).collect();
        let mut pieces = pieces(&text[start..end], &shown);
        for piece in &mut pieces {
            piece.text = one_line(&piece.text);
        }
        let around = |left_out: bool| left_out.then(|| Piece { text: "…".to_owned(), hit: false });
        around(start > 0).into_iter().chain(pieces).chain(around(end < text.len())).collect()
    }

    /// Bytes, in order, apart from each other. `field`: None, the message's text.
    fn places(&self, field: Option<Field>, text: &str) -> Vec<Range<usize>> {
        let mut needles = Vec::new();
        if let Some(root) = &self.root {
            positive(root, &mut needles);
        }
        let is_address = field.is_some_and(Field::is_of_people) && text.contains('@');
        needles.retain(|needle| {
            (needle.field.is_none() || needle.field == field) && (!is_address || needle.fits_address(text))
        });
        if needles.is_empty() {
            return Vec::new();
        }
        let runs = runs(text);
        let mut places: Vec<Range<usize>> =
            needles.iter().flat_map(|needle| in_runs(needle, &runs, field.is_some())).collect();
        places.sort_by_key(|place| place.start);
        places.dedup_by(|next, last| {
            let touches = next.start <= last.end;
            if touches {
                last.end = last.end.max(next.end);
            }
            touches
        });
        places
    }
}

/// Those that make a message a hit, not those that keep it from being one.
fn positive<'a>(test: &'a Test, found: &mut Vec<&'a Needle>) {
    match test {
        Test::All(parts) | Test::Any(parts) => parts.iter().for_each(|part| positive(part, found)),
        Test::Words(needle) => found.push(needle),
        Test::Not(_) | Test::Plain(_) => {}
    }
}

fn in_runs(needle: &Needle, runs: &[Run], header: bool) -> Vec<Range<usize>> {
    let hits = needle.hits(runs, header).filter_map(|hit| {
        let start = runs[hit.first].place(hit.head)?.start;
        let end = runs[hit.last].place(hit.tail)?.end;
        Some(start..end)
    });
    hits.collect()
}

fn pieces(text: &str, places: &[Range<usize>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut push = |range: Range<usize>, hit: bool| {
        if let Some(text) = text.get(range).filter(|text| !text.is_empty()) {
            pieces.push(Piece { text: text.to_owned(), hit });
        }
    };
    for place in places {
        push(at..place.start, false);
        push(place.clone(), true);
        at = place.end;
    }
    push(at..text.len(), false);
    pieces
}

fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
