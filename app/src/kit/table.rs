//! Rows and columns; on a narrow screen each row becomes a card whose cells carry their column's name.

use leptos::prelude::*;

/// A cell of a row; `head` repeats the column's name for cards.
#[component]
pub fn Cell(
    #[prop(into)] head: String,
    /// Names the row.
    #[prop(optional)]
    main: bool,
    children: Children,
) -> impl IntoView {
    // An empty string would be rendered as a blank, and the cell would look as if it had a name.
    let head = (!head.is_empty()).then(|| view! { <span class="cell-head" aria-hidden="true">{head}</span> });
    let content = view! {
        {head}
        <div class="cell-body">{children()}</div>
    };
    if main {
        view! { <th scope="row">{content}</th> }.into_any()
    } else {
        view! { <td>{content}</td> }.into_any()
    }
}

/// Children are `<tr>` of [`Cell`]s. The caption is for screen readers.
#[component]
pub fn Table(#[prop(into)] caption: String, heads: Vec<String>, children: Children) -> impl IntoView {
    let heads = heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view();
    view! {
        <table class="table">
            <caption class="only-spoken">{caption}</caption>
            <thead><tr>{heads}</tr></thead>
            <tbody>{children()}</tbody>
        </table>
    }
}
