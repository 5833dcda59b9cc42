//! What keeps the board fresh while the case is at work.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// How the board stays up to date.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// Where the events come from.
    pub events: String,
    /// The look that the page shows.
    pub pulse: String,
    /// What the page offers besides.
    pub offers: String,
    /// Without events the page may load itself again: nothing is being typed on it.
    pub reloads: bool,
}

/// The children come from the server and stay as they are; only their marked elements are written into.
#[island]
pub fn LiveBoard(follow: Follow, children: Children) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    super::follow::follow(follow);
    #[cfg(not(feature = "hydrate"))]
    let _ = follow;
    children()
}
