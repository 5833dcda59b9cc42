//! What can be wrong with a trail, each in a sentence that says where.

use crate::{checkpoint::CheckpointError, note::Distrust};
use std::fmt;
use thiserror::Error;

/// Entries by their numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub first: i64,
    pub last: i64,
}

/// A checkpoint, so that a reader finds it: its size if it has one, and the file it came from if not the export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Which {
    pub size: Option<u64>,
    pub file: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Finding {
    #[error("line {line} can't be read: {why}")]
    Unreadable { line: u64, why: String },
    #[error("{} changed: content and hash don't fit each other", was(*.0))]
    Changed(Span),
    #[error("{} missing", is(*.0))]
    Missing(Span),
    #[error("entry {0} is there more than once: one of them was put in")]
    Twice(i64),
    #[error("entry {0} was put in: the one after it follows the one before it")]
    PutIn(i64),
    #[error("entry {seq} stands in the wrong place, after entry {after}")]
    Misplaced { seq: i64, after: i64 },
    #[error(
        "entry {0} doesn't follow the one before it: one of the two was exchanged together with its hash"
    )]
    Unlinked(i64),
    #[error("{} cut off at the end: there should be {}", was(*.0), entries(*.1))]
    CutOff(Span, u64),
    #[error("the tree that the database keeps isn't the one over its entries")]
    Tree,
    #[error("{which} can't be read: {why}")]
    NoCheckpoint { which: Which, why: CheckpointError },
    #[error("{which} can't be believed: {why}")]
    Distrusted { which: Which, why: Distrust },
    #[error("{which} is of another log, {origin}")]
    OtherLog { which: Which, origin: String },
    #[error("the trail is older than {which}: {} missing. The database was rolled back, or its end cut off", is(*.missing))]
    RolledBack { which: Which, missing: Span },
    #[error("among {span} something was rewritten together with all hashes: {which} doesn't fit any more")]
    Rewritten { which: Which, span: Span },
    #[error(
        "{which} tells another history, which parts from this one among {span}. The database was rolled back and went on"
    )]
    OtherHistory { which: Which, span: Span },
}

impl Finding {
    /// The entries it is about, when it says so by itself.
    pub(crate) fn span(&self) -> Option<Span> {
        match self {
            Self::Changed(span) | Self::Missing(span) => Some(*span),
            Self::Twice(seq) | Self::PutIn(seq) | Self::Unlinked(seq) | Self::Misplaced { seq, .. } => {
                Some(Span::one(*seq))
            }
            _ => None,
        }
    }
}

impl Span {
    pub fn one(seq: i64) -> Self {
        Self { first: seq, last: seq }
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "entry {}", self.first)
        } else {
            write!(f, "entries {} to {}", self.first, self.last)
        }
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.size {
            Some(size) => write!(f, "the checkpoint of {}", entries(size))?,
            None => f.write_str("a checkpoint")?,
        }
        match &self.file {
            Some(file) => write!(f, " in {file}"),
            None => Ok(()),
        }
    }
}

fn was(span: Span) -> String {
    format!("{span} {}", if span.first == span.last { "was" } else { "were" })
}

fn is(span: Span) -> String {
    format!("{span} {}", if span.first == span.last { "is" } else { "are" })
}

/// `1 entry`, `2 entries`.
pub fn entries(count: u64) -> String {
    format!("{count} {}", if count == 1 { "entry" } else { "entries" })
}
