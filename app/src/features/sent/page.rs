//! `/sent`: newest first, with search and a way to recall in every row.

use super::{
    form::Search,
    refresh::{Freshness, refresh},
};
use crate::{
    i18n::{Text, fl},
    kit::{
        Button, ButtonKind, Cell, EmptyState, Field, Icon, LinkButton, Notice, Pager, Select, Shape, Table,
        Tone, pages,
    },
    labels,
    layout::Section,
    page::{Page, page},
    show::{self, When},
};
use chrono_tz::Tz;
use domain::{
    sent::{Found, Page as Wanted, SentCase, SentSummary},
    time::Timestamp,
};
use leptos::prelude::*;

const ROWS: u64 = 25;

#[component]
pub fn SentPage() -> impl IntoView {
    page("/sent", |visit| async move {
        let (text, zone, now) = (visit.text, visit.portal().settings.time_zone, visit.now());
        let search = Search::read(|name| visit.query.get(name));
        let freshness = refresh(&visit).await;
        let wanted = Wanted { index: search.page - 1, size: ROWS };
        let mut tx = visit.portal().store.read().await?;
        let found = tx.list_sent(visit.viewer.id(), &search.filter(now, zone), wanted).await?;
        if found.rows.is_empty() && found.total.rows() > 0 {
            visit.asked.go(&search.link(pages(found.total.rows(), ROWS)));
        }
        let body = view! {
            <div class="page-head">
                <div>
                    <h1>{fl!(text, "sent-title")}</h1>
                    <p class="lead">{fl!(text, "sent-lead")}</p>
                </div>
            </div>
            <SearchForm text search=search.clone()/>
            <Stale text freshness search=search.clone()/>
            <Results text found search zone now/>
        };
        Ok(Page { title: fl!(text, "sent-title"), section: Section::Sent, body: body.into_any() })
    })
}

#[component]
fn SearchForm(text: Text, search: Search) -> impl IntoView {
    let cases = vec![
        (String::new(), fl!(text, "sent-case-any")),
        ("with".to_owned(), fl!(text, "sent-case-with")),
        ("without".to_owned(), fl!(text, "sent-case-without")),
    ];
    let narrowed = search.is_narrowed();
    view! {
        <form method="get" action="/sent" role="search" class="search">
            <div class="search-words">
                <Field name="q" label=fl!(text, "sent-search-words") kind="search" value=search.words placeholder=fl!(text, "sent-search-example")/>
            </div>
            <Field name="from" label=fl!(text, "sent-search-from") kind="date" value=search.from/>
            <Field name="until" label=fl!(text, "sent-search-until") kind="date" value=search.until/>
            <Select name="case" label=fl!(text, "sent-search-case") options=cases chosen=search.case/>
            <div class="search-actions">
                <Button label=fl!(text, "sent-search-button") icon=Shape::Search/>
                {narrowed.then(|| view! { <LinkButton kind=ButtonKind::Quiet label=fl!(text, "sent-search-clear") href="/sent"/> })}
            </div>
        </form>
    }
}

/// Says when the list may not be complete.
#[component]
fn Stale(text: Text, freshness: Freshness, search: Search) -> impl IntoView {
    let (tone, sentence) = match freshness {
        Freshness::Fresh => return None,
        Freshness::Reading => (Tone::Busy, fl!(text, "sent-reading")),
        Freshness::Unreadable => (Tone::Warn, fl!(text, "sent-unreadable")),
    };
    let again = search.link(search.page);
    Some(view! {
        <Notice tone sentence>
            <p><a href=again>{fl!(text, "sent-look-again")}</a></p>
        </Notice>
    })
}

#[component]
fn Results(
    text: Text,
    found: Found,
    search: Search,
    zone: Tz,
    now: Timestamp,
) -> impl IntoView {
    let Found { rows, total } = found;
    let total = total.rows();
    if rows.is_empty() {
        return if search.is_narrowed() {
            view! { <EmptyState title=fl!(text, "sent-none-found") hint=fl!(text, "sent-none-found-hint") icon=Shape::Search/> }.into_any()
        } else {
            view! { <EmptyState title=fl!(text, "sent-none") hint=fl!(text, "sent-none-hint")/> }.into_any()
        };
    }
    let last = pages(total, ROWS);
    let at = search.page.min(last);
    let previous = (at > 1).then(|| (fl!(text, "sent-newer"), search.link(at - 1)));
    let next = (at < last).then(|| (fl!(text, "sent-older"), search.link(at + 1)));
    let heads = vec![
        fl!(text, "sent-col-mail"),
        fl!(text, "sent-col-to"),
        fl!(text, "sent-col-time"),
        fl!(text, "sent-col-do"),
    ];
    let rows = rows.into_iter().map(|row| view! { <Row text row zone now/> }).collect_view();
    view! {
        <p class="hint">{fl!(text, "sent-total", total = total)}</p>
        <Table caption=fl!(text, "sent-title") heads>{rows}</Table>
        <Pager label=fl!(text, "sent-pages") position=fl!(text, "sent-position", page = at, pages = last) previous next/>
    }
    .into_any()
}

