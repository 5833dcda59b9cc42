//! Several lines of input. The only place that may emit a `<textarea>`: Leptos 0.8.23 does not escape text
//! inside one when rendering on the server, so this piece does it, and is the one audited use of `inner_html`.

use super::rcdata;
use leptos::prelude::*;

#[component]
pub fn TextArea(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] value: String,
    #[prop(optional_no_strip, into)] hint: Option<String>,
    #[prop(optional_no_strip, into)] problem: Option<String>,
    #[prop(default = 6)] rows: u32,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let described = format!("{name}-hint");
    let has_more = hint.is_some() || problem.is_some();
    let invalid = problem.as_ref().map(|_| "true");
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            <textarea
                id=name.clone()
                name=name
                rows=rows.to_string()
                maxlength=maxlength.map(|most| most.to_string())
                required=required
                aria-invalid=invalid
                aria-describedby=has_more.then(|| described.clone())
                inner_html=content(&value)
            ></textarea>
            {has_more.then(|| view! {
                <div id=described>
                    {hint.map(|hint| view! { <p class="hint">{hint}</p> })}
                    {problem.map(|problem| view! { <p class="problem">{problem}</p> })}
                </div>
            })}
        </div>
    }
}

/// A browser drops one line feed at the very beginning, so one more is written there.
fn content(value: &str) -> String {
    let text = rcdata(value);
    if text.starts_with(['\n', '\r']) { format!("\n{text}") } else { text }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn rendered(value: &str) -> String {
        let owner = Owner::new();
        owner.with(|| view! { <TextArea name="note" label="Note" value=value.to_owned()/> }.to_html())
    }

    #[test]
    fn text_can_not_leave_it() {
        let html = rendered("</textarea><script>alert(1)</script> & <b>&amp;");
        assert!(
            html.contains(
                "&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;&amp;amp;</textarea>"
            ),
            "{html}"
        );
        assert_eq!(html.matches("</textarea>").count(), 1);
        assert!(!html.contains("<script"), "{html}");
    }

    #[test]
    fn empty_first_lines_survive_the_browser() {
        assert!(rendered("\n\nDear all").contains(">\n\n\nDear all</textarea>"));
        assert!(rendered("Dear all").contains(">Dear all</textarea>"));
        assert!(rendered("").contains("></textarea>"), "{}", rendered(""));
    }
}
