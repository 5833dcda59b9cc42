//! The organisation: people, departments, groups, who manages whom, who stands behind an address.

mod directory;
mod expand;
pub mod import;

pub use directory::{Department, Directory, Group, Member, Person};
pub use expand::{Recipient, RecipientKind};
