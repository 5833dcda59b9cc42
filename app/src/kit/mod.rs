//! Pieces of the design system. No domain words, no sentences: both come from the caller.
//! Each has a style sheet of its own name in `style/kit`.

mod badge;
mod button;
mod cards;
mod choice;
mod confirm_bar;
mod empty;
mod field;
mod icon;
mod marked;
mod meter;
mod notice;
mod pager;
mod rcdata;
mod select;
mod steps;
mod table;
mod text_area;
mod timeline;
mod tone;

pub use badge::Badge;
pub use button::{Button, ButtonKind, LinkButton};
pub use cards::{Card, Facts, Fold};
pub use choice::{Checkbox, Choice, RadioCards};
pub use confirm_bar::ConfirmBar;
pub use empty::EmptyState;
pub use field::{Field, ForPerson, Hidden};
pub use icon::{Icon, Shape};
pub use marked::Marked;
pub use meter::Meter;
pub use notice::Notice;
pub use pager::{Pager, pages};
pub use rcdata::rcdata;
pub use select::Select;
pub use steps::Steps;
pub use table::{Cell, Table};
pub use text_area::TextArea;
pub use timeline::{Moment, Timeline};
pub use tone::Tone;
