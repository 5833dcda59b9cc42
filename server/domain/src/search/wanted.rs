//! What a message must be like: with days and spans turned into moments, for one message (exact) and for an index
//! of words (never too narrow).

use super::{
    needle::Needle,
    query::{Day, Field, Node, Query, Span, Term, Unit},
    runs::{Run, runs},
    tokens::{ATTACHMENT, CUT, headers, is_anywhere},
};
use crate::{
    mail::MessageId,
    sent::{SentMessage, SentSummary},
    time::Timestamp,
};
use chrono::{Days, Months, NaiveDate, TimeZone as _};
use chrono_tz::Tz;
use std::{cell::OnceCell, time::Duration};

/// A query at a moment, somewhere. The default finds everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    pub(super) root: Option<Test>,
    /// See [`Query::threads`]; the caller looks for the conversations.
    pub threads: bool,
}

/// As asked of a database: words of [`super::tokens`], and what its columns say. Among messages that have all their
/// words there it finds all that fit, and a little more when [`Search::is_exact`] says no. The others are those that
/// [`Wanted::cut`] finds: any of them may fit or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Of nothing: everything.
    All(Vec<Self>),
    /// Of nothing: nothing.
    Any(Vec<Self>),
    Not(Box<Self>),
    Word(String),
    /// Sent at that moment or later.
    Since(Timestamp),
    /// Exclusive.
    Before(Timestamp),
    Larger(u64),
    Smaller(u64),
    HasCase,
    MessageId(MessageId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Words(Needle),
    /// What the database can tell just as well.
    Plain(Wanted),
}

impl Search {
    pub fn new(query: &Query, now: Timestamp, zone: Tz) -> Self {
        let root = query.root.as_ref().map(|node| resolved(node, now, zone));
        Self { root, threads: query.threads }
    }

    pub fn wanted(&self) -> Wanted {
        self.root.as_ref().map_or_else(|| Wanted::All(vec![]), Test::widest)
    }

    /// Is everything that [`Search::wanted`] finds a hit?
    pub fn is_exact(&self) -> bool {
        self.root.as_ref().is_none_or(Test::is_exact)
    }

    /// Conversations aside.
    pub fn matches(&self, row: &SentSummary) -> bool {
        self.root.as_ref().is_none_or(|root| root.holds(&Reading::of(row)))
    }
}

fn resolved(node: &Node, now: Timestamp, zone: Tz) -> Test {
    let each = |parts: &[Node]| parts.iter().map(|part| resolved(part, now, zone)).collect();
    match node {
        Node::All(parts) => Test::All(each(parts)),
        Node::Any(parts) => Test::Any(each(parts)),
        Node::Not(inner) => Test::Not(Box::new(resolved(inner, now, zone))),
        Node::Term(Term::Words { field, text, quoted }) => {
            // Of nothing that could be looked for: everything.
            Needle::new(*field, text, *quoted).map_or_else(|| Test::All(vec![]), Test::Words)
        }
        Node::Term(Term::HasAttachment) => Test::Plain(Wanted::Word(ATTACHMENT.to_owned())),
        Node::Term(Term::Recalled) => Test::Plain(Wanted::HasCase),
        Node::Term(Term::Before(day)) => Test::Plain(Wanted::Before(start(*day, now, zone))),
        Node::Term(Term::After(day)) => Test::Plain(Wanted::Since(start(*day, now, zone))),
        Node::Term(Term::OlderThan(span)) => Test::Plain(Wanted::Before(back(*span, now, zone))),
        Node::Term(Term::NewerThan(span)) => Test::Plain(Wanted::Since(back(*span, now, zone))),
        Node::Term(Term::Larger(bytes)) => Test::Plain(Wanted::Larger(*bytes)),
        Node::Term(Term::Smaller(bytes)) => Test::Plain(Wanted::Smaller(*bytes)),
        Node::Term(Term::MessageId(id)) => Test::Plain(Wanted::MessageId(id.clone())),
    }
}

fn start(day: Day, now: Timestamp, zone: Tz) -> Timestamp {
    let today = now.utc().with_timezone(&zone).date_naive();
    let day = match day {
        Day::On(day) => day,
        Day::Today => today,
        Day::Yesterday => today.pred_opt().unwrap_or(today),
    };
    midnight(day, zone)
}

/// The first instant of the day there; where the clock skips midnight, the next that exists.
pub fn midnight(day: NaiveDate, zone: Tz) -> Timestamp {
    let mut hours = (0..24).filter_map(|hour| day.and_hms_opt(hour, 0, 0));
    let first = hours.find_map(|at| zone.from_local_datetime(&at).earliest());
    // A day that a zone left out altogether.
    let first = first.map_or_else(
        || day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis(),
        |at| at.timestamp_millis(),
    );
    Timestamp(first)
}

