//! State, counts and targets of a case, placed. The same for the page and for the island that keeps it fresh;
//! all words come from outside.

use crate::kit::{Badge, Cell, Meter, Notice, Table, Tone};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use shared::progress::{Progress, ProgressRow};

/// What the board says by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    view! {
        <div class="stack" id="state">
            <div aria-live="polite">
                <Notice tone=Tone::from_code(&tone) title=state sentence=explanation/>
            </div>
            <Meter done total label=counted/>
        </div>
    }
    // Erased here and below: the compiler follows types only so deep.
    .into_any()
}

#[component]
pub fn Rows(rows: Vec<ProgressRow>, words: Words) -> impl IntoView {
    let Words { recipients, recipient, state, advice, more } = words;
    let heads = vec![recipient.clone(), state.clone(), advice.clone()];
    let rows = rows
        .into_iter()
        .map(|row| {
            view! { <Row row heads=[recipient.clone(), state.clone(), advice.clone()]/> }
        })
        .collect_view();
    view! {
        <section class="card" id="targets">
            <h2 class="card-title">{recipients.clone()}</h2>
            <Table caption=recipients heads>{rows}</Table>
            {(!more.is_empty()).then(|| view! { <p class="hint">{more}</p> })}
        </section>
    }
    .into_any()
}

#[component]
fn Row(row: ProgressRow, heads: [String; 3]) -> impl IntoView {
    let [recipient, state, advice] = heads;
    let name = if row.name.is_empty() { row.address.clone() } else { row.name };
    let correction = (!row.correction.is_empty()).then(|| {
        view! { <p><Badge tone=Tone::from_code(&row.correction_tone) label=row.correction/></p> }
    });
    view! {
        <tr>
            <Cell head=recipient main=true>
                <span>{name}</span>
                <p class="hint">{row.address}</p>
            </Cell>
            <Cell head=state>
                <Badge tone=Tone::from_code(&row.tone) label=row.label/>
                {correction}
            </Cell>
            <Cell head=advice>
                <span>{row.advice}</span>
                {(!row.facts.is_empty()).then(|| view! { <p class="hint">{row.facts}</p> })}
            </Cell>
        </tr>
    }
}
