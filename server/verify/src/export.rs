//! The file that `recant audit export` writes: JSON lines. The first is the head, then all entries in order, then
//! all checkpoints.

use crate::{
    entry::{Entry, Fact},
    finding::Finding,
    parallel,
    trail::{Claim, Trail},
};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    io::{self, Write},
};

/// In the head of each file of this kind.
pub const FORMAT: &str = "recant audit export 1";

/// A line: an object with one member, whose name says what it is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Line<'a> {
    Head(Head<'a>),
    #[serde(borrow)]
    Entry(Entry<'a>),
    /// The signed text.
    #[serde(borrow)]
    Checkpoint(Cow<'a, str>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head<'a> {
    #[serde(borrow)]
    pub format: Cow<'a, str>,
    pub entries: u64,
    pub checkpoints: u64,
    /// When it was written, in milliseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
}

pub fn write(to: &mut impl Write, line: &Line<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *to, line)?;
    to.write_all(b"\n")
}

/// About as many bytes an entry takes: room for all of a share at once.
const LINE: usize = 350;

/// What one thread read: its lines are numbered from 0.
#[derive(Default)]
struct Part {
    lines: u64,
    facts: Vec<Fact>,
    claims: Vec<String>,
    head: Option<(u64, Head<'static>)>,
    problems: Vec<(u64, String)>,
}

/// Everything in the file, read and hashed by as many threads as there are processors.
pub fn read(file: &[u8]) -> Trail {
    let parts = parallel::map(&shares(file), |shares| shares.iter().map(|share| part(share)).collect());
    let mut trail = Trail::default();
    let mut head = None;
    let mut before = 0;
    for part in parts {
        for (line, why) in part.problems {
            trail.findings.push(Finding::Unreadable { line: before + line + 1, why });
        }
        match part.head {
            Some((0, found)) if before == 0 => head = Some(found),
            Some((line, _)) => {
                let why = "a head belongs in the first line".to_owned();
                trail.findings.push(Finding::Unreadable { line: before + line + 1, why });
            }
            None => {}
        }
        if trail.facts.is_empty() {
            trail.facts = part.facts;
        } else {
            trail.facts.extend(part.facts);
        }
        trail.claims.extend(part.claims.into_iter().map(|text| Claim { text, file: None }));
        before += part.lines;
    }
    match head {
        Some(head) if head.format == FORMAT => trail.count = Some(head.entries),
        _ => {
            let why = format!("it doesn't say that this is a {FORMAT:?}");
            trail.findings.push(Finding::Unreadable { line: 1, why });
        }
    }
    trail
}

/// The file cut at line ends into about as many pieces as there are threads.
fn shares(file: &[u8]) -> Vec<&[u8]> {
    let about = file.len().div_ceil(parallel::threads()).max(1);
    let mut shares = Vec::new();
    let mut rest = file;
    while !rest.is_empty() {
        let tail = rest.get(about..).unwrap_or_default();
        let end = tail.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| about + at + 1);
        let (share, others) = rest.split_at(end);
        shares.push(share);
        rest = others;
    }
    shares
}

fn part(share: &[u8]) -> Part {
    let mut part = Part { facts: Vec::with_capacity(share.len() / LINE), ..Part::default() };
    let mut buffer = Vec::new();
    let share = share.strip_suffix(b"\n").unwrap_or(share);
    for line in share.split(|byte| *byte == b'\n') {
        let number = part.lines;
        part.lines += 1;
        match serde_json::from_slice(line) {
            Ok(Line::Entry(entry)) => part.facts.push(entry.fact_in(&mut buffer)),
            Ok(Line::Checkpoint(text)) => part.claims.push(text.into_owned()),
            Ok(Line::Head(head)) if part.head.is_none() => {
                let format = Cow::Owned(head.format.into_owned());
                part.head = Some((number, Head { format, ..head }));
            }
            Ok(Line::Head(_)) => part.problems.push((number, "a second head".to_owned())),
            Err(error) => part.problems.push((number, error.to_string())),
        }
    }
    part
}
