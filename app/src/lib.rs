//! What people see: pages, forms, islands, sentences.
//!
//! Compiled twice. For the server (`ssr`) it is everything; for the browser (`hydrate`) it is the islands with
//! leptos, serde, thiserror and `shared`. It must not know storage, mail systems or the server's wiring: that
//! comes as `Arc<domain::portal::Portal>` in Leptos' context and in the request's extensions.
// The types of nested views are deep; their layout is computed one level at a time.
#![recursion_limit = "256"]
#![expect(
    clippy::needless_pass_by_value,
    reason = "the props of a Leptos component are its arguments, taken by value"
)]

pub mod features;
pub mod kit;

#[cfg(feature = "ssr")]
pub mod access;
#[cfg(feature = "ssr")]
pub mod asked;
#[cfg(feature = "ssr")]
mod document;
#[cfg(feature = "ssr")]
pub mod failure;
#[cfg(feature = "ssr")]
pub mod flash;
#[cfg(feature = "ssr")]
pub mod guard;
#[cfg(feature = "ssr")]
pub mod i18n;
#[cfg(feature = "ssr")]
pub mod kept;
#[cfg(feature = "ssr")]
pub mod labels;
#[cfg(feature = "ssr")]
pub mod layout;
#[cfg(feature = "ssr")]
pub mod local_path;
#[cfg(feature = "ssr")]
pub mod notices;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod post;
#[cfg(feature = "ssr")]
pub mod query;
#[cfg(feature = "ssr")]
mod router;
#[cfg(feature = "ssr")]
pub mod session;
#[cfg(feature = "ssr")]
pub mod show;
#[cfg(feature = "ssr")]
pub mod viewer;

#[cfg(feature = "ssr")]
pub use document::shell;
#[cfg(feature = "ssr")]
pub use router::{App, routes};
