//! A person's own account: who they are to the portal, language, password.

pub mod api;
pub mod form;
#[cfg(feature = "ssr")]
pub mod page;
