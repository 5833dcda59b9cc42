//! How much of a known amount is done.

use leptos::prelude::*;

#[component]
pub fn Meter(done: usize, total: usize, #[prop(into)] label: String) -> impl IntoView {
    view! {
        <div class="meter">
            <progress max=total.max(1).to_string() value=done.min(total).to_string() aria-label=label.clone()></progress>
            <span class="meter-label" aria-hidden="true">{label}</span>
        </div>
    }
}
