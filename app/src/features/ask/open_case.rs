//! Another case about the same message that is still at work: there can be only one at a time.

use crate::{
    i18n::{Text, fl},
    kit::{Notice, Tone},
    page::Visit,
};
use domain::{
    case::view::{self, KnownCase},
    ids::{CaseId, DraftId},
    sent::SentMessage,
    shared::CaseNumber,
    store::StoreError,
};
use leptos::prelude::*;

/// None: it isn't for this reader to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open(pub Option<CaseNumber>);

pub fn among(cases: &[KnownCase]) -> Option<Open> {
    let open = cases.iter().find(|known| !known.case.state.is_final())?;
    Some(Open(open.is_shown.then_some(open.case.number)))
}

/// Beside the one that this draft becomes.
pub async fn of(visit: &Visit, message: &SentMessage, draft: DraftId) -> Result<Option<Open>, StoreError> {
    let mut cases = view::about(visit.portal(), &visit.viewer.person, message).await?;
    cases.retain(|known| known.case.id != CaseId(draft.0));
    Ok(among(&cases))
}

#[component]
pub fn OpenCase(text: Text, open: Option<Open>) -> impl IntoView {
    open.map(|Open(number)| {
        let sentence =
            if number.is_some() { fl!(text, "ask-open-case") } else { fl!(text, "ask-open-case-elsewhere") };
        let link = number.map(|number| {
            let label = fl!(text, "ask-open-case-link", number = number.to_string());
            view! { <p><a href=format!("/cases/{number}")>{label}</a></p> }
        });
        view! { <Notice tone=Tone::Warn title=fl!(text, "ask-open-case-title") sentence>{link}</Notice> }
    })
}
