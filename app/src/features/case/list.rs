//! `/cases`, and the table of cases that other areas show too.

use super::{form, technical::position};
use crate::{
    i18n::{Text, fl},
    kit::{Badge, ButtonKind, Cell, EmptyState, LinkButton, Pager, Table, Tone, pages},
    labels,
    layout::Section,
    page::{Page, PageError, Visit, page},
    show::When,
};
use chrono_tz::Tz;
use domain::{
    case::{CaseRow, view},
    org::Directory,
    sent,
    time::Timestamp,
};
use leptos::prelude::*;
use std::sync::Arc;

pub const PER_PAGE: u64 = 25;

#[component]
pub fn CasesPage() -> impl IntoView {
    page("/cases", build)
}

async fn build(visit: Visit) -> Result<Page, PageError> {
    let text = visit.text;
    let index = form::page_index(visit.query.get("page").as_deref());
    let wanted = sent::Page { index, size: PER_PAGE };
    let listing = view::mine(visit.portal(), &visit.viewer.person, wanted).await?;
    if listing.rows.is_empty() && listing.total > 0 {
        visit.asked.go(&format!("/cases?page={}", pages(listing.total, PER_PAGE)));
    }
    let columns = Columns::of(&visit, Shown { subject: true, ..Shown::default() });
    let content = if listing.total == 0 {
        view! {
            <EmptyState title=fl!(text, "cases-none") hint=fl!(text, "cases-none-hint")>
                <LinkButton kind=ButtonKind::Primary label=fl!(text, "cases-none-start") href="/sent"/>
            </EmptyState>
        }
        .into_any()
    } else {
        view! {
            <CaseTable caption=fl!(text, "cases-mine") rows=listing.rows columns/>
            <Pages text total=listing.total index address="/cases?"/>
        }
        .into_any()
    };
    let body = view! { <h1>{fl!(text, "cases-mine")}</h1> {content} };
    Ok(Page { title: fl!(text, "cases-mine"), section: Section::Cases, body: body.into_any() })
}

/// What a list of cases shows besides number, intent, state and counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    /// Never for those who read no mail.
    pub subject: bool,
    pub requester: bool,
    /// The time for a decision, instead of the time of the request.
    pub until: bool,
}

#[derive(Clone)]
pub struct Columns {
    text: Text,
    shown: Shown,
    zone: Tz,
    now: Timestamp,
    directory: Arc<Directory>,
}

impl Columns {
    pub fn of(visit: &Visit, shown: Shown) -> Self {
        let zone = visit.portal().settings.time_zone;
        Self { text: visit.text, shown, zone, now: visit.now(), directory: visit.viewer.directory.clone() }
    }

    fn heads(&self) -> Vec<String> {
        let (text, shown) = (self.text, self.shown);
        let time = if shown.until { fl!(text, "cases-until") } else { fl!(text, "cases-created") };
        let optional =
            [(shown.requester, fl!(text, "cases-requester")), (shown.subject, fl!(text, "cases-subject"))];
        let mut heads = vec![fl!(text, "cases-number")];
        heads.extend(optional.into_iter().filter_map(|(wanted, head)| wanted.then_some(head)));
        heads.extend([fl!(text, "cases-intent"), fl!(text, "live-state"), fl!(text, "cases-counts"), time]);
        heads
    }
}

#[component]
pub fn CaseTable(#[prop(into)] caption: String, rows: Vec<CaseRow>, columns: Columns) -> impl IntoView {
    let heads = columns.heads();
    let rows = rows.into_iter().map(|row| view! { <Line row columns=columns.clone()/> }).collect_view();
    view! { <Table caption heads>{rows}</Table> }
}

#[component]
fn Line(row: CaseRow, columns: Columns) -> impl IntoView {
    let Columns { text, shown, zone, now, directory } = columns;
    let case = &row.case;
    let number = case.number;
    let at = if shown.until { case.expires_at } else { case.created_at };
    let requester =
        directory.person(case.requester).map_or(&case.message.from.name, |person| &person.name).clone();
    let requester =
        shown.requester.then(|| view! { <Cell head=fl!(text, "cases-requester")>{requester}</Cell> });
    let subject = case.message.subject.clone();
    let subject = shown.subject.then(|| view! { <Cell head=fl!(text, "cases-subject")>{subject}</Cell> });
    let time = if shown.until { fl!(text, "cases-until") } else { fl!(text, "cases-created") };
    let left = shown.until.then(|| view! { <p class="hint">{left(text, case.expires_at, now)}</p> });
    let (intent, state) = (labels::intent(text, case.request.intent), labels::case_state(text, case.state));
    let (tone, counts) = (tone(&row), counts(text, &row));
    view! {
        <tr>
            <Cell head=fl!(text, "cases-number") main=true><a href=format!("/cases/{number}")>{number.to_string()}</a></Cell>
            {requester}
            {subject}
            <Cell head=fl!(text, "cases-intent")>{intent}</Cell>
            <Cell head=fl!(text, "live-state")><Badge tone label=state/></Cell>
            <Cell head=fl!(text, "cases-counts")>{counts}</Cell>
            <Cell head=time><When text at now zone/>{left}</Cell>
        </tr>
    }
}

