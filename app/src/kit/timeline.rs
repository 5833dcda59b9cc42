//! What happened, in order.

use super::Tone;
use leptos::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    pub tone: Tone,
    /// Machine time (RFC 3339), then as shown.
    pub at: (String, String),
    pub title: String,
    pub detail: String,
}

#[component]
pub fn Timeline(#[prop(into)] label: String, moments: Vec<Moment>) -> impl IntoView {
    let items = moments
        .into_iter()
        .map(|moment| {
            view! {
                <li class=format!("moment moment-{}", moment.tone.code())>
                    <time datetime=moment.at.0>{moment.at.1}</time>
                    <p class="moment-title">{moment.title}</p>
                    {(!moment.detail.is_empty()).then(|| view! { <p class="hint">{moment.detail}</p> })}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="timeline" aria-label=label>{items}</ol> }
}
