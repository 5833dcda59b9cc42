//! `/helpdesk`: every case of the organisation, without a word of the mails; and the list as a table.

use super::filter::{Typed, Wrong};
use crate::{
    asked::Asked,
    failure,
    features::case::{
        csv::{download, moment, table},
        form,
        list::{CaseTable, Columns, PER_PAGE, Pages, Shown},
    },
    guard::{self, Refusal},
    i18n::{Text, fl},
    kit::{Button, ButtonKind, EmptyState, Field, LinkButton, Notice, Select, Shape, Tone},
    labels,
    layout::Section,
    local_path,
    page::{Page, PageError, Visit, page},
};
use axum::{
    Extension,
    extract::Query,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use chrono_tz::Tz;
use domain::{
    case::CaseRow,
    org::Directory,
    portal::Portal,
    sent::{self, Listing},
    shared::CaseState,
    store::StoreError,
};
use leptos::prelude::*;
use std::{collections::BTreeMap, sync::Arc};

pub const CSV_ROUTE: &str = "/helpdesk/cases.csv";

/// Rows of the exported list; who needs more narrows the dates.
const MOST: u64 = 10_000;

#[component]
pub fn HelpdeskPage() -> impl IntoView {
    page("/helpdesk", build)
}

async fn build(visit: Visit) -> Result<Page, PageError> {
    let text = visit.text;
    let typed = Typed::read(|name| visit.query.get(name));
    let index = form::page_index(visit.query.get("page").as_deref());
    let wanted = sent::Page { index, size: PER_PAGE };
    let (listing, wrong) = match find(visit.portal(), &visit.viewer.directory, &typed, wanted).await? {
        Ok(listing) => (listing, None),
        Err(wrong) => (Listing { rows: Vec::new(), total: 0 }, Some(wrong)),
    };
    let columns = Columns::of(&visit, Shown { requester: true, ..Shown::default() });
    let body = view! {
        <h1>{fl!(text, "helpdesk-title")}</h1>
        <p class="hint">{fl!(text, "helpdesk-hint")}</p>
        <Search text typed=typed.clone()/>
        {wrong.map(|wrong| view! { <Notice tone=Tone::Warn sentence=say(text, wrong)/> })}
        <Found text typed listing index columns asked=wrong.is_none()/>
    };
    Ok(Page { title: fl!(text, "helpdesk-title"), section: Section::Helpdesk, body: body.into_any() })
}

async fn find(
    portal: &Portal,
    directory: &Directory,
    typed: &Typed,
    page: sent::Page,
) -> Result<Result<Listing<CaseRow>, Wrong>, StoreError> {
    let filter = match typed.filter(directory, portal.settings.time_zone) {
        Ok(filter) => filter,
        Err(wrong) => return Ok(Err(wrong)),
    };
    if filter.requesters.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Ok(Listing { rows: Vec::new(), total: 0 }));
    }
    portal.store.read().await?.list_cases(&filter, page).await.map(Ok)
}

fn say(text: Text, wrong: Wrong) -> String {
    match wrong {
        Wrong::Number => fl!(text, "helpdesk-wrong-number"),
        Wrong::From | Wrong::Until => fl!(text, "helpdesk-wrong-date"),
        Wrong::State => fl!(text, "helpdesk-wrong-state"),
        Wrong::Order => fl!(text, "helpdesk-wrong-order"),
    }
}

#[component]
fn Search(text: Text, typed: Typed) -> impl IntoView {
    let any = (String::new(), fl!(text, "helpdesk-any-state"));
    let states =
        CaseState::ALL.iter().map(|state| (state.code().to_owned(), labels::case_state(text, *state)));
    let clear = (!typed.is_empty())
        .then(|| view! { <LinkButton label=fl!(text, "helpdesk-clear") href="/helpdesk"/> });
    view! {
        <form method="get" action="/helpdesk" class="card stack" role="search">
            <div class="row">
                <Field name="number" label=fl!(text, "cases-number") value=typed.number placeholder="R-2026-000042".to_owned()/>
                <Field name="person" label=fl!(text, "helpdesk-person") value=typed.person hint=fl!(text, "helpdesk-person-hint")/>
                <Field name="from" label=fl!(text, "helpdesk-from") kind="date" value=typed.from/>
                <Field name="until" label=fl!(text, "helpdesk-until") kind="date" value=typed.until/>
                <Select name="state" label=fl!(text, "live-state") options=std::iter::once(any).chain(states).collect() chosen=typed.state/>
            </div>
            <div class="row">
                <Button kind=ButtonKind::Primary label=fl!(text, "helpdesk-search") icon=Shape::Search/>
                {clear}
            </div>
        </form>
    }
}

