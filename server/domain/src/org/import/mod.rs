//! The organisation as files: one TOML document, or CSV tables of people and groups.
//!
//! [`toml`](parse_toml) and [`csv`](parse_csv) only read; [`check`] finds every problem of the file, and only a
//! file without problems becomes an [`OrgPlan`]; [`OrgPlan::apply`] compares it with the directory, and [`take_over`]
//! stores the difference.

mod apply;
mod check;
mod csv;
mod problem;
mod take_over;
mod toml;

pub use apply::OrgChange;
pub use csv::parse_csv;
pub use problem::{ImportProblem, Reason};
pub use take_over::take_over;
pub use toml::parse_toml;

use crate::mail::EmailAddress;
use shared::{Language, Role};

/// A file's text, and what problems call the file.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

/// What can be said of a person, in both formats.
const PERSON: &[&str] = &[
    "name",
    "address",
    "aliases",
    "department",
    "manager",
    "language",
    "roles",
    "active",
    "legal_hold",
    "delegates",
];
const GROUP: &[&str] = &["address", "name", "members"];

/// A checked organisation: addresses are unique, managers and members exist, nobody manages in a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgPlan {
    pub people: Vec<PlannedPerson>,
    pub groups: Vec<PlannedGroup>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPerson {
    pub name: String,
    pub address: EmailAddress,
    pub aliases: Vec<EmailAddress>,
    /// Outermost first; empty: none.
    pub department: Vec<String>,
    /// The manager's own address, also where the file named an alias.
    pub manager: Option<EmailAddress>,
    pub language: Language,
    pub roles: Vec<Role>,
    pub active: bool,
    pub legal_hold: bool,
    /// Of people, by their own addresses, or of groups.
    pub delegates: Vec<EmailAddress>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedGroup {
    pub address: EmailAddress,
    pub name: String,
    /// Of people, groups or outsiders.
    pub members: Vec<EmailAddress>,
}

/// A text of the file and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Cell {
    text: String,
    line: usize,
}

/// A person as written, before anything is checked.
#[derive(Clone, Debug, Default)]
struct PersonRow {
    line: usize,
    name: Option<Cell>,
    address: Option<Cell>,
    aliases: Vec<Cell>,
    department: Option<Cell>,
    manager: Option<Cell>,
    language: Option<Cell>,
    roles: Vec<Cell>,
    active: Option<bool>,
    legal_hold: Option<bool>,
    delegates: Vec<Cell>,
}

/// A group as written.
#[derive(Clone, Debug, Default)]
struct GroupRow {
    line: usize,
    address: Option<Cell>,
    name: Option<Cell>,
    members: Vec<Cell>,
}

/// Problems of one file, in the order they are found.
struct Problems<'a> {
    file: &'a str,
    found: Vec<ImportProblem>,
}

impl<'a> Problems<'a> {
    fn of(file: &'a str) -> Self {
        Self { file, found: Vec::new() }
    }

    fn add(&mut self, line: usize, reason: Reason) {
        self.found.push(ImportProblem { file: self.file.to_owned(), line, reason });
    }
}

#[cfg(test)]
mod tests;
