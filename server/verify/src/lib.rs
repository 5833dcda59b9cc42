//! What makes the trail checkable by somebody who doesn't trust us: how an entry becomes bytes, the tree over all
//! entries, signed checkpoints, and the check of an export. Server and `recant-verify` share it, so that there is
//! one encoding; it knows no database, no network and no rule of the portal.
//!
//! Each entry is encoded once ([`entry::Entry::encode`]). SHA-256 of that is the entry's `hash`, which the next one
//! repeats as `previous`: a chain, which tells *where* something changed. SHA-256 of a zero byte and the same bytes
//! is its leaf in a Merkle tree (RFC 6962 §2.1), whose root stands in checkpoints (C2SP tlog-checkpoint): signed,
//! and kept elsewhere, they tell *that* something changed, even when every hash was computed anew.

pub mod checkpoint;
pub mod entry;
pub mod export;
pub mod finding;
pub mod note;
mod order;
mod parallel;
pub mod text;
pub mod trail;
pub mod tree;

/// SHA-256.
pub type Hash = [u8; 32];
