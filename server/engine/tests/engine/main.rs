//! The engine at work: real Maildirs, real databases, a clock that is moved by hand.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests stop at the first surprise")]

mod authors;
mod backlog;
mod corrections;
mod crash;
mod delegates;
mod delivered;
mod erasure;
mod faults;
mod first_reading;
mod forecast;
mod hanging_relay;
mod lapsed;
mod large;
mod large_files;
mod marks;
mod mixed;
mod notifications;
mod office;
mod real_mail;
mod reshaped;
mod restore;
mod retention;
mod sent_mail;
mod several;
mod stop;
mod stories;
mod trouble;
mod uploads;
