//! Reading a query. It never fails: what can't be understood is told, with its place, and the rest is searched.
//!
//! A blank between two terms means both; OR binds tighter than a blank, as in Gmail. A minus stands directly before
//! what it excludes. Full-width punctuation is punctuation.

use super::{
    lex::{Letters, Value, closes, opens},
    names::{self, Flag, Operator},
    query::{Field, Node, Query, Term, says_something},
    values,
};
use std::ops::Range;

/// Letters; what comes after isn't read.
pub const MAX_LENGTH: usize = 500;
pub const MAX_TERMS: usize = 40;
/// Parentheses within parentheses.
pub const MAX_DEPTH: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The best guess when there are problems.
    pub query: Query,
    /// In the order of their places.
    pub problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Letters (not bytes) from the start of the text.
    pub at: Range<usize>,
    pub reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The text goes on to its end.
    UnclosedQuote,
    /// Taken as closed at the end.
    UnclosedParenthesis,
    /// Ignored, as all that follow in this list.
    StrayParenthesis,
    StrayOr,
    /// An operator with nothing after its colon.
    MissingValue,
    BadDay,
    BadSpan,
    BadSize,
    BadMessageId,
    /// `has:`, `is:` and `in:` know one word each.
    UnknownFlag,
    /// A conversation can't be excluded or be one of several choices.
    MisplacedThread,
    TooLong,
    TooManyTerms,
    TooDeep,
}

pub fn parse(text: &str) -> Parsed {
    let whole = text.chars().count();
    let letters = Letters::new(text.chars().take(MAX_LENGTH));
    let mut parser = Parser { letters, depth: 0, terms: 0, threads: false, problems: Vec::new() };
    let root = parser.sequence(None);
    if whole > MAX_LENGTH {
        parser.problem(MAX_LENGTH..whole, Reason::TooLong);
    }
    parser.problems.sort_by_key(|problem| problem.at.start);
    Parsed { query: Query { root, threads: parser.threads }, problems: parser.problems }
}

struct Parser {
    letters: Letters,
    depth: usize,
    terms: usize,
    threads: bool,
    problems: Vec<Problem>,
}

impl Parser {
    /// Up to the closing parenthesis or the end. `field`: of the operator before the parentheses.
    fn sequence(&mut self, field: Option<Field>) -> Option<Node> {
        let mut parts = Vec::new();
        loop {
            self.letters.skip_blanks();
            match self.letters.peek() {
                None => break,
                Some(letter) if closes(letter) => {
                    if self.depth > 0 {
                        break;
                    }
                    self.problem(self.letters.at..self.letters.at + 1, Reason::StrayParenthesis);
                    self.letters.at += 1;
                }
                Some(_) => parts.extend(self.choice(field)),
            }
        }
        Node::all(parts)
    }

    /// Terms with OR between them.
    fn choice(&mut self, field: Option<Field>) -> Option<Node> {
        let (start, threads) = (self.letters.at, self.threads);
        let mut parts = Vec::new();
        let mut several = false;
        loop {
            // A term is due here: an OR joins nothing.
            while let Some(or) = self.letters.take_or() {
                self.problem(or, Reason::StrayOr);
            }
            self.letters.skip_blanks();
            if self.letters.peek().is_none_or(closes) {
                break;
            }
            parts.extend(self.factor(field));
            let Some(or) = self.letters.take_or() else { break };
            self.letters.skip_blanks();
            if self.letters.peek().is_none_or(closes) {
                self.problem(or, Reason::StrayOr);
                break;
            }
            several = true;
        }
        if several {
            self.refuse_threads_since(threads, start);
        }
        Node::any(parts)
    }

    fn factor(&mut self, field: Option<Field>) -> Option<Node> {
        let (start, threads) = (self.letters.at, self.threads);
        let mut minuses = 0;
        while self.letters.take_minus() {
            minuses += 1;
        }
        if let Some(or) = self.letters.take_or() {
            // There was none before the minus: `choice` took it.
            return self.refused(or, Reason::StrayOr);
        }
        let found = match self.letters.peek() {
            Some(letter) if opens(letter) => self.group(field),
            _ => self.term(field),
        };
        if minuses > 0 {
            self.refuse_threads_since(threads, start);
        }
        if minuses % 2 == 1 { found.map(Node::excluded) } else { found }
    }

    /// `in:thread` says something about the whole query only.
    fn refuse_threads_since(&mut self, before: bool, start: usize) {
        if self.threads && !before {
            self.threads = false;
            self.problem(start..self.letters.at, Reason::MisplacedThread);
        }
    }

