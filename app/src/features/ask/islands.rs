//! Comfort when scripts run: how many people are chosen, and whether the chosen files fit, before anything is sent.
//! Without scripts the server says the same one step later.
//!
//! Numbers are `usize` throughout: writing out fractions would cost the browser's bundle some 10 KB.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Where a number or size goes in a sentence.
pub const HERE: &str = "{}";

/// Said about the files chosen, with their size.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileWords {
    pub fits: String,
    pub too_large: String,
}

/// `sentence` with [`HERE`] for the count; `start`: as the page came.
#[island]
pub fn ChosenCount(sentence: String, start: usize) -> impl IntoView {
    let count = RwSignal::new(start);
    #[cfg(feature = "hydrate")]
    browser::on_every_change(move || count.set(browser::chosen_people().unwrap_or(start)));
    view! { <p class="ask-count" aria-live="polite">{move || filled(&sentence, &count.get().to_string())}</p> }
}

/// `room`: bytes that still fit.
#[island]
pub fn ChosenFiles(words: FileWords, room: usize) -> impl IntoView {
    let size = RwSignal::new(0_usize);
    #[cfg(feature = "hydrate")]
    browser::on_every_change(move || size.set(browser::chosen_bytes()));
    let sentence = move || match size.get() {
        0 => String::new(),
        bytes if bytes > room => filled(&words.too_large, &megabytes(bytes)),
        bytes => filled(&words.fits, &megabytes(bytes)),
    };
    view! { <p class="hint" aria-live="polite">{sentence}</p> }
}

fn filled(sentence: &str, value: &str) -> String {
    sentence.replace(HERE, value)
}

/// Rounded up to a tenth, so that what doesn't fit never looks as if it did.
fn megabytes(bytes: usize) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{ev, prelude::*, wasm_bindgen::JsCast as _};

    /// Once at the start, too: a browser that went back fills the form by itself. The island lives as long as the
    /// page, so nothing has to stop listening.
    pub fn on_every_change(look: impl Fn() + Clone + 'static) {
        let first = look.clone();
        Effect::new(move |_| first());
        window_event_listener(ev::change, move |_| look());
    }

    pub fn chosen_people() -> Option<usize> {
        let boxes = document().query_selector_all("input[name=recipient]:checked").ok()?;
        usize::try_from(boxes.length()).ok()
    }

    pub fn chosen_bytes() -> usize {
        let input = document().get_element_by_id("files");
        let input = input.and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(files) = input.and_then(|input| input.files()) else { return 0 };
        (0..files.length()).filter_map(|at| files.get(at)).map(|file| whole(file.size())).sum()
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` stops at the largest usize"
    )]
    fn whole(bytes: f64) -> usize {
        bytes as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up() {
        let shown = [1, 100_000, 100_001, 30_000_000].map(megabytes);
        assert_eq!(shown, ["0.1 MB", "0.1 MB", "0.2 MB", "30.0 MB"]);
    }

    #[test]
    fn the_number_stands_where_the_sentence_wants_it() {
        assert_eq!(filled("共 60 位，已选 {} 位。", "3"), "共 60 位，已选 3 位。");
    }
}
