//! A case: state, targets, live progress, withdrawal, decision, putting back, report.

pub mod api;
#[cfg(feature = "hydrate")]
mod follow;
pub mod form;
pub mod islands;

#[cfg(feature = "ssr")]
mod act;
#[cfg(feature = "ssr")]
mod advice;
#[cfg(feature = "ssr")]
mod asking;
#[cfg(feature = "ssr")]
mod board;
#[cfg(feature = "ssr")]
pub mod csv;
#[cfg(feature = "ssr")]
mod decision;
#[cfg(feature = "ssr")]
pub mod events;
#[cfg(feature = "ssr")]
mod groups;
#[cfg(feature = "ssr")]
mod headline;
#[cfg(feature = "ssr")]
pub mod list;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
mod progress;
#[cfg(feature = "ssr")]
mod refresh;
#[cfg(feature = "ssr")]
pub mod report;
#[cfg(feature = "ssr")]
mod restore;
#[cfg(feature = "ssr")]
#[cfg(test)]
pub mod sample;
#[cfg(feature = "ssr")]
mod streams;
#[cfg(feature = "ssr")]
mod tally;
#[cfg(feature = "ssr")]
mod technical;
#[cfg(feature = "ssr")]
mod trail;