/// Months and years by the calendar, at the same time of day.
fn back(span: Span, now: Timestamp, zone: Tz) -> Timestamp {
    const HOUR: u64 = 3600;
    let Span { count, unit } = span;
    let hours = |hours: u64| now.minus(Duration::from_secs(u64::from(count) * hours * HOUR));
    let months = match unit {
        Unit::Hours => return hours(1),
        Unit::Days => return hours(24),
        Unit::Weeks => return hours(24 * 7),
        Unit::Months => count,
        Unit::Years => count.saturating_mul(12),
    };
    let local = now.utc().with_timezone(&zone).naive_local();
    let then = local.checked_sub_months(Months::new(months));
    // A time of day that the clock skipped.
    let nearby = |at: chrono::NaiveDateTime| {
        zone.from_local_datetime(&at)
            .earliest()
            .or_else(|| zone.from_local_datetime(&(at - Days::new(1))).earliest())
    };
    then.and_then(nearby).map_or(Timestamp(i64::MIN), |at| Timestamp(at.timestamp_millis()))
}

impl Test {
    fn is_exact(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::is_exact),
            Self::Not(inner) => inner.is_exact(),
            Self::Words(needle) => needle.is_exact(),
            Self::Plain(_) => true,
        }
    }

    /// True wherever this holds.
    fn widest(&self) -> Wanted {
        match self {
            Self::All(parts) => Wanted::All(parts.iter().map(Self::widest).collect()),
            Self::Any(parts) => Wanted::Any(parts.iter().map(Self::widest).collect()),
            Self::Not(inner) => inner.narrowest().not(),
            Self::Words(needle) => needle.words(),
            Self::Plain(wanted) => wanted.clone(),
        }
    }

    /// This holds wherever it is true.
    fn narrowest(&self) -> Wanted {
        match self {
            Self::All(parts) => Wanted::All(parts.iter().map(Self::narrowest).collect()),
            Self::Any(parts) => Wanted::Any(parts.iter().map(Self::narrowest).collect()),
            Self::Not(inner) => inner.widest().not(),
            Self::Words(needle) if needle.is_exact() => needle.words(),
            Self::Words(_) => Wanted::Any(vec![]),
            Self::Plain(wanted) => wanted.clone(),
        }
    }

    fn holds(&self, reading: &Reading<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(reading)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(reading)),
            Self::Not(inner) => !inner.holds(reading),
            Self::Words(needle) => reading.has(needle),
            Self::Plain(wanted) => reading.is(wanted),
        }
    }
}

impl Wanted {
    /// Messages that have more words than the index takes.
    pub fn cut() -> Self {
        Self::Word(CUT.to_owned())
    }

    fn not(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            Self::All(parts) if parts.is_empty() => Self::Any(parts),
            Self::Any(parts) if parts.is_empty() => Self::All(parts),
            other => Self::Not(Box::new(other)),
        }
    }
}

/// A message, cut into runs as far as somebody asks.
struct Reading<'a> {
    row: &'a SentSummary,
    headers: OnceCell<Vec<(Field, &'a str, Vec<Run>)>>,
    text: OnceCell<Vec<Run>>,
}

impl<'a> Reading<'a> {
    fn of(row: &'a SentSummary) -> Self {
        Self { row, headers: OnceCell::new(), text: OnceCell::new() }
    }

    fn has(&self, needle: &Needle) -> bool {
        let message: &SentMessage = &self.row.message;
        let headers = self
            .headers
            .get_or_init(|| headers(message).map(|(field, text)| (field, text, runs(text))).collect());
        let mut asked = headers
            .iter()
            .filter(|(field, ..)| needle.field.map_or(is_anywhere(Some(*field)), |asked| asked == *field));
        asked.any(|(_, text, runs)| needle.fits_address(text) && needle.hits(runs, true).next().is_some())
            || needle.field.is_none()
                && needle.hits(self.text.get_or_init(|| runs(&message.text)), false).next().is_some()
    }

    fn is(&self, wanted: &Wanted) -> bool {
        let message = &self.row.message;
        match wanted {
            Wanted::All(parts) => parts.iter().all(|part| self.is(part)),
            Wanted::Any(parts) => parts.iter().any(|part| self.is(part)),
            Wanted::Not(inner) => !self.is(inner),
            Wanted::Word(word) => word == ATTACHMENT && !message.attachments.is_empty(),
            Wanted::Since(moment) => message.sent_at >= *moment,
            Wanted::Before(moment) => message.sent_at < *moment,
            Wanted::Larger(bytes) => message.size > *bytes,
            Wanted::Smaller(bytes) => message.size < *bytes,
            Wanted::HasCase => self.row.case.is_some(),
            Wanted::MessageId(id) => message.message_id.as_ref() == Some(id),
        }
    }
}
