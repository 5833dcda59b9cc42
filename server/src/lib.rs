//! The server: configuration, wiring, router, background work, commands. What people see is `app`'s, what holds is
//! `domain`'s; nothing here decides about mail.

pub mod background;
pub mod boot;
pub mod check;
pub mod commands;
pub mod config;
pub mod demo;
pub mod http;
pub mod key_file;
pub mod logging;
pub mod signing_key;
pub mod wiring;
pub mod world;

pub use boot::{Overrides, Running, boot};
