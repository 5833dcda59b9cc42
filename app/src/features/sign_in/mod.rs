//! Signing in and out.

pub mod api;
#[cfg(feature = "ssr")]
pub mod page;
