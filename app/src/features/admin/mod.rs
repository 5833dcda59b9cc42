//! People and roles, whether everything works, and the switch that stops it.

pub mod api;
#[cfg(feature = "ssr")]
pub mod doctor;
#[cfg(feature = "ssr")]
pub mod engine;
pub mod form;
#[cfg(feature = "ssr")]
pub mod people;
