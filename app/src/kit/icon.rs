//! A few line icons, drawn in the text's colour. They decorate words and are silent for screen readers.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Back,
    Check,
    Clip,
    Clock,
    Cross,
    Dot,
    Info,
    Inbox,
    Recall,
    Search,
    Warning,
}

impl Shape {
    /// On a grid of 24.
    fn path(self) -> &'static str {
        match self {
            Self::Back => "M15 5l-7 7 7 7",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Clip => {
                "M20 11.5l-8.2 8.2a5 5 0 0 1-7-7L13 4.4a3.3 3.3 0 0 1 4.7 4.7l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4l7.4-7.3"
            }
            Self::Clock => "M12 7v5l3.5 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z",
            Self::Cross => "M6 6l12 12M18 6L6 18",
            Self::Dot => "M12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
            Self::Info => "M12 11v6M12 7.5v.5M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z",
            Self::Inbox => "M3 13l3.2-8h11.6L21 13v6H3v-6zm0 0h5.5a3.5 3.5 0 0 0 7 0H21",
            Self::Recall => "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
            Self::Search => "M16 16l4.5 4.5M18 10.5a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0z",
            Self::Warning => {
                "M12 9v5M12 17v.5M10.3 4.2L2.6 17.6A2 2 0 0 0 4.3 20.6h15.4a2 2 0 0 0 1.7-3L13.7 4.2a2 2 0 0 0-3.4 0z"
            }
        }
    }
}

#[component]
pub fn Icon(shape: Shape) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
            <path d=shape.path() fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"></path>
        </svg>
    }
}