#[component]
fn Row(text: Text, row: SentSummary, zone: Tz, now: Timestamp) -> impl IntoView {
    let SentSummary { message, case } = row;
    let subject =
        if message.subject.is_empty() { fl!(text, "sent-no-subject") } else { message.subject.clone() };
    let names: Vec<String> = message.recipients().map(show::who).collect();
    let attachments = message.attachments.len();
    let open = format!("/sent/{}", message.id);
    let action = action(text, &open, &subject, case);
    view! {
        <tr>
            <Cell head="" main=true>
                <a class="sent-subject" href=open>{subject}</a>
                <span class="row">
                    {case.map(|case| view! { <CaseBadge text case/> })}
                    {(attachments > 0).then(|| view! {
                        <span class="hint row-tight"><Icon shape=Shape::Clip/>{fl!(text, "sent-attachments", count = attachments)}</span>
                    })}
                </span>
            </Cell>
            <Cell head=fl!(text, "sent-col-to")>{show::first_few(text, &names)}</Cell>
            <Cell head=fl!(text, "sent-col-time")><When text at=message.sent_at now zone/></Cell>
            <Cell head="">{action}</Cell>
        </tr>
    }
}

/// Where the newest case stands. A finished one isn't green: what it brought is on its own page.
#[component]
fn CaseBadge(text: Text, case: SentCase) -> impl IntoView {
    let SentCase { number, state } = case;
    let tone = if state.is_final() { Tone::Plain } else { labels::case_tone(state) };
    let label = fl!(text, "sent-case", number = number.to_string(), state = labels::case_state(text, state));
    view! { <a class=format!("badge badge-{}", tone.code()) href=format!("/cases/{number}")>{label}</a> }
}

/// One mail can have only one case at work: then there is nothing to ask for, but something to see.
fn action(text: Text, message: &str, subject: &str, case: Option<SentCase>) -> AnyView {
    if let Some(SentCase { number, .. }) = case.filter(|case| !case.state.is_final()) {
        let label = fl!(text, "sent-see-case", number = number.to_string());
        return view! { <LinkButton label href=format!("/cases/{number}")/> }.into_any();
    }
    let spoken = fl!(text, "sent-recall-this", subject = subject);
    view! { <LinkButton label=fl!(text, "sent-recall") href=format!("{message}/ask") icon=Shape::Recall spoken=spoken/> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::shared::{CaseNumber, CaseState, Language};

    fn shown(state: Option<CaseState>) -> String {
        let case = state.map(|state| SentCase { number: CaseNumber::new(2026, 42), state });
        let text = Text::of(Language::English);
        Owner::new().with(|| {
            let badge = case.map(|case| view! { <CaseBadge text case/> });
            view! { {badge} {action(text, "/sent/7", "Contract", case)} }.to_html()
        })
    }

    #[test]
    fn a_mail_with_an_open_case_leads_there_and_offers_no_second_one() {
        for state in [CaseState::Holding, CaseState::AwaitingApproval, CaseState::Releasing] {
            let html = shown(Some(state));
            assert!(html.contains("See case R-2026-000042") && !html.contains("/ask"), "{html}");
        }
        assert!(shown(Some(CaseState::AwaitingApproval)).contains("R-2026-000042: Waiting for approval"));
    }

    #[test]
    fn a_mail_whose_case_is_over_says_so_and_can_be_recalled_again() {
        let html = shown(Some(CaseState::Finished));
        assert!(html.contains("R-2026-000042: Finished") && html.contains("href=\"/sent/7/ask\""), "{html}");
        assert!(html.contains("badge-plain"), "{html}");
        assert!(shown(None).contains("href=\"/sent/7/ask\""));
    }
}
