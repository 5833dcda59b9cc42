//! The organisation: people, departments, groups, who manages whom, who stands behind an address.

mod directory;
pub mod import;

pub use directory::{Department, Directory, Group, Member, Person, Recipient, RecipientKind};
