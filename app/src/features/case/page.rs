//! `/cases/{number}`: what became of a request, and what can be done about it now.

use super::{
    asking::{Asking, Correction, Original},
    board::{Head, Rows, Words},
    decision::{Decision, Withdrawal},
    form,
    islands::{Follow, LiveBoard},
    progress::{self, Reader},
    technical::Technical,
    trail::{self, Told},
};
use crate::{
    i18n::{Text, fl},
    kit::{Card, LinkButton, Timeline},
    layout::Section,
    page::{Page, PageError, Visit, page},
};
use domain::{
    case::view::{self, Access, CaseView},
    shared::{CaseNumber, progress::Progress},
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn CasePage() -> impl IntoView {
    page("/cases/{number}", build)
}

async fn build(visit: Visit) -> Result<Page, PageError> {
    let number: CaseNumber = visit.param("number")?;
    let (view, pulse) = look(&visit, number).await?.ok_or(PageError::NotFound)?;
    let typed: form::Comment = visit.kept().await.unwrap_or_default();
    let reader = reader(&visit);
    let text = visit.text;
    let progress = progress::snapshot(&view, pulse, &reader);
    let section = match view.access {
        Access::Requester => Section::Cases,
        Access::Approver => Section::Approvals,
        Access::Helpdesk => Section::Helpdesk,
    };
    let page = form::page_index(visit.query.get("entries").as_deref());
    let subject = view.subject().map(str::to_owned);
    let view = Arc::new(view);
    let technical =
        (view.access == Access::Helpdesk).then(|| view! { <Technical view=view.clone() reader page/> });
    let body = view! {
        <Top text number subject/>
        <Board view=view.clone() progress reader comment=typed.comment/>
        <Story view=view.clone() reader/>
        <Asking view=view.clone() reader/>
        <Correction view=view.clone() text/>
        <Original view reader/>
        {technical}
    };
    Ok(Page { title: fl!(text, "cases-title", number = number.to_string()), section, body: body.into_any() })
}

/// The pulse is read first: a change in between is then seen by the stream.
async fn look(visit: &Visit, number: CaseNumber) -> Result<Option<(CaseView, String)>, PageError> {
    let portal = visit.portal();
    let Some(case) = portal.store.read().await?.case_by_number(number).await? else { return Ok(None) };
    let pulse = portal.store.read().await?.case_pulse(case.id).await?;
    let view = view::view(portal, &visit.viewer.person, number).await?;
    Ok(view.map(|view| (view, pulse)))
}

pub fn reader(visit: &Visit) -> Reader {
    Reader {
        text: visit.text,
        person: visit.viewer.id(),
        zone: visit.portal().settings.time_zone,
        now: visit.now(),
    }
}

#[component]
fn Top(text: Text, number: CaseNumber, subject: Option<String>) -> impl IntoView {
    view! {
        <div class="page-head">
            <h1>{fl!(text, "cases-title", number = number.to_string())}</h1>
            <div class="row no-print">
                <LinkButton label=fl!(text, "cases-report") href=format!("/cases/{number}/report")/>
                <LinkButton label=fl!(text, "cases-report-csv") href=format!("/cases/{number}/report.csv")/>
            </div>
        </div>
        {subject.map(|subject| view! { <p class="lead">{subject}</p> })}
    }
}

/// Live while the case is at work. Without scripts the page loads itself again, unless somebody types on it.
#[component]
fn Board(view: Arc<CaseView>, progress: Progress, reader: Reader, comment: String) -> impl IntoView {
    let (number, finished) = (view.case.number, progress.finished);
    let types = view.may_decide(reader.person);
    let words = words(reader.text, view.targets.len());
    let (pulse, offers) = (progress.pulse.clone(), progress.offers.clone());
    let rows = progress.rows.clone();
    let board = view! {
        <div class="stack">
            <Head progress/>
            <Forms view reader comment/>
            <Rows rows words/>
        </div>
    }
    .into_any();
    if finished {
        return board;
    }
    let follow = Follow { events: format!("/cases/{number}/events"), pulse, offers, reloads: !types };
    let refresh = (!types).then(|| view! { <noscript><meta http-equiv="refresh" content="3"/></noscript> });
    view! { {refresh} <LiveBoard follow>{board}</LiveBoard> }.into_any()
}

fn words(text: Text, targets: usize) -> Words {
    let more = match targets.saturating_sub(progress::MOST_ROWS) {
        0 => String::new(),
        more => fl!(text, "live-more", more = more),
    };
    Words {
        recipients: fl!(text, "live-recipients"),
        recipient: fl!(text, "live-recipient"),
        state: fl!(text, "live-state"),
        advice: fl!(text, "live-advice"),
        more,
    }
}

/// What the reader can do now. Nothing, mostly.
#[component]
fn Forms(view: Arc<CaseView>, reader: Reader, comment: String) -> impl IntoView {
    if view.may_decide(reader.person) {
        return view! { <Decision view reader comment/> }.into_any();
    }
    if view.may_withdraw() {
        return view! { <Withdrawal view text=reader.text/> }.into_any();
    }
    ().into_any()
}

#[component]
fn Story(view: Arc<CaseView>, reader: Reader) -> impl IntoView {
    let text = reader.text;
    let told = Told {
        case: &view.case,
        approvals: &view.approvals,
        directory: &view.directory,
        comments: view.access.reads_mail(),
        zone: reader.zone,
        now: reader.now,
    };
    let moments = trail::timeline(text, &view.trail, &told);
    let label = fl!(text, "cases-timeline");
    view! { <Card title=label.clone()><Timeline label moments/></Card> }
}
