//! People and roles, and whether everything works.

pub mod api;
#[cfg(feature = "ssr")]
pub mod doctor;
pub mod form;
#[cfg(feature = "ssr")]
pub mod people;
