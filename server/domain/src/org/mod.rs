//! The organisation: people, departments, groups, who manages whom, who stands behind an address.

mod delegation;
mod directory;
mod expand;
pub mod import;

pub use delegation::Delegate;
pub use directory::{Department, Directory, Group, Member, Person};
pub use expand::{Recipient, RecipientKind};
