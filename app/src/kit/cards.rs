//! Boxes that hold one thing together, and lists of facts.

use leptos::prelude::*;

/// A titled section.
#[component]
pub fn Card(
    #[prop(optional_no_strip, into)] title: Option<String>,
    /// For links within the page.
    #[prop(optional)]
    id: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card" id=id>
            {title.map(|title| view! { <h2 class="card-title">{title}</h2> })}
            {children()}
        </section>
    }
}

/// What not everybody needs to see at once. Works without scripts.
#[component]
pub fn Fold(#[prop(into)] label: String, open: bool, children: Children) -> impl IntoView {
    view! {
        <details class="fold" open=open>
            <summary>{label}</summary>
            {children()}
        </details>
    }
}

/// Names and values, e.g. a message's headers. Values may be any view.
#[component]
pub fn Facts(rows: Vec<(String, AnyView)>) -> impl IntoView {
    let rows = rows.into_iter().map(|(name, value)| {
        view! {
            <div class="fact">
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        }
    });
    view! { <dl class="facts">{rows.collect_view()}</dl> }
}
