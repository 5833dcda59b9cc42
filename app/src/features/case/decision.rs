//! The forms of a case: take it back, approve, refuse. Each says before the button what will happen.

use super::{
    api::{Decide, Withdraw},
    progress::Reader,
    restore::{self, Effects},
    tally::Tally,
};
use crate::{
    i18n::{Text, fl},
    kit::{Button, ButtonKind, Card, ConfirmBar, Facts, ForPerson, Hidden, TextArea},
    labels, show,
};
use domain::{
    case::{decide::MAX_COMMENT, view::CaseView},
    shared::Act,
};
use leptos::{prelude::*, server_fn::ServerFn as _};
use std::sync::Arc;

#[component]
pub fn Withdrawal(view: Arc<CaseView>, text: Text) -> impl IntoView {
    let removes = view.case.request.intent.removes();
    let summary = if removes {
        fl!(text, "cases-withdraw-means")
    } else {
        fl!(text, "cases-withdraw-means-correction")
    };
    view! {
        <form method="post" action=Withdraw::PATH class="no-print">
            <Hidden name="number" value=view.case.number.to_string()/>
            <ConfirmBar summary><Button label=fl!(text, "cases-withdraw")/></ConfirmBar>
        </form>
    }
}

/// Names and values, as text.
pub type Rows = Vec<(String, String)>;

/// What an approver is asked, in words.
pub struct Question {
    pub title: String,
    /// Which of two possible questions it is.
    pub about: Option<String>,
    pub rows: Rows,
    /// What agreeing does, where that takes more than the summary.
    pub effects: Vec<String>,
    pub summary: String,
    pub approve: String,
    pub refuse: String,
}

#[component]
pub fn Decision(view: Arc<CaseView>, reader: Reader, comment: String) -> impl IntoView {
    let text = reader.text;
    let Question { title, about, rows, effects, summary, approve, refuse } = match view.case.act() {
        Act::Recall => question(&view, &reader),
        Act::Restore => restore::question(&view, &reader),
    };
    let rows = rows.into_iter().map(|(name, value)| (name, value.into_any())).collect();
    let (number, digest) = (view.case.number.to_string(), view.digest().hex());
    view! {
        <Card title>
            {about.map(|about| view! { <p>{about}</p> })}
            <Facts rows/>
            <Effects sentences=effects/>
            <form method="post" action=Decide::PATH class="stack no-print" id="decide">
                <Hidden name="number" value=number/>
                <Hidden name="digest" value=digest/>
                <ForPerson id=reader.person.to_string()/>
                <TextArea
                    name="comment"
                    label=fl!(text, "cases-decide-comment")
                    hint=fl!(text, "cases-decide-comment-hint")
                    value=comment
                    rows=3
                    maxlength=u32::try_from(MAX_COMMENT).unwrap_or(u32::MAX)
                />
                <ConfirmBar summary>
                    <Button kind=ButtonKind::Primary name="verdict".to_owned() value="approved".to_owned() label=approve/>
                    <Button kind=ButtonKind::Danger name="verdict".to_owned() value="refused".to_owned() label=refuse/>
                </ConfirmBar>
            </form>
        </Card>
    }
}

/// About the recall itself.
fn question(view: &CaseView, reader: &Reader) -> Question {
    let text = reader.text;
    Question {
        title: fl!(text, "cases-decide-title"),
        about: None,
        rows: brief(view, reader),
        effects: Vec::new(),
        summary: consequences(text, view),
        approve: fl!(text, "cases-decide-approve"),
        refuse: fl!(text, "cases-decide-refuse"),
    }
}

fn consequences(text: Text, view: &CaseView) -> String {
    let request = &view.case.request;
    if !request.intent.removes() {
        fl!(text, "cases-decide-means-correction")
    } else if request.include_read {
        fl!(text, "cases-decide-means-read")
    } else {
        fl!(text, "cases-decide-means")
    }
}

/// What an approver must know before anything else: who, why, how much, how risky.
fn brief(view: &CaseView, reader: &Reader) -> Rows {
    let text = reader.text;
    let (request, tally) = (&view.case.request, Tally::of(&view.targets, &view.corrections));
    let requester = super::asking::requester(view);
    let reasons: Vec<String> =
        view.case.decision.reasons.iter().map(|reason| labels::approval_reason(text, *reason)).collect();
    let note = if request.note.is_empty() { fl!(text, "cases-no-note") } else { request.note.clone() };
    let counts = fl!(
        text,
        "cases-brief-counts",
        total = tally.total,
        held = tally.held,
        read = tally.read,
        outside = tally.outside
    );
    vec![
        (fl!(text, "cases-requester"), requester),
        (fl!(text, "cases-intent"), labels::intent(text, request.intent)),
        (fl!(text, "cases-reason"), labels::reason(text, request.reason)),
        (fl!(text, "cases-note"), note),
        (fl!(text, "cases-brief"), counts),
        (fl!(text, "cases-why-approval"), reasons.join(if reader.is_chinese() { "；" } else { "; " })),
        (fl!(text, "cases-until"), show::near(text, view.case.expires_at, reader.now, reader.zone)),
    ]
}
