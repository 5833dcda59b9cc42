//! One mail message: its address, its identity, its content.

mod address;
mod fingerprint;
mod message_id;
mod parse;

pub use address::{AddressError, EmailAddress, NamedAddress};
pub use fingerprint::{Fingerprint, header_values};
pub use message_id::{MessageId, MessageIdError};
pub use parse::{Attachment, ParsedMail, reorders, split_header};