    fn group(&mut self, field: Option<Field>) -> Option<Node> {
        let start = self.letters.at;
        self.letters.at += 1;
        if self.depth == MAX_DEPTH {
            self.problem(start..start + 1, Reason::TooDeep);
            // What is inside is read as if it stood outside; its end is stray, and was told already.
            return None;
        }
        self.depth += 1;
        let inner = self.sequence(field);
        self.depth -= 1;
        if self.letters.peek().is_some_and(closes) {
            self.letters.at += 1;
        } else {
            self.problem(start..start + 1, Reason::UnclosedParenthesis);
        }
        inner
    }

    fn term(&mut self, field: Option<Field>) -> Option<Node> {
        let start = self.letters.at;
        if let Some(operator) = self.letters.take_operator() {
            return self.operated(operator, start);
        }
        let value = self.value()?;
        if value.quoted {
            return self.words(field, value);
        }
        if names::is_and(&value.text) {
            return None;
        }
        match names::bare(&value.text).filter(|_| field.is_none()) {
            Some(flag) => self.flagged(flag, &value.at),
            None => self.words(field, value),
        }
    }

    fn operated(&mut self, operator: Operator, start: usize) -> Option<Node> {
        let name = start..self.letters.at;
        if self.letters.peek().is_some_and(char::is_whitespace) {
            self.letters.skip_blanks();
            let before = self.letters.at;
            let another = self.letters.take_operator().is_some() || self.letters.is_at_or();
            self.letters.at = before;
            if another {
                self.problem(name, Reason::MissingValue);
                return None;
            }
        }
        match (self.letters.peek(), operator) {
            (Some(letter), Operator::In(field)) if opens(letter) => return self.group(Some(field)),
            (Some(letter), _) if opens(letter) || closes(letter) => {
                self.problem(name, Reason::MissingValue);
                return None;
            }
            _ => {}
        }
        let Some(value) = self.value() else {
            self.problem(name, Reason::MissingValue);
            return None;
        };
        if let Operator::In(field) = operator {
            if !says_something(&value.text) {
                self.problem(start..self.letters.at, Reason::MissingValue);
            }
            return self.words(Some(field), value);
        }
        if matches!(operator, Operator::Has | Operator::Is | Operator::Within) {
            return match names::flag(operator, &value.text) {
                Some(flag) => self.flagged(flag, &value.at),
                None => self.refused(value.at, Reason::UnknownFlag),
            };
        }
        match read(operator, &value.text) {
            Ok(term) => self.counted(term, &value.at),
            Err(reason) => self.refused(value.at, reason),
        }
    }

    fn value(&mut self) -> Option<Value> {
        let value = self.letters.value()?;
        if !value.closed {
            self.problem(value.at.start..value.at.start + 1, Reason::UnclosedQuote);
        }
        Some(value)
    }

    fn words(&mut self, field: Option<Field>, value: Value) -> Option<Node> {
        let Value { text, quoted, at, .. } = value;
        if says_something(&text) { self.counted(Term::Words { field, text, quoted }, &at) } else { None }
    }

    fn flagged(&mut self, flag: Flag, at: &Range<usize>) -> Option<Node> {
        match flag {
            Flag::Attachment => self.counted(Term::HasAttachment, at),
            Flag::Recalled => self.counted(Term::Recalled, at),
            Flag::Thread => {
                self.threads = true;
                None
            }
        }
    }

    fn counted(&mut self, term: Term, at: &Range<usize>) -> Option<Node> {
        self.terms += 1;
        if self.terms == MAX_TERMS + 1 {
            self.problem(at.clone(), Reason::TooManyTerms);
        }
        (self.terms <= MAX_TERMS).then_some(Node::Term(term))
    }

    fn refused(&mut self, at: Range<usize>, reason: Reason) -> Option<Node> {
        self.problem(at, reason);
        None
    }

    fn problem(&mut self, at: Range<usize>, reason: Reason) {
        self.problems.push(Problem { at, reason });
    }
}

fn read(operator: Operator, value: &str) -> Result<Term, Reason> {
    let (day, span) = (values::day(value), values::span(value));
    let size = || values::bytes(value).ok_or(Reason::BadSize);
    match operator {
        // People mix the two pairs up; what they wrote says which they meant.
        Operator::Before => day.map(Term::Before).or(span.map(Term::OlderThan)).ok_or(Reason::BadDay),
        Operator::After => day.map(Term::After).or(span.map(Term::NewerThan)).ok_or(Reason::BadDay),
        Operator::OlderThan => span.map(Term::OlderThan).or(day.map(Term::Before)).ok_or(Reason::BadSpan),
        Operator::NewerThan => span.map(Term::NewerThan).or(day.map(Term::After)).ok_or(Reason::BadSpan),
        Operator::Larger => size().map(Term::Larger),
        Operator::Smaller => size().map(Term::Smaller),
        Operator::MessageId => value.parse().map(Term::MessageId).map_err(|_| Reason::BadMessageId),
        Operator::In(_) | Operator::Has | Operator::Is | Operator::Within => Err(Reason::UnknownFlag),
    }
}
