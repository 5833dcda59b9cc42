//! The board that keeps itself fresh while the case is at work.

use super::board::{Head, Rows, Words};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use shared::progress::Progress;

/// How the island stays up to date.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// Where the events come from.
    pub events: String,
    /// Without events the page may load itself again: nothing is being typed on it.
    pub reloads: bool,
}

/// Children stand between state and targets: the forms of the page.
#[island]
pub fn LiveBoard(progress: Progress, words: Words, follow: Follow, children: Children) -> impl IntoView {
    let look = RwSignal::new(progress);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| super::follow::follow(look, &follow));
    #[cfg(not(feature = "hydrate"))]
    let _ = follow;
    view! {
        <div class="stack">
            {move || view! { <Head progress=look.get()/> }}
            {children()}
            {move || view! { <Rows rows=look.with(|look| look.rows.clone()) words=words.clone()/> }}
        </div>
    }
}