/// As the case's own page says it: a finished one is green where everything came as asked for, before anybody had
/// read it, and every correction is out; where nothing came it is a failure.
pub fn tone(row: &CaseRow) -> Tone {
    match labels::case_tone(row.case.state) {
        Tone::Good if row.succeeded + row.after_reading == 0 => Tone::Bad,
        Tone::Good if row.succeeded < row.targets || row.unsent_corrections > 0 => Tone::Warn,
        tone => tone,
    }
}

pub fn counts(text: Text, row: &CaseRow) -> String {
    let done = fl!(text, "cases-counted", ended = row.ended, targets = row.targets);
    let failed =
        if row.failed == 0 { String::new() } else { fl!(text, "cases-counted-failed", failed = row.failed) };
    let unsent = match row.unsent_corrections {
        0 => String::new(),
        unsent => fl!(text, "cases-counted-unsent", unsent = unsent),
    };
    [done, failed, unsent].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// How long somebody still has to decide.
pub fn left(text: Text, until: Timestamp, now: Timestamp) -> String {
    let minutes = until.since(now).as_secs() / 60;
    match (minutes / 60, minutes) {
        (0, 0) => fl!(text, "cases-left-none"),
        (0, minutes) => fl!(text, "cases-left-minutes", minutes = minutes),
        (hours, _) => fl!(text, "cases-left-hours", hours = hours),
    }
}

/// `address` ends in `?` or `&`.
#[component]
pub fn Pages(text: Text, total: u64, index: u64, #[prop(into)] address: String) -> impl IntoView {
    let last = pages(total, PER_PAGE) - 1;
    if last == 0 && index == 0 {
        return ().into_any();
    }
    let index = index.min(last);
    let href = |index: u64| format!("{address}page={}", index + 1);
    let previous = (index > 0).then(|| (fl!(text, "cases-previous"), href(index.saturating_sub(1))));
    let next = (index < last).then(|| (fl!(text, "cases-next"), href(index + 1)));
    view! { <Pager label=fl!(text, "cases-pages") position=position(text, index, last + 1) previous next/> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::super::sample::case;
    use super::*;
    use domain::shared::{CaseState, Language};

    fn row(state: CaseState, failed: u64, unsent: u64) -> CaseRow {
        let case = domain::case::Case { state, ..case() };
        let succeeded = 5 - failed;
        CaseRow {
            case,
            targets: 5,
            ended: 3,
            failed,
            succeeded,
            after_reading: 0,
            unsent_corrections: unsent,
        }
    }

    #[test]
    fn a_finished_case_with_failures_is_not_green() {
        assert_eq!(tone(&row(CaseState::Finished, 0, 0)), Tone::Good);
        assert_eq!(tone(&row(CaseState::Finished, 1, 0)), Tone::Warn);
        assert_eq!(tone(&row(CaseState::Finished, 0, 1)), Tone::Warn);
        assert_eq!(tone(&row(CaseState::Executing, 1, 0)), Tone::Busy);
    }

    #[test]
    fn a_finished_case_that_brought_nothing_is_a_failure() {
        let all = row(CaseState::Finished, 0, 0);
        let none = CaseRow { succeeded: 0, ..all.clone() };
        assert_eq!(tone(&none), Tone::Bad, "not found, or left because it was read");
        assert_eq!(tone(&CaseRow { after_reading: 5, ..none }), Tone::Warn);
        assert_eq!(tone(&CaseRow { succeeded: 4, ..all }), Tone::Warn);
    }

    #[test]
    fn counts_mention_only_what_there_is() {
        let text = Text::of(Language::Chinese);
        assert_eq!(counts(text, &row(CaseState::Executing, 0, 0)), "3 / 5");
        assert_eq!(
            counts(text, &row(CaseState::Executing, 1, 2)),
            "3 / 5 · 1 个没有成功 · 2 封更正邮件未发出"
        );
    }

    #[test]
    fn time_left_in_the_unit_that_matters() {
        let text = Text::of(Language::Chinese);
        let left = |minutes: i64| left(text, Timestamp(minutes * 60_000), Timestamp(0));
        assert_eq!(
            [left(23 * 60 + 5), left(42), left(0), left(-5)],
            ["还有 23 小时", "还有 42 分钟", "时间已到", "时间已到"]
        );
    }
}
