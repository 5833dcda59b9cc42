//! The foot of a form that has consequences: what will happen, then the buttons.

use leptos::prelude::*;

/// `summary` stands before the buttons (children), so that nobody presses without having met it.
#[component]
pub fn ConfirmBar(
    #[prop(optional_no_strip, into)] summary: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="confirm-bar">
            {summary.map(|summary| view! { <p class="confirm-summary">{summary}</p> })}
            <div class="confirm-actions">{children()}</div>
        </div>
    }
}
