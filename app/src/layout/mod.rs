//! The frame of every page: header, navigation, messages, footer; and the pages that say what went wrong.

mod error;
mod frame;
mod header;
mod stopped;

pub use error::error_page;
pub use frame::frame;
pub use header::Section;
pub use stopped::{banner, who};
