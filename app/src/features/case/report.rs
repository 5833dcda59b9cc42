//! `/cases/{number}/report`: everything about a case on paper, without the mail itself; and the same as a table.

use super::{
    advice, asking,
    csv::{self, download},
    headline,
    page::{reader, section},
    progress::{Reader, corrections, snapshot},
    trail::{self, Told},
};
use crate::{
    asked::Asked,
    failure,
    guard::{self, Refusal},
    i18n::{Text, fl},
    kit::{Card, Cell, Facts, LinkButton, Moment, Table, Timeline},
    labels, local_path,
    page::{Page, PageError, Visit, page},
    show,
};
use axum::{
    Extension,
    extract::Path,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    case::{
        Correction, Target,
        view::{self, CaseView},
    },
    hex,
    portal::Portal,
    shared::CaseNumber,
};
use leptos::prelude::*;
use std::sync::Arc;

pub const CSV_ROUTE: &str = "/cases/{number}/report.csv";

#[component]
pub fn ReportPage() -> impl IntoView {
    page("/cases/{number}/report", build)
}

async fn build(visit: Visit) -> Result<Page, PageError> {
    let number: CaseNumber = visit.param("number")?;
    let view = view::view(visit.portal(), &visit.viewer.person, number).await?.ok_or(PageError::NotFound)?;
    let (text, reader) = (visit.text, reader(&visit));
    let title = fl!(text, "report-title", number = number.to_string());
    let organisation = visit.portal().settings.organisation.clone();
    let back = format!("/cases/{number}");
    let printed = fl!(
        text,
        "report-printed",
        at = show::full(text, reader.now, reader.zone),
        zone = reader.zone.name()
    );
    let section = section(view.access);
    let look = snapshot(&view, String::new(), &reader);
    let view = Arc::new(view);
    let body = view! {
        <article class="report stack">
            <div class="page-head">
                <h1>{title.clone()}</h1>
                <div class="row no-print">
                    <LinkButton label=fl!(text, "report-back") href=back/>
                    <LinkButton label=fl!(text, "cases-report-csv") href=format!("/cases/{number}/report.csv")/>
                </div>
            </div>
            <p class="hint">{organisation} " · " {printed}</p>
            <p class="hint no-print">{fl!(text, "report-print-hint")}</p>
            <Card title=look.state><p>{look.explanation}</p></Card>
            <Request view=view.clone() reader/>
            <Results view=view.clone() reader/>
            <Course view reader/>
        </article>
    };
    Ok(Page { title, section, body: body.into_any() })
}

#[component]
fn Request(view: Arc<CaseView>, reader: Reader) -> impl IntoView {
    let text = reader.text;
    let mut rows = asking::facts(&view, &reader);
    if let Some(subject) = view.subject() {
        rows.insert(0, (fl!(text, "cases-subject"), subject.to_owned().into_any()));
    }
    view! { <Card title=fl!(text, "cases-asked")><Facts rows/></Card> }
}

#[component]
fn Results(view: Arc<CaseView>, reader: Reader) -> impl IntoView {
    let text = reader.text;
    let heads = heads(text);
    let corrections = corrections(&view);
    let rows = view
        .targets
        .iter()
        .map(|target| {
            let [recipient, state, advice, correction, at] = heads.clone();
            let (name, address) = (target.recipient.name.clone(), target.address().to_string());
            let (said, mailed) =
                (result(&view, target, &reader), mailed(corrections.get(&target.id).copied(), &reader));
            let updated = show::full(text, target.updated_at, reader.zone);
            view! {
                <tr>
                    <Cell head=recipient main=true><span>{name}</span><p class="hint">{address}</p></Cell>
                    <Cell head=state>{said.label}</Cell>
                    <Cell head=advice>{said.advice}</Cell>
                    <Cell head=correction>{mailed}</Cell>
                    <Cell head=at>{updated}</Cell>
                </tr>
            }
        })
        .collect_view();
    let (title, caption) = (fl!(text, "live-recipients"), fl!(text, "live-recipients"));
    view! { <Card title><Table caption heads=heads.to_vec()>{rows}</Table></Card> }
}

fn heads(text: Text) -> [String; 5] {
    [
        fl!(text, "live-recipient"),
        fl!(text, "live-state"),
        fl!(text, "live-advice"),
        fl!(text, "cases-correction"),
        fl!(text, "report-updated"),
    ]
}

fn result(view: &CaseView, target: &Target, reader: &Reader) -> advice::Said {
    let again = show::near(reader.text, target.due_at, reader.now, reader.zone);
    let said = advice::of(reader.text, target, advice::Around::of(view, target, &again));
    let facts = advice::facts(reader.text, target, reader.zone);
    let gap = String::from(if facts.is_empty() { "" } else { " " });
    let advice = headline::sentences(reader.text, [said.advice, gap, facts]);
    advice::Said { advice, ..said }
}

/// The correction's state, its time, or what kept it from going out.
fn mailed(correction: Option<&Correction>, reader: &Reader) -> String {
    let Some(correction) = correction else { return "—".to_owned() };
    let state = labels::correction(reader.text, correction.state);
    match correction.sent_at {
        Some(at) => format!("{state} · {}", show::full(reader.text, at, reader.zone)),
        None => state,
    }
}

#[component]
fn Course(view: Arc<CaseView>, reader: Reader) -> impl IntoView {
    let text = reader.text;
    let told = Told::of(&view, &reader);
    let moments: Vec<Moment> = trail::timeline(text, &view.trail, &told);
    let head = view.trail.last().map(|entry| {
        let sentence = fl!(text, "report-audit", seq = entry.seq, entries = view.trail.len());
        view! { <p>{sentence}</p><p><code class="hash">{hex::encode(&entry.hash)}</code></p> }
    });
    let digest = view! { <code class="hash">{view.case.digest.hex()}</code> }.into_any();
    let rows = vec![(fl!(text, "cases-digest"), digest)];
    let label = fl!(text, "cases-timeline");
    view! {
        <Card title=label.clone()><Timeline label moments/></Card>
        <Card title=fl!(text, "cases-audit")>
            {head}
            <p class="hint">{fl!(text, "report-audit-hint")}</p>
            <Facts rows/>
        </Card>
    }
}

/// `GET /cases/{number}/report.csv`
pub async fn csv(
    Extension(portal): Extension<Arc<Portal>>,
    Path(number): Path<String>,
    parts: Parts,
) -> Response {
    let Some(asked) = Asked::of_parts(portal, &parts) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let viewer = match guard::handler(&asked, CSV_ROUTE).await {
        Ok(viewer) => viewer,
        Err(Refusal::SignIn) => return Redirect::to(&local_path::sign_in(asked.path())).into_response(),
        Err(other) => return other.status().into_response(),
    };
    let Ok(number) = number.parse::<CaseNumber>() else { return StatusCode::NOT_FOUND.into_response() };
    match view::view(&asked.portal, &viewer.person, number).await {
        Ok(Some(view)) => {
            download(&format!("recall-{number}.csv"), csv::report(&view, asked.portal.settings.time_zone))
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, request = asked.request_id(), "no report");
            failure::status(&error).into_response()
        }
    }
}
