//! Stands in for the live view where it doesn't run: the page loads itself again. Without scripts a meta element
//! does it; where scripts run but the island never starts (WebAssembly is forbidden, or the bundle didn't arrive), a
//! script of one line. The island takes both away when it starts (`follow`), with everything else that is marked
//! `data-without-live`.

use leptos::{nonce::Nonce, prelude::*};

/// Seconds, without scripts.
const EVERY: u32 = 3;

/// The bundle has had its chance by then. Plain characters only, and words that the oldest browsers know.
const UNLESS_LIVE: &str =
    "(function(me){setTimeout(function(){if(me.parentNode)location.reload()},8000)})(document.currentScript)";

/// `target`: path and query of the page. Named, because after a jump within the page (`…#story`) a refresh without an
/// address would only jump there again.
#[component]
pub fn Refresh(target: String, nonce: Option<Nonce>) -> impl IntoView {
    view! {
        <noscript><meta http-equiv="refresh" content=format!("{EVERY}; url={target}")/></noscript>
        <script data-without-live="" nonce=nonce>{UNLESS_LIVE}</script>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_arrives_as_it_is_written() {
        let html =
            Owner::new().with(|| view! { <Refresh target="/here?a=b".to_owned() nonce=None/> }.to_html());
        assert!(html.contains(&format!(">{UNLESS_LIVE}</script>")), "{html}");
        assert!(
            html.contains("<noscript><meta http-equiv=\"refresh\" content=\"3; url=/here?a=b\""),
            "{html}"
        );
    }
}
