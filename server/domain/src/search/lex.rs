//! A query, letter by letter: where words, quoted texts and operators begin and end.

use super::names::{self, Operator};
use std::ops::Range;

pub(super) struct Letters {
    letters: Vec<char>,
    /// Where the next one stands.
    pub at: usize,
}

/// What stands after an operator or alone.
pub(super) struct Value {
    pub text: String,
    pub quoted: bool,
    /// The quotation mark at the start has a second one.
    pub closed: bool,
    pub at: Range<usize>,
}

impl Letters {
    pub fn new(letters: impl Iterator<Item = char>) -> Self {
        Self { letters: letters.collect(), at: 0 }
    }

    pub fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    pub fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// One that excludes what follows.
    pub fn take_minus(&mut self) -> bool {
        let next = self.letters.get(self.at + 1);
        let excludes = self.peek().is_some_and(is_minus)
            && next.is_some_and(|next| !next.is_whitespace() && !closes(*next));
        self.at += usize::from(excludes);
        excludes
    }

    /// A name that is known, and its colon.
    pub fn take_operator(&mut self) -> Option<Operator> {
        let rest = &self.letters[self.at..];
        let colon = rest.iter().take(20).position(|letter| matches!(letter, ':' | '：'))?;
        let name: String = rest[..colon].iter().collect();
        let operator = names::operator(&name)?;
        self.at += colon + 1;
        Some(operator)
    }

    pub fn is_at_or(&self) -> bool {
        names::is_or(&self.letters[self.at..self.word_end()].iter().collect::<String>())
    }

    /// With the blanks before it.
    pub fn take_or(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.skip_blanks();
        if self.is_at_or() {
            let or = self.at..self.word_end();
            self.at = or.end;
            return Some(or);
        }
        self.at = start;
        None
    }

    /// Quoted, or a word; None at a blank, a parenthesis or the end.
    pub fn value(&mut self) -> Option<Value> {
        let start = self.at;
        if self.peek().is_some_and(is_quote) {
            let rest = &self.letters[start + 1..];
            let length = rest.iter().position(|letter| is_quote(*letter));
            let end = start + 1 + length.unwrap_or(rest.len());
            self.at = (end + 1).min(self.letters.len());
            let text = self.letters[start + 1..end].iter().collect();
            return Some(Value { text, quoted: true, closed: length.is_some(), at: start..self.at });
        }
        self.at = self.word_end();
        let text: String = self.letters[start..self.at].iter().collect();
        (!text.is_empty()).then_some(Value { text, quoted: false, closed: true, at: start..self.at })
    }

    /// Parentheses within a word belong to it when they are closed in it: `report(1).pdf`.
    fn word_end(&self) -> usize {
        let mut at = self.at;
        while let Some(letter) = self.letters.get(at).copied() {
            let ends = letter.is_whitespace() || is_quote(letter) || closes(letter);
            if ends || opens(letter) && at == self.at {
                return at;
            }
            match opens(letter).then(|| self.closed_within_word(at)) {
                None => at += 1,
                Some(Some(end)) => at = end,
                Some(None) => return at,
            }
        }
        at
    }

    /// After the parenthesis that closes the one at `open`.
    fn closed_within_word(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, letter) in self.letters.iter().enumerate().skip(open) {
            if letter.is_whitespace() || is_quote(*letter) {
                return None;
            }
            depth += usize::from(opens(*letter));
            depth -= usize::from(closes(*letter));
            if depth == 0 {
                return Some(at + 1);
            }
        }
        None
    }
}

fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '“' | '”' | '„' | '‟' | '＂' | '「' | '」' | '『' | '』')
}

pub(super) fn opens(letter: char) -> bool {
    matches!(letter, '(' | '（')
}

pub(super) fn closes(letter: char) -> bool {
    matches!(letter, ')' | '）')
}

fn is_minus(letter: char) -> bool {
    matches!(letter, '-' | '－' | '−')
}
