//! Buttons post, links go somewhere; both look alike.

use super::{Icon, Shape};
use leptos::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do on this page.
    Primary,
    Danger,
    #[default]
    Plain,
    /// Without a border.
    Quiet,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Danger => "button button-danger",
            Self::Plain => "button",
            Self::Quiet => "button button-quiet",
        }
    }
}

/// Submits the form it stands in, with `name=value` if given.
#[component]
pub fn Button(
    #[prop(optional)] kind: ButtonKind,
    #[prop(into)] label: String,
    #[prop(optional)] icon: Option<Shape>,
    #[prop(optional_no_strip, into)] name: Option<String>,
    #[prop(optional_no_strip, into)] value: Option<String>,
    /// The id of a form elsewhere on the page.
    #[prop(optional_no_strip, into)]
    form: Option<String>,
) -> impl IntoView {
    view! {
        <button type="submit" class=kind.class() name=name value=value form=form>
            {icon.map(|shape| view! { <Icon shape/> })}
            <span>{label}</span>
        </button>
    }
}

#[component]
pub fn LinkButton(
    #[prop(optional)] kind: ButtonKind,
    #[prop(into)] label: String,
    #[prop(into)] href: String,
    #[prop(optional)] icon: Option<Shape>,
    /// What a screen reader says when the label alone isn't clear among many.
    #[prop(optional_no_strip, into)]
    spoken: Option<String>,
) -> impl IntoView {
    view! {
        <a class=kind.class() href=href aria-label=spoken>
            {icon.map(|shape| view! { <Icon shape/> })}
            <span>{label}</span>
        </a>
    }
}
