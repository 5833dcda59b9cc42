//! Cases waiting for this person's decision.

#[cfg(feature = "ssr")]
pub mod page;
