//! The portal as a whole, over HTTP: who gets where, what each answer carries, how sessions live and end.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a story that can't go on must fail, in its helpers too"
)]

mod access;
mod bad_input;
mod cases;
mod delegates;
mod first_reading;
mod forms;
mod headers;
mod restore;
mod sessions;
mod shutdown;
mod sign_in;
mod stop;
mod strangers;
mod support;
mod unavailable;
mod uploads;
