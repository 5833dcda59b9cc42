//! Comfort when scripts run: how many people are chosen, and whether the chosen files fit, before anything is sent.
//! Without scripts the server says the same one step later.

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
    {
        let recount = move || count.set(browser::chosen_people().unwrap_or(start));
        // A browser that went back fills the boxes by itself.
        Effect::new(move |_| recount());
        let listening = window_event_listener(leptos::ev::change, move |_| recount());
        on_cleanup(move || listening.remove());
    }
    view! { <p class="ask-count" aria-live="polite">{move || filled(&sentence, &count.get().to_string())}</p> }
}

/// `room`: bytes that still fit.
#[island]
pub fn ChosenFiles(words: FileWords, room: f64) -> impl IntoView {
    let size = RwSignal::new(0.0_f64);
    #[cfg(feature = "hydrate")]
    {
        let listening = window_event_listener(leptos::ev::change, move |_| size.set(browser::chosen_bytes()));
        on_cleanup(move || listening.remove());
    }
    let class = move || if size.get() > room { "problem" } else { "hint" };
    let sentence = move || {
        let bytes = size.get();
        if bytes > room {
            filled(&words.too_large, &megabytes(bytes))
        } else if bytes > 0.0 {
            filled(&words.fits, &megabytes(bytes))
        } else {
            String::new()
        }
    };
    view! { <p class=class aria-live="polite">{sentence}</p> }
}

fn filled(sentence: &str, value: &str) -> String {
    sentence.replace(HERE, value)
}

/// Rounded up to a tenth, so that what doesn't fit never looks as if it did.
fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", (bytes / 100_000.0).ceil() / 10.0)
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{prelude::document, wasm_bindgen::JsCast as _};

    pub fn chosen_people() -> Option<usize> {
        let boxes = document().query_selector_all("input[name=recipient]:checked").ok()?;
        usize::try_from(boxes.length()).ok()
    }

    pub fn chosen_bytes() -> f64 {
        let input = document().get_element_by_id("files");
        let input = input.and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(files) = input.and_then(|input| input.files()) else { return 0.0 };
        (0..files.length()).filter_map(|at| files.get(at)).map(|file| file.size()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!(
            [1.0, 100_000.0, 100_001.0, 30_000_000.0].map(megabytes),
            ["0.1 MB", "0.1 MB", "0.2 MB", "30.0 MB"]
        );
    }

    #[test]
    fn the_number_stands_where_the_sentence_wants_it() {
        assert_eq!(filled("共 60 位，已选 {} 位。", "3"), "共 60 位，已选 3 位。");
    }
}
