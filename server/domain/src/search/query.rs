//! A query as it was understood, and how it is written.

use crate::mail::MessageId;
use chrono::NaiveDate;
use std::fmt;

/// Displayed, it reads as people would type it; parsed again, it is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// None: everything.
    pub root: Option<Node>,
    /// Whole conversations: what belongs to one with a mail that fits.
    pub threads: bool,
}

/// `All` and `Any` have at least two parts and never stand directly in one of their own kind; nor does `Not`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Term(Term),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// `field`: None, anywhere. `text` as typed.
    Words {
        field: Option<Field>,
        text: String,
        quoted: bool,
    },
    HasAttachment,
    /// A case was opened about it, whatever became of it.
    Recalled,
    Before(Day),
    After(Day),
    OlderThan(Span),
    NewerThan(Span),
    /// Bytes of the whole mail.
    Larger(u64),
    Smaller(u64),
    MessageId(MessageId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    From,
    To,
    Cc,
    Bcc,
    Subject,
    Filename,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    On(NaiveDate),
    Today,
    Yesterday,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub count: u32,
    pub unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

impl Field {
    /// In front of its words in the index.
    pub(super) fn mark(self) -> char {
        match self {
            Self::From => 'f',
            Self::To => 't',
            Self::Cc => 'c',
            Self::Bcc => 'b',
            Self::Subject => 's',
            Self::Filename => 'n',
        }
    }

    pub(super) fn is_of_people(self) -> bool {
        matches!(self, Self::From | Self::To | Self::Cc | Self::Bcc)
    }
}

impl Node {
    /// What it doesn't find.
    #[must_use]
    pub fn excluded(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// None of nothing.
    pub fn all(parts: Vec<Self>) -> Option<Self> {
        joined(parts, Self::All, |part| match part {
            Self::All(parts) => Ok(parts),
            other => Err(other),
        })
    }

    pub fn any(parts: Vec<Self>) -> Option<Self> {
        joined(parts, Self::Any, |part| match part {
            Self::Any(parts) => Ok(parts),
            other => Err(other),
        })
    }

    /// As part of something that binds as tightly as a minus.
    fn bound(&self) -> Bound<'_> {
        Bound(self)
    }
}

fn joined(
    parts: Vec<Node>,
    join: impl Fn(Vec<Node>) -> Node,
    same: impl Fn(Node) -> Result<Vec<Node>, Node>,
) -> Option<Node> {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match same(part) {
            Ok(parts) => flat.extend(parts),
            Err(other) => flat.push(other),
        }
    }
    if flat.len() > 1 { Some(join(flat)) } else { flat.pop() }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(root) = &self.root {
            // Beside `in:thread` an OR needs no parentheses: it binds tighter than a blank.
            write!(f, "{root}")?;
        }
        match (self.threads, &self.root) {
            (true, Some(_)) => f.write_str(" in:thread"),
            (true, None) => f.write_str("in:thread"),
            (false, _) => Ok(()),
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Term(term) => term.fmt(f),
            Self::Not(inner) => write!(f, "-{}", inner.bound()),
            Self::All(parts) => separated(f, " ", parts.iter()),
            Self::Any(parts) => separated(f, " OR ", parts.iter().map(Self::bound)),
        }
    }
}

struct Bound<'a>(&'a Node);

impl fmt::Display for Bound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            node @ (Node::All(_) | Node::Any(_)) => write!(f, "({node})"),
            node => node.fmt(f),
        }
    }
}

fn separated(
    f: &mut fmt::Formatter<'_>,
    by: &str,
    parts: impl Iterator<Item = impl fmt::Display>,
) -> fmt::Result {
    for (at, part) in parts.enumerate() {
        if at > 0 {
            f.write_str(by)?;
        }
        part.fmt(f)?;
    }
    Ok(())
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words { field, text, quoted } => {
                if let Some(field) = field {
                    write!(f, "{field}:")?;
                }
                if *quoted { write!(f, "\"{text}\"") } else { f.write_str(text) }
            }
            Self::HasAttachment => f.write_str("has:attachment"),
            Self::Recalled => f.write_str("is:recalled"),
            Self::Before(day) => write!(f, "before:{day}"),
            Self::After(day) => write!(f, "after:{day}"),
            Self::OlderThan(span) => write!(f, "older_than:{span}"),
            Self::NewerThan(span) => write!(f, "newer_than:{span}"),
            Self::Larger(bytes) => write!(f, "larger:{}", Bytes(*bytes)),
            Self::Smaller(bytes) => write!(f, "smaller:{}", Bytes(*bytes)),
            Self::MessageId(id) => write!(f, "rfc822msgid:\"{id}\""),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::From => "from",
            Self::To => "to",
            Self::Cc => "cc",
            Self::Bcc => "bcc",
            Self::Subject => "subject",
            Self::Filename => "filename",
        })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(day) => day.format("%Y-%m-%d").fmt(f),
            Self::Today => f.write_str("today"),
            Self::Yesterday => f.write_str("yesterday"),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Hours => 'h',
            Unit::Days => 'd',
            Unit::Weeks => 'w',
            Unit::Months => 'm',
            Unit::Years => 'y',
        };
        write!(f, "{}{unit}", self.count)
    }
}

/// In the largest unit that leaves no rest.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1_000_000_000, "G"), (1_000_000, "M"), (1_000, "K"), (1, "")];
        let fits = |(bytes, _): &(u64, &str)| self.0 > 0 && self.0.is_multiple_of(*bytes);
        let (bytes, unit) = units.into_iter().find(fits).unwrap_or((1, ""));
        write!(f, "{}{unit}", self.0 / bytes)
    }
}

/// A quoted text or a lone word that says nothing isn't worth a term.
pub(super) fn says_something(text: &str) -> bool {
    !super::runs::runs(text).is_empty()
}
