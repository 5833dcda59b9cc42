//! A short word about a state.

use super::Tone;
use leptos::prelude::*;

#[component]
pub fn Badge(#[prop(optional)] tone: Tone, #[prop(into)] label: String) -> impl IntoView {
    view! { <span class=format!("badge badge-{}", tone.code())>{label}</span> }
}
