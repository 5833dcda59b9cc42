//! State, counts and targets of a case, placed. Rendered on the server only: in the browser `follow` writes later
//! looks into the elements marked here with `data-live` and ids, so that none of this weighs on the bundle.

use crate::kit::{Cell, Fold, Meter, Table, Tone};
use leptos::prelude::*;
use shared::progress::{Progress, ProgressGroup, ProgressRow};

/// More are folded away: the timeline must not be screens below.
pub const AT_ONCE: usize = 10;

/// What the board says by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    pub recipients: String,
    pub recipient: String,
    pub state: String,
    pub advice: String,
    /// Names the counts.
    pub groups: String,
    /// Names those that are folded away.
    pub rest: String,
    /// Some targets aren't listed here. May be empty.
    pub more: String,
}

/// How the folded targets stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folding {
    pub open: bool,
    /// Where they stay unfolded, and how that is offered; while the page loads itself again, it would fold them.
    pub keep_open: Option<(String, String)>,
}

#[component]
pub fn Head(progress: Progress, groups: String) -> impl IntoView {
    let Progress { state, explanation, tone, done, total, counted, groups: counts, .. } = progress;
    let tone = Tone::from_code(&tone).code();
    let counts = counts.into_iter().map(|ProgressGroup { said, tone }| {
        view! { <li class=format!("badge badge-{}", Tone::from_code(&tone).code())>{said}</li> }
    });
    view! {
        <div class="stack">
            <div id="state" class=format!("notice notice-{tone}") aria-live="polite">
                <div class="notice-body">
                    <p class="notice-title" data-live="state">{state}</p>
                    <Live what="explanation" text=explanation/>
                </div>
            </div>
            <div id="counted"><Meter done total label=counted/></div>
            <ul id="groups" class="groups" aria-label=groups>{counts.collect_view()}</ul>
        </div>
    }
}

#[component]
pub fn Rows(rows: Vec<ProgressRow>, words: Words, folding: Folding) -> impl IntoView {
    let Words { recipients, recipient, state, advice, rest, more, .. } = words;
    let heads = [recipient, state, advice];
    let mut rows = rows;
    let folded = rows.split_off(rows.len().min(AT_ONCE));
    let folded = (!folded.is_empty()).then(|| {
        let keep_open = folding.keep_open.map(|(href, label)| {
            view! { <p class="hint" data-without-live=""><a href=href>{label}</a></p> }
        });
        let table = table(rest.clone(), folded, &heads);
        view! { <Fold label=rest open=folding.open>{keep_open} {table}</Fold> }
    });
    let table = table(recipients.clone(), rows, &heads);
    view! {
        <section class="card" id="targets">
            <h2 class="card-title">{recipients}</h2>
            {table}
            {folded}
            {(!more.is_empty()).then(|| view! { <p class="hint">{more}</p> })}
        </section>
    }
}

fn table(caption: String, rows: Vec<ProgressRow>, heads: &[String; 3]) -> AnyView {
    let rows = rows.into_iter().map(|row| view! { <Row row heads=heads.clone()/> }).collect_view();
    view! { <Table caption heads=heads.to_vec()>{rows}</Table> }.into_any()
}

#[component]
fn Row(row: ProgressRow, heads: [String; 3]) -> impl IntoView {
    let [recipient, state, advice] = heads;
    let name = if row.name.is_empty() { row.address.clone() } else { row.name };
    let badge = |tone: &str| format!("badge badge-{}", Tone::from_code(tone).code());
    let (class, mailed) = (badge(&row.tone), badge(&row.correction_tone));
    let unmailed = row.correction.is_empty();
    view! {
        <tr id=format!("target-{}", row.id)>
            <Cell head=recipient main=true>
                <span>{name}</span>
                <p class="hint">{row.address}</p>
            </Cell>
            <Cell head=state>
                <span class=class data-live="label">{row.label}</span>
                " "
                <span class=mailed data-live="correction" hidden=unmailed>{row.correction}</span>
            </Cell>
            <Cell head=advice>
                <Live what="advice" text=row.advice/>
                <Live what="facts" class="hint" text=row.facts/>
            </Cell>
        </tr>
    }
    .into_any()
}

/// A paragraph that may be empty now and filled later.
#[component]
fn Live(what: &'static str, #[prop(optional)] class: &'static str, text: String) -> impl IntoView {
    let class = (!class.is_empty()).then_some(class);
    let hidden = text.is_empty();
    view! { <p data-live=what class=class hidden=hidden>{text}</p> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: Vec<ProgressRow>, folding: Folding) -> String {
        let words = Words { rest: "The other 2".into(), ..Words::default() };
        Owner::new().with(|| view! { <Rows rows words folding/> }.to_html())
    }

    #[test]
    fn a_long_list_is_folded_behind_its_first_rows() {
        let many = |count: usize| {
            let row = |n: usize| ProgressRow { id: n.to_string(), ..ProgressRow::default() };
            (0..count).map(row).collect::<Vec<_>>()
        };
        assert!(!rows(many(AT_ONCE), Folding::default()).contains("<details"));
        let html = rows(many(AT_ONCE + 2), Folding::default());
        let (first, rest) = html.split_once("<details class=\"fold\"").unwrap_or_else(|| panic!("{html}"));
        assert!(first.contains("id=\"target-9\"") && !first.contains("id=\"target-10\""), "{html}");
        assert!(rest.contains("The other 2</summary>") && rest.contains("id=\"target-11\""), "{rest}");
        let keep_open = Some(("/here".to_owned(), "Keep open".to_owned()));
        let html = rows(many(AT_ONCE + 2), Folding { open: true, keep_open });
        assert!(html.contains("<details open class=\"fold\""), "{html}");
        let (_, offer) = html.split_once("<p data-without-live").unwrap_or_else(|| panic!("{html}"));
        assert!(offer.contains("href=\"/here\""), "{offer}");
    }

    #[test]
    fn what_the_browser_writes_into_is_marked_and_what_is_empty_is_hidden() {
        let row = ProgressRow {
            id: "7".into(),
            label: "已冻结".into(),
            tone: "busy".into(),
            ..ProgressRow::default()
        };
        let html = rows(vec![row], Folding::default());
        assert!(html.contains("id=\"target-7\""), "{html}");
        assert!(html.contains("class=\"badge badge-busy\""), "{html}");
        for mark in ["label", "correction", "advice", "facts"] {
            assert_eq!(html.matches(&format!("data-live=\"{mark}\"")).count(), 1, "{mark} in {html}");
        }
        assert_eq!(html.matches("hidden").count() - html.matches("aria-hidden").count(), 3, "{html}");
    }
}
