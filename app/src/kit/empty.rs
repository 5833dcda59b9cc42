//! What stands where there is nothing: why, and what to do.

use super::{Icon, Shape};
use leptos::prelude::*;

#[component]
pub fn EmptyState(
    #[prop(into)] title: String,
    #[prop(optional_no_strip, into)] hint: Option<String>,
    #[prop(default = Shape::Inbox)] icon: Shape,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon shape=icon/>
            <p class="empty-title">{title}</p>
            {hint.map(|hint| view! { <p class="hint">{hint}</p> })}
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
}
