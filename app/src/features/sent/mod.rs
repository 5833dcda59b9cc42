//! The person's sent mail: list, search, filters.

#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
mod refresh;
