//! Results while somebody types, or while the mailbox is being read. Without scripts the form's button and the link to
//! look again do the same.

use leptos::prelude::*;

/// Follows the search form of the page it is on; says how many there are to those who can't see the list change.
#[island]
pub fn AsYouType() -> impl IntoView {
    let said = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    super::follow::follow(said);
    view! { <p class="only-spoken" role="status">{move || said.get()}</p> }
}
