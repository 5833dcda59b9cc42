//! The portal as a whole, over HTTP: who gets where, what each answer carries, how sessions live and end.

mod access;
mod forms;
mod headers;
mod sessions;
mod sign_in;
mod support;
