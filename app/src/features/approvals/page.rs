//! `/approvals`: what waits for this person, the most urgent first, and what became of the rest.

use crate::{
    features::case::list::{CaseTable, Columns, Shown},
    i18n::{Text, fl},
    kit::{Card, EmptyState, Shape},
    layout::Section,
    page::{Page, PageError, Visit, page},
};
use domain::{
    case::{CaseRow, view},
    sent,
    shared::Act,
};
use leptos::prelude::*;

/// Sorted as one list; nobody has more waiting in a day.
const WAITING: u64 = 200;
const DECIDED: u64 = 20;

#[component]
pub fn ApprovalsPage() -> impl IntoView {
    page("/approvals", build)
}

async fn build(visit: Visit) -> Result<Page, PageError> {
    let (text, person) = (visit.text, &visit.viewer.person);
    let first = |size| sent::Page { index: 0, size };
    let waiting = view::to_decide(visit.portal(), person, first(WAITING)).await?;
    let decided = view::decided(visit.portal(), person, first(DECIDED)).await?;
    let shown = Shown { subject: true, requester: true, until: true };
    let columns = Columns::of(&visit, shown);
    let content = if waiting.rows.is_empty() {
        view! {
            <EmptyState title=fl!(text, "approvals-none") hint=fl!(text, "approvals-none-hint") icon=Shape::Check/>
        }
        .into_any()
    } else {
        let more = waiting.total.saturating_sub(WAITING);
        let rows = most_urgent_first(waiting.rows);
        let hints = hints(text, &rows).into_iter().map(|hint| view! { <p class="lead">{hint}</p> });
        let hints = hints.collect_view();
        view! {
            {hints}
            <CaseTable caption=fl!(text, "approvals-title") rows columns/>
            {(more > 0).then(|| view! { <p class="hint">{fl!(text, "approvals-more", more = more)}</p> })}
        }
        .into_any()
    };
    let columns = Columns::of(&visit, Shown { until: false, ..shown });
    let others = (!decided.is_empty()).then(|| {
        let caption = fl!(text, "approvals-decided");
        view! { <Card title=caption.clone()><CaseTable caption rows=decided columns/></Card> }
    });
    let body = view! { <h1>{fl!(text, "approvals-title")}</h1> {content} {others} };
    Ok(Page { title: fl!(text, "approvals-title"), section: Section::Approvals, body: body.into_any() })
}

/// What happens to these meanwhile, and without a decision.
fn hints(text: Text, rows: &[CaseRow]) -> Vec<String> {
    let recall =
        |freezes| rows.iter().any(|row| row.case.act() == Act::Recall && row.case.freezes() == freezes);
    let restore = rows.iter().any(|row| row.case.act() == Act::Restore);
    let hints = [
        (recall(true), fl!(text, "approvals-hint-frozen")),
        (recall(false), fl!(text, "approvals-hint-untouched")),
        (restore, fl!(text, "approvals-hint-restore")),
    ];
    hints.into_iter().filter_map(|(there, hint)| there.then_some(hint)).collect()
}

/// Those that can be decided now before those still being frozen; in each, the one whose time ends first.
fn most_urgent_first(mut rows: Vec<CaseRow>) -> Vec<CaseRow> {
    rows.sort_by_key(|row| (!row.case.state.awaits_decision(), row.case.expires_at));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::case::sample::case;
    use domain::{
        shared::{CaseNumber, CaseState, Intent, Language},
        time::Timestamp,
    };
    use std::slice::from_ref;

    fn row(serial: u32, state: CaseState, expires: i64) -> CaseRow {
        let case = domain::case::Case {
            number: CaseNumber::new(2026, serial),
            state,
            expires_at: Timestamp(expires),
            ..case()
        };
        CaseRow {
            case,
            targets: 1,
            ended: 0,
            failed: 0,
            succeeded: 0,
            after_reading: 0,
            unsent_corrections: 0,
        }
    }

    #[test]
    fn what_can_be_decided_comes_first_then_the_shortest_time() {
        let rows = vec![
            row(4, CaseState::RestoreRequested, 5),
            row(1, CaseState::Holding, 1),
            row(2, CaseState::AwaitingApproval, 9),
            row(3, CaseState::AwaitingApproval, 3),
        ];
        let order: Vec<u32> = most_urgent_first(rows).iter().map(|row| row.case.number.serial()).collect();
        assert_eq!(order, [3, 4, 2, 1]);
    }

    #[test]
    fn nothing_is_said_to_be_frozen_where_mail_is_to_go_back() {
        let text = Text::of(Language::English);
        let said = |states: &[CaseState]| {
            let rows: Vec<CaseRow> = states.iter().map(|state| row(1, *state, 1)).collect();
            hints(text, &rows).join(" ")
        };
        assert!(!said(&[CaseState::RestoreRequested]).contains("frozen"));
        assert!(said(&[CaseState::Holding]).contains("frozen"));
        let both = said(&[CaseState::RestoreRequested, CaseState::AwaitingApproval]);
        assert!(both.contains("frozen") && both.contains("put back"), "{both}");
    }

    #[test]
    fn copies_are_said_to_be_frozen_only_where_they_are() {
        let frozen = row(1, CaseState::AwaitingApproval, 1);
        let mut correction = row(2, CaseState::AwaitingApproval, 1);
        correction.case.request.intent = Intent::CorrectOnly;
        let mut untouched = row(3, CaseState::AwaitingApproval, 1);
        untouched.case.decision.freeze_first = false;
        for language in Language::ALL {
            let text = Text::of(language);
            let (held, not) = (fl!(text, "approvals-hint-frozen"), fl!(text, "approvals-hint-untouched"));
            for other in [&correction, &untouched] {
                assert_eq!(hints(text, from_ref(other)), [not.as_str()]);
                assert_eq!(hints(text, &[frozen.clone(), other.clone()]), [held.as_str(), &not]);
            }
            assert_eq!(hints(text, from_ref(&frozen)), [held]);
        }
    }
}
