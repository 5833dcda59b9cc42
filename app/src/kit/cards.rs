//! Boxes that hold one thing together, and lists of facts.

use leptos::prelude::*;

/// A titled section.
#[component]
pub fn Card(#[prop(optional_no_strip, into)] title: Option<String>, children: Children) -> impl IntoView {
    view! {
        <section class="card">
            {title.map(|title| view! { <h2 class="card-title">{title}</h2> })}
            {children()}
        </section>
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