#[component]
fn Found(
    text: Text,
    typed: Typed,
    listing: Listing<CaseRow>,
    index: u64,
    columns: Columns,
    asked: bool,
) -> impl IntoView {
    if listing.total == 0 {
        let hint = (asked && typed.is_empty()).then(|| fl!(text, "helpdesk-none-yet"));
        let hint = hint.unwrap_or_else(|| fl!(text, "helpdesk-none-hint"));
        return view! { <EmptyState title=fl!(text, "helpdesk-none") hint icon=Shape::Search/> }.into_any();
    }
    let query = typed.query();
    let export = format!("{CSV_ROUTE}?{query}");
    let address = if query.is_empty() { "/helpdesk?".to_owned() } else { format!("/helpdesk?{query}&") };
    view! {
        <div class="page-head">
            <p>{fl!(text, "helpdesk-found", total = listing.total)}</p>
            <LinkButton label=fl!(text, "helpdesk-export") href=export/>
        </div>
        <CaseTable caption=fl!(text, "helpdesk-title") rows=listing.rows columns/>
        <Pages text total=listing.total index address/>
    }
    .into_any()
}

/// `GET /helpdesk/cases.csv`, with the query of the page.
pub async fn csv(
    Extension(portal): Extension<Arc<Portal>>,
    Query(query): Query<BTreeMap<String, String>>,
    parts: Parts,
) -> Response {
    let Some(asked) = Asked::of_parts(portal, &parts) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let viewer = match guard::handler(&asked, CSV_ROUTE).await {
        Ok(viewer) => viewer,
        Err(Refusal::SignIn) => return Redirect::to(&local_path::sign_in("/helpdesk")).into_response(),
        Err(other) => return other.status().into_response(),
    };
    let typed = Typed::read(|name| query.get(name).cloned());
    let all = sent::Page { index: 0, size: MOST };
    match find(&asked.portal, &viewer.directory, &typed, all).await {
        Ok(Ok(listing)) => download(
            "recall-cases.csv",
            lines(&listing.rows, &viewer.directory, asked.portal.settings.time_zone),
        ),
        Ok(Err(_)) => Redirect::to(&format!("/helpdesk?{}", typed.query())).into_response(),
        Err(error) => {
            tracing::error!(%error, request = asked.request_id(), "no list of cases");
            failure::status(&error).into_response()
        }
    }
}

pub const COLUMNS: [&str; 13] = [
    "case",
    "state",
    "intent",
    "reason",
    "requester",
    "requester_address",
    "created_at",
    "decided_at",
    "ended_at",
    "targets",
    "ended",
    "failed",
    "unsent_corrections",
];

/// No subject: who exports it reads no mail.
fn lines(rows: &[CaseRow], directory: &Directory, zone: Tz) -> String {
    let head = COLUMNS.map(str::to_owned).to_vec();
    let lines = rows.iter().map(|row| {
        let case = &row.case;
        let person = directory.person(case.requester);
        vec![
            case.number.to_string(),
            case.state.code().to_owned(),
            case.request.intent.code().to_owned(),
            case.request.reason.code().to_owned(),
            person.map(|person| person.name.clone()).unwrap_or_default(),
            person.map(|person| person.address.to_string()).unwrap_or_default(),
            moment(Some(case.created_at), zone),
            moment(case.decided_at, zone),
            moment(case.ended_at, zone),
            row.targets.to_string(),
            row.ended.to_string(),
            row.failed.to_string(),
            row.unsent_corrections.to_string(),
        ]
    });
    table(std::iter::once(head).chain(lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::case::sample::{case, somebody};

    #[test]
    fn the_export_names_no_subject() {
        let row = CaseRow {
            case: case(),
            targets: 2,
            ended: 1,
            failed: 0,
            succeeded: 1,
            after_reading: 0,
            unsent_corrections: 0,
        };
        let directory = Directory::new(vec![somebody(1, "林青")], vec![], vec![]);
        let text = lines(&[row], &directory, chrono_tz::UTC);
        assert!(text.contains("R-2026-000042,awaiting_approval,recall,wrong_attachment,林青,p1@x.test,1970-01-01T00:00:00+00:00,,,2,1,0,0"), "{text}");
        assert!(!text.contains("合同"), "{text}");
    }
}
