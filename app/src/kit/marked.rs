//! A text with stretches that stand out, such as what was searched for.

use leptos::prelude::*;

/// `pieces`: a stretch, and whether it stands out.
#[component]
pub fn Marked(pieces: Vec<(String, bool)>) -> impl IntoView {
    let pieces = pieces.into_iter().map(|(text, marked)| {
        if marked { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
    });
    pieces.collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_it_becomes_markup() {
        let pieces = ["<b>a</b>", "<i>\"", "&amp;"].map(|text| (text.to_owned(), text.contains('i')));
        let html = Owner::new().with(|| view! { <p><Marked pieces=pieces.into()/></p> }.to_html());
        assert!(html.contains("&lt;b&gt;a&lt;/b&gt;"), "{html}");
        assert!(html.contains("<mark>&lt;i&gt;\"</mark>") && html.contains("&amp;amp;"), "{html}");
    }
}
