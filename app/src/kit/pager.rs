//! Earlier and later pages of a list, as plain links.

use super::{ButtonKind, LinkButton};
use leptos::prelude::*;

/// How many pages `total` rows make.
pub fn pages(total: u64, size: u64) -> u64 {
    total.div_ceil(size.max(1)).max(1)
}

/// `previous` and `next` are addresses; a missing one isn't shown. `position`: e.g. "Page 2 of 7".
#[component]
pub fn Pager(
    #[prop(into)] label: String,
    #[prop(into)] position: String,
    previous: Option<(String, String)>,
    next: Option<(String, String)>,
) -> impl IntoView {
    let link = |target: Option<(String, String)>| {
        target.map(|(label, href)| view! { <LinkButton kind=ButtonKind::Plain label href/> })
    };
    let (previous, next) = (link(previous), link(next));
    view! {
        <nav class="pager" aria-label=label>
            <span class="pager-side">{previous}</span>
            <span class="pager-position">{position}</span>
            <span class="pager-side pager-next">{next}</span>
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::pages;

    #[test]
    fn there_is_always_a_first_page() {
        assert_eq!([0, 1, 25, 26].map(|total| pages(total, 25)), [1, 1, 1, 2]);
    }
}
