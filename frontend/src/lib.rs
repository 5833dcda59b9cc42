//! What runs in the browser: links `app`, so that its islands are there, and starts them.

// Without a use of `app` its islands are left out by the linker, and nothing reports it.
use app as _;

/// Called by the page's script; it then calls each island's own function.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
