//! Asking: which recipients, why, the correction mail, the check before the button.

#[cfg(feature = "ssr")]
mod act;
pub mod api;
#[cfg(feature = "ssr")]
pub mod check;
#[cfg(feature = "ssr")]
mod correction;
#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod fresh;
#[cfg(feature = "ssr")]
mod intake;
pub mod islands;
#[cfg(feature = "ssr")]
mod letter;
#[cfg(feature = "ssr")]
mod letter_preview;
#[cfg(feature = "ssr")]
mod marks;
#[cfg(feature = "ssr")]
pub mod open_case;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
mod people;
#[cfg(feature = "ssr")]
pub mod post;
#[cfg(feature = "ssr")]
mod problem;
#[cfg(feature = "ssr")]
mod receive;
#[cfg(feature = "ssr")]
mod summary;
