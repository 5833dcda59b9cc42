//! `/sent`: newest first, with search and a way to recall in every row.

use super::{
    form::Typed,
    islands::AsYouType,
    reading::Reading,
    refresh::refresh,
    results::{Looked, ROWS, Results, look},
    search_form::SearchForm,
};
use crate::{
    i18n::fl,
    kit::pages,
    layout::Section,
    page::{Page, page},
};
use leptos::prelude::*;

#[component]
pub fn SentPage() -> impl IntoView {
    page("/sent", |visit| async move {
        let (text, now) = (visit.text, visit.now());
        let typed = Typed::read(|name| visit.query.get(name));
        let freshness = refresh(&visit.asked.portal, &visit.viewer.person).await;
        let looked = look(visit.portal(), visit.viewer.id(), typed.clone(), now).await?;
        if let Some(rows) = looked.beyond_the_last() {
            visit.asked.go(&typed.link(pages(rows, ROWS)));
        }
        let Looked { problems, .. } = &looked;
        let body = view! {
            <div class="page-head">
                <div>
                    <h1>{fl!(text, "sent-title")}</h1>
                    <p class="lead">{fl!(text, "sent-lead")}</p>
                </div>
            </div>
            <SearchForm text typed=typed.clone() problems=problems.clone() now zone=looked.zone/>
            <Reading text freshness again=typed.link(typed.page)/>
            <Results text looked/>
            <AsYouType/>
        };
        Ok(Page { title: fl!(text, "sent-title"), section: Section::Sent, body: body.into_any() })
    })
}
