//! One sent message and the forecast for its recall.

#[cfg(feature = "ssr")]
pub mod forecast;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod summary;
#[cfg(feature = "ssr")]
mod text;
