//! The Maildir connector on directories that the tests make and disturb themselves.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests stop at the first surprise")]

mod post;
mod races;
mod stories;
