//! `/sent`: newest first, with search and a way to recall in every row.

use super::{
    form::Typed,
    islands::AsYouType,
    reading::Reading,
    refresh::refresh,
    results::{Looked, ROWS, Results, look},
    search_form::SearchForm,
    whose::{self, Mailboxes},
};
use crate::{
    i18n::fl,
    kit::pages,
    layout::Section,
    page::{Page, PageError, page},
};
use leptos::prelude::*;

#[component]
pub fn SentPage() -> impl IntoView {
    page("/sent", |visit| async move {
        let (text, now) = (visit.text, visit.now());
        let typed = Typed::read(|name| visit.query.get(name));
        let mailbox = whose::mailbox(&visit.viewer, &typed.of).ok_or(PageError::NotFound)?;
        let freshness = refresh(&visit.asked.portal, &mailbox).await;
        let looked = look(visit.portal(), mailbox.id, typed.clone(), now).await?;
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
            <Mailboxes text viewer=visit.viewer.clone() chosen=mailbox.id/>
            <SearchForm text typed=typed.clone() problems=problems.clone() now zone=looked.zone/>
            <Reading text freshness again=typed.link(typed.page)/>
            <Results text looked/>
            <AsYouType/>
        };
        Ok(Page { title: fl!(text, "sent-title"), section: Section::Sent, body: body.into_any() })
    })
}
