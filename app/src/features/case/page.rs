//! `/cases/{number}`: what became of a request, and what can be done about it now.

use super::{
    asking::{Asking, Correction, Original},
    board::{AT_ONCE, Folding, Head, Rows, Words},
    decision::{Decision, Withdrawal},
    form,
    islands::{Follow, LiveBoard},
    progress::{self, Reader},
    refresh::Refresh,
    restore::{self, Offer},
    technical::Technical,
    trail::{self, Told},
};
use crate::{
    flash,
    i18n::{Text, fl},
    kit::{Card, LinkButton, Timeline},
    layout::Section,
    page::{Page, PageError, Visit, page},
};
use domain::{
    case::view::{self, Access, CaseView},
    shared::{CaseNumber, progress::Progress},
};
use leptos::{nonce::Nonce, prelude::*};
use std::sync::Arc;

#[component]
pub fn CasePage() -> impl IntoView {
    page("/cases/{number}", build)
}

async fn build(visit: Visit) -> Result<Page, PageError> {
    let number: CaseNumber = visit.param("number")?;
    let (view, pulse) = look(&visit, number).await?.ok_or(PageError::NotFound)?;
    let typed: form::Typed = visit.kept().await.unwrap_or_default();
    let at_work = AtWork::of(&visit, &view);
    if at_work.refreshes
        && let Err(error) = flash::linger(&visit.asked.session, visit.asked.path(), visit.now()).await
    {
        tracing::warn!(%error, "a message won't stay");
    }
    let reader = reader(&visit);
    let text = visit.text;
    let progress = progress::snapshot(&view, pulse, &reader);
    let section = section(view.access);
    let page = form::page_index(visit.query.get("entries").as_deref());
    let subject = view.subject().map(str::to_owned);
    let kept_for = visit.portal().settings.retention;
    let view = Arc::new(view);
    let technical =
        (view.access == Access::Helpdesk).then(|| view! { <Technical view=view.clone() reader page/> });
    let body = view! {
        <Top text number subject/>
        <Board view=view.clone() progress reader typed=typed.words.clone() at_work/>
        <Offer view=view.clone() reader note=typed.words kept_for/>
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

/// Where in the portal the reader found the case.
pub fn section(access: Access) -> Section {
    match access {
        Access::Requester => Section::Cases,
        Access::Delegate => Section::Sent,
        Access::Approver => Section::Approvals,
        Access::Helpdesk => Section::Helpdesk,
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

/// How the page stays fresh, and what that means for it.
struct AtWork {
    /// It loads itself again where nothing is live: nobody types on it.
    refreshes: bool,
    /// Asked for in the address, because loading the page again would fold the list.
    unfolded: bool,
    /// Path and query.
    target: String,
    nonce: Option<Nonce>,
}

impl AtWork {
    fn of(visit: &Visit, view: &CaseView) -> Self {
        Self {
            refreshes: !view.case.state.is_final() && !view.may_decide(visit.viewer.id()),
            unfolded: visit.query.get_str("recipients") == Some("all"),
            target: visit.asked.target.clone(),
            nonce: visit.asked.nonce.clone(),
        }
    }

    fn folding(&self, text: Text, number: CaseNumber) -> Folding {
        let keep_open = (self.refreshes && !self.unfolded)
            .then(|| (format!("/cases/{number}?recipients=all#targets"), fl!(text, "live-keep-open")));
        Folding { open: self.unfolded, keep_open }
    }
}

/// Live while the case is at work.
#[component]
fn Board(
    view: Arc<CaseView>,
    progress: Progress,
    reader: Reader,
    typed: String,
    at_work: AtWork,
) -> impl IntoView {
    let (text, number, finished) = (reader.text, view.case.number, progress.finished);
    let words = words(text, view.targets.len());
    let (pulse, offers) = (progress.pulse.clone(), progress.offers.clone());
    let (rows, groups) = (progress.rows.clone(), words.groups.clone());
    let folding = at_work.folding(text, number);
    let contents = (rows.len() > AT_ONCE).then(|| view! { <Contents text/> });
    let board = view! {
        <div class="stack">
            <Head progress groups/>
            {contents}
            <Forms view reader typed/>
            <Rows rows words folding/>
        </div>
    }
    .into_any();
    if finished {
        return board;
    }
    let follow =
        Follow { events: format!("/cases/{number}/events"), pulse, offers, reloads: at_work.refreshes };
    let AtWork { refreshes, target, nonce, .. } = at_work;
    let refresh = refreshes.then(|| view! { <Refresh target nonce/> });
    view! { {refresh} <LiveBoard follow>{board}</LiveBoard> }.into_any()
}

/// A long page says what is on it.
#[component]
fn Contents(text: Text) -> impl IntoView {
    view! {
        <nav class="row no-print" aria-label=fl!(text, "live-contents")>
            <a href="#targets">{fl!(text, "live-recipients")}</a>
            <a href="#story">{fl!(text, "cases-timeline")}</a>
            <a href="#request">{fl!(text, "cases-asked")}</a>
        </nav>
    }
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
        groups: fl!(text, "live-groups"),
        rest: fl!(text, "live-rest", rest = targets.min(progress::MOST_ROWS).saturating_sub(AT_ONCE)),
        more,
    }
}

/// What the reader can do now. Nothing, mostly.
#[component]
fn Forms(view: Arc<CaseView>, reader: Reader, typed: String) -> impl IntoView {
    if view.may_decide(reader.person) {
        return view! { <Decision view reader comment=typed/> }.into_any();
    }
    if view.may_withdraw() {
        return view! { <Withdrawal view text=reader.text/> }.into_any();
    }
    if view.may_drop_restore() {
        return view! { <restore::Withdrawal view text=reader.text/> }.into_any();
    }
    ().into_any()
}

#[component]
fn Story(view: Arc<CaseView>, reader: Reader) -> impl IntoView {
    let text = reader.text;
    let told = Told::of(&view, &reader);
    let moments = trail::timeline(text, &view.trail, &told);
    let label = fl!(text, "cases-timeline");
    view! { <Card id="story" title=label.clone()><Timeline label moments/></Card> }
}
