//! Where one is in a task of a few pages.

use leptos::prelude::*;

/// `current` counts from 0.
#[component]
pub fn Steps(#[prop(into)] label: String, steps: Vec<String>, current: usize) -> impl IntoView {
    let items = steps
        .into_iter()
        .enumerate()
        .map(|(at, step)| {
            let class = match at.cmp(&current) {
                std::cmp::Ordering::Less => "step step-done",
                std::cmp::Ordering::Equal => "step step-now",
                std::cmp::Ordering::Greater => "step",
            };
            view! { <li class=class aria-current=(at == current).then_some("step")>{step}</li> }
        })
        .collect_view();
    view! { <ol class="steps" aria-label=label>{items}</ol> }
}
