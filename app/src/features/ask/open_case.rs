//! Another case about the same message that is still at work: there can be only one at a time.

use crate::{
    i18n::{Text, fl},
    kit::{Notice, Tone},
};
use domain::{
    ids::{CaseId, DraftId, SentId},
    portal::Portal,
    shared::CaseNumber,
    store::StoreError,
};
use leptos::prelude::*;

pub async fn of(portal: &Portal, sent: SentId, except: DraftId) -> Result<Option<CaseNumber>, StoreError> {
    let cases = portal.store.read().await?.cases_of_sent(sent).await?;
    let open = cases.iter().find(|case| !case.state.is_final() && case.id != CaseId(except.0));
    Ok(open.map(|case| case.number))
}

#[component]
pub fn OpenCase(text: Text, open: Option<CaseNumber>) -> impl IntoView {
    open.map(|number| {
        let number = number.to_string();
        view! {
            <Notice tone=Tone::Warn title=fl!(text, "ask-open-case-title") sentence=fl!(text, "ask-open-case")>
                <p><a href=format!("/cases/{number}")>{fl!(text, "ask-open-case-link", number = number.clone())}</a></p>
            </Notice>
        }
    })
}
