//! State, counts and targets of a case, placed. Rendered on the server only: in the browser `follow` writes later
//! looks into the elements marked here with `data-live` and ids, so that none of this weighs on the bundle.

use crate::kit::{Cell, Meter, Table, Tone};
use leptos::prelude::*;
use shared::progress::{Progress, ProgressRow};

/// What the board says by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    pub recipients: String,
    pub recipient: String,
    pub state: String,
    pub advice: String,
    /// Some targets aren't listed here. May be empty.
    pub more: String,
}

#[component]
pub fn Head(progress: Progress) -> impl IntoView {
    let Progress { state, explanation, tone, done, total, counted, .. } = progress;
    let tone = Tone::from_code(&tone).code();
    view! {
        <div class="stack">
            <div id="state" class=format!("notice notice-{tone}") aria-live="polite">
                <div class="notice-body">
                    <p class="notice-title" data-live="state">{state}</p>
                    <Live what="explanation" text=explanation/>
                </div>
            </div>
            <div id="counted"><Meter done total label=counted/></div>
        </div>
    }
}

#[component]
pub fn Rows(rows: Vec<ProgressRow>, words: Words) -> impl IntoView {
    let Words { recipients, recipient, state, advice, more } = words;
    let heads = [recipient, state, advice];
    let rows = rows.into_iter().map(|row| view! { <Row row heads=heads.clone()/> }).collect_view();
    view! {
        <section class="card" id="targets">
            <h2 class="card-title">{recipients.clone()}</h2>
            <Table caption=recipients heads=heads.to_vec()>{rows}</Table>
            {(!more.is_empty()).then(|| view! { <p class="hint">{more}</p> })}
        </section>
    }
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

    #[test]
    fn what_the_browser_writes_into_is_marked_and_what_is_empty_is_hidden() {
        let row = ProgressRow {
            id: "7".into(),
            label: "已冻结".into(),
            tone: "busy".into(),
            ..ProgressRow::default()
        };
        let html = Owner::new().with(|| view! { <Rows rows=vec![row] words=Words::default()/> }.to_html());
        assert!(html.contains("id=\"target-7\""), "{html}");
        assert!(html.contains("class=\"badge badge-busy\""), "{html}");
        for mark in ["label", "correction", "advice", "facts"] {
            assert_eq!(html.matches(&format!("data-live=\"{mark}\"")).count(), 1, "{mark} in {html}");
        }
        assert_eq!(html.matches("hidden").count() - html.matches("aria-hidden").count(), 3, "{html}");
    }
}
