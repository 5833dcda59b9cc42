//! The person's sent mail: list, search, filters.

#[cfg(feature = "hydrate")]
mod follow;
#[cfg(feature = "ssr")]
mod form;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
mod problem;
#[cfg(feature = "ssr")]
mod reading;
#[cfg(feature = "ssr")]
mod refresh;
#[cfg(feature = "ssr")]
pub mod results;
#[cfg(feature = "ssr")]
mod row;
#[cfg(feature = "ssr")]
mod search_form;
#[cfg(feature = "ssr")]
pub mod whose;
