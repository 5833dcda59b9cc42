//! What a search found: as a part of the page, and alone for whoever is still typing (`/sent/results`).

use super::{
    form::Typed,
    problem::Problems,
    reading::Reading,
    refresh::{Freshness, follow},
    row::Row,
    search_form::Chips,
    whose,
};
use crate::{
    asked::Asked,
    failure, guard,
    i18n::{Text, fl},
    kit::{EmptyState, Notice, Pager, Shape, Table, Tone, pages},
};
use axum::{
    Extension,
    http::{StatusCode, request::Parts},
    response::{Html, IntoResponse as _, Response},
};
use chrono_tz::Tz;
use domain::{
    ids::PersonId,
    portal::Portal,
    search::{Problem, Search},
    sent::{Found, Page, Total},
    store::{Result, StoreError},
    time::Timestamp,
};
use leptos::prelude::*;
use std::sync::Arc;

pub const ROUTE: &str = "/sent/results";

pub const ROWS: u64 = 25;

/// A search and what it came to.
pub struct Looked {
    pub typed: Typed,
    pub problems: Vec<Problem>,
    pub zone: Tz,
    search: Search,
    /// None: it took too long.
    found: Option<Found>,
    now: Timestamp,
}

pub async fn look(portal: &Portal, owner: PersonId, typed: Typed, now: Timestamp) -> Result<Looked> {
    let zone = portal.settings.time_zone;
    let parsed = typed.parsed();
    let filter = typed.filter(parsed.query, now, zone);
    let wanted = Page { index: typed.page - 1, size: ROWS };
    let mut tx = portal.store.read().await?;
    let found = match tx.list_sent(owner, &filter, wanted).await {
        Ok(found) => Some(found),
        Err(StoreError::TooSlow) => {
            tracing::warn!(%owner, "a search took too long");
            None
        }
        Err(other) => return Err(other),
    };
    Ok(Looked { typed, problems: parsed.problems, zone, search: filter.search, found, now })
}

impl Looked {
    /// How many rows there are, when this page is behind the last one.
    pub fn beyond_the_last(&self) -> Option<u64> {
        let found = self.found.as_ref()?;
        (found.rows.is_empty() && found.total.rows() > 0).then(|| found.total.rows())
    }
}

/// `GET /sent/results`, with the query of the page: those parts of it that change with what is typed. The mailbox
/// isn't read anew for every letter; with `again`, how far the reading is comes along.
pub async fn results(Extension(portal): Extension<Arc<Portal>>, parts: Parts) -> Response {
    let Some(asked) = Asked::of_parts(portal, &parts) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let viewer = match guard::handler(&asked, ROUTE).await {
        Ok(viewer) => viewer,
        Err(refusal) => return refusal.status().into_response(),
    };
    let typed = Typed::read(|name| asked.query.get(name));
    let Some(mailbox) = whose::mailbox(&viewer, &typed.of) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let freshness = match asked.query.get_str("again") {
        Some(_) => Some(follow(&asked.portal, &mailbox).await),
        None => None,
    };
    match look(&asked.portal, mailbox.id, typed, asked.now()).await {
        Ok(looked) => Html(fragment(Text::of(viewer.language()), looked, freshness)).into_response(),
        Err(error) => {
            tracing::error!(%error, request = asked.request_id(), "no results");
            failure::status(&error).into_response()
        }
    }
}

fn fragment(text: Text, looked: Looked, freshness: Option<Freshness>) -> String {
    let (typed, zone, now) = (looked.typed.clone(), looked.zone, looked.now);
    let address = typed.link(typed.page);
    let again = address.clone();
    Owner::new().with(|| {
        view! {
            <div data-address=address>
                {freshness.map(|freshness| view! { <Reading text freshness again/> })}
                <Problems text typed=typed.words.clone() problems=looked.problems.clone()/>
                <Chips text typed now zone/>
                <Results text looked/>
            </div>
        }
        .to_html()
    })
}

#[component]
pub fn Results(text: Text, looked: Looked) -> impl IntoView {
    view! { <div id="sent-found" class="stack">{list(text, looked)}</div> }
}

fn list(text: Text, looked: Looked) -> AnyView {
    let Looked { typed, zone, search, found, now, .. } = looked;
    let Some(Found { rows, total }) = found else {
        let sentence = fl!(text, "sent-too-slow");
        return view! { <Notice tone=Tone::Warn sentence/> }.into_any();
    };
    if rows.is_empty() {
        return if typed.is_narrowed() {
            view! { <EmptyState title=fl!(text, "sent-none-found") hint=fl!(text, "sent-none-found-hint") icon=Shape::Search/> }.into_any()
        } else {
            view! { <EmptyState title=fl!(text, "sent-none") hint=fl!(text, "sent-none-hint")/> }.into_any()
        };
    }
    let last = pages(total.rows(), ROWS);
    let at = typed.page.min(last);
    let previous = (at > 1).then(|| (fl!(text, "sent-newer"), typed.link(at - 1)));
    let next = (at < last).then(|| (fl!(text, "sent-older"), typed.link(at + 1)));
    let heads = vec![
        fl!(text, "sent-col-mail"),
        fl!(text, "sent-col-to"),
        fl!(text, "sent-col-time"),
        fl!(text, "sent-col-do"),
    ];
    let search = Arc::new(search);
    let rows =
        rows.into_iter().map(|row| view! { <Row text row search=search.clone() zone now/> }).collect_view();
    view! {
        <p class="hint" id="sent-total">{counted(text, total)}</p>
        <Table caption=fl!(text, "sent-title") heads>{rows}</Table>
        <Pager label=fl!(text, "sent-pages") position=fl!(text, "sent-position", page = at, pages = last) previous next/>
    }
    .into_any()
}

fn counted(text: Text, total: Total) -> String {
    match total {
        Total::Exactly(total) => fl!(text, "sent-total", total = total),
        Total::About(total) => fl!(text, "sent-total-about", total = total),
        Total::MoreThan(total) => fl!(text, "sent-total-more", total = total),
    }
}
