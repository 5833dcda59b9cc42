//! Searching sent mail: how text becomes words, the language people type, and what a message must be like to be found.
//!
//! Pure. A database keeps the words of each message ([`tokens`]) and is asked for [`Wanted`], which is never too
//! narrow; whatever it finds too much, [`Search::matches`] takes away. Both databases therefore find the same.

mod lex;
mod marks;
mod names;
mod needle;
mod parse;
mod query;
mod runs;
mod tokens;
mod values;
mod wanted;

pub use marks::Piece;
pub use parse::{MAX_DEPTH, MAX_LENGTH, MAX_TERMS, Parsed, Problem, Reason, parse};
pub use query::{Day, Field, Node, Query, Span, Term, Unit};
pub use tokens::{owner_token, tokens};
pub use wanted::{Search, Wanted, midnight};

#[cfg(test)]
mod tests;
