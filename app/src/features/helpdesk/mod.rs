//! All cases and their audit trails, without mail content.

#[cfg(feature = "ssr")]
pub mod filter;
#[cfg(feature = "ssr")]
pub mod page;
