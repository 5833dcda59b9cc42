//! What is wrong with a file, in words that the person who wrote it can act on.

use crate::mail::EmailAddress;
use std::fmt;

/// One thing to put right, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProblem {
    /// As whoever imports it called it.
    pub file: String,
    /// From 1.
    pub line: usize,
    pub reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The file can't be read at all; what the reader said.
    Syntax(String),
    NoPeople,
    UnknownKey {
        key: String,
        known: &'static [&'static str],
    },
    RepeatedColumn {
        key: String,
    },
    MissingColumn {
        key: &'static str,
    },
    /// A CSV row with more fields than the header has.
    TooManyFields {
        expected: usize,
        found: usize,
    },
    Missing {
        key: &'static str,
    },
    /// `expected` is a phrase: "a text in quotes".
    WrongKind {
        key: String,
        expected: &'static str,
    },
    BadAddress {
        text: String,
    },
    DuplicateAddress {
        address: EmailAddress,
        first_file: String,
        first_line: usize,
    },
    BadDepartment {
        path: String,
    },
    UnknownLanguage {
        text: String,
    },
    UnknownRole {
        text: String,
    },
    UnknownManager {
        person: String,
        manager: String,
    },
    OwnManager {
        person: String,
    },
    /// Each is managed by the next, the last by the first.
    ManagerCycle {
        people: Vec<EmailAddress>,
    },
    UnknownMember {
        group: String,
        member: EmailAddress,
    },
    UnknownDelegate {
        mailbox: String,
        delegate: EmailAddress,
    },
}

impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}: {}", self.file, self.line, self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(what) => write!(f, "the file can't be read from here: {what}"),
            Self::NoPeople => f.write_str(
                "there are no people in this file; add at least one, or everybody would be shut out",
            ),
            Self::UnknownKey { key, known } => {
                write!(f, "{key:?} means nothing here; remove it, or use one of {}", known.join(", "))
            }
            Self::RepeatedColumn { key } => write!(f, "the column {key:?} stands there twice; remove one"),
            Self::MissingColumn { key } => write!(f, "there is no column {key:?}; add it to the header row"),
            Self::TooManyFields { expected, found } => write!(
                f,
                "this row has {found} fields, the header has {expected}; put fields with commas in double quotes"
            ),
            Self::Missing { key } => write!(f, "the {key} is missing; fill it in"),
            Self::WrongKind { key, expected } => write!(f, "{key:?} must be {expected}"),
            Self::BadDepartment { path } => {
                write!(
                    f,
                    "the department {path:?} has an empty part; write names separated by single slashes"
                )
            }
            Self::UnknownLanguage { text } => {
                write!(f, "the language {text:?} is not known; use zh-CN or en")
            }
            Self::UnknownRole { text } => {
                write!(f, "the role {text:?} is not known; use approver, helpdesk or administrator")
            }
            _ => self.about_addresses(f),
        }
    }
}

impl Reason {
    fn about_addresses(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadAddress { text } => write!(f, "{text:?} is not a mail address; write it as name@domain"),
            Self::DuplicateAddress { address, first_file, first_line } => write!(
                f,
                "the address {address} is already used in {first_file}, line {first_line}; give it to one person or group only"
            ),
            Self::UnknownManager { person, manager } => write!(
                f,
                "the manager of {person}, {manager}, is not in this file; add that person or correct the address"
            ),
            Self::OwnManager { person } => {
                write!(f, "{person} is their own manager; name somebody else, or leave the manager out")
            }
            Self::ManagerCycle { people } => {
                let people: Vec<&str> = people.iter().map(EmailAddress::as_str).collect();
                write!(
                    f,
                    "these people manage each other in a circle: {}; change the manager of one of them",
                    people.join(" → ")
                )
            }
            Self::UnknownMember { group, member } => write!(
                f,
                "{member}, a member of {group}, is in a domain of this organisation, but there is no such person or group; \
                 add them or remove the member"
            ),
            Self::UnknownDelegate { mailbox, delegate } => write!(
                f,
                "{delegate}, a delegate of {mailbox}, is neither a person nor a group of this file; \
                 add them or remove the delegate"
            ),
            _ => Ok(()),
        }
    }
}
