//! The forms of a case: withdraw it, approve, refuse. Each says before the button what will happen.

use super::{
    api::{Decide, Withdraw},
    headline::sentences,
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
    case::{Case, decide::MAX_COMMENT, view::CaseView},
    shared::Act,
};
use leptos::{prelude::*, server_fn::ServerFn as _};
use std::sync::Arc;

#[component]
pub fn Withdrawal(view: Arc<CaseView>, text: Text) -> impl IntoView {
    let summary = withdrawing(text, &view.case);
    view! {
        <form method="post" action=Withdraw::PATH class="no-print">
            <Hidden name="number" value=view.case.number.to_string()/>
            <ConfirmBar summary><Button label=fl!(text, "cases-withdraw")/></ConfirmBar>
        </form>
    }
}

fn withdrawing(text: Text, case: &Case) -> String {
    match (case.request.intent.removes(), case.freezes()) {
        (false, _) => fl!(text, "cases-withdraw-means-correction"),
        (true, true) => fl!(text, "cases-withdraw-means"),
        (true, false) => fl!(text, "cases-withdraw-means-untouched"),
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
        summary: consequences(text, &view.case),
        approve: fl!(text, "cases-decide-approve"),
        refuse: fl!(text, "cases-decide-refuse"),
    }
}

fn consequences(text: Text, case: &Case) -> String {
    let request = &case.request;
    if !request.intent.removes() {
        return fl!(text, "cases-decide-means-correction");
    }
    let approved = match (request.include_read, request.has_correction) {
        (false, false) => fl!(text, "cases-decide-means-unread"),
        (false, true) => fl!(text, "cases-decide-means-unread-letter"),
        (true, false) => fl!(text, "cases-decide-means-read"),
        (true, true) => fl!(text, "cases-decide-means-read-letter"),
    };
    let refused = if case.freezes() {
        fl!(text, "cases-decide-means-back")
    } else {
        fl!(text, "cases-decide-means-untouched")
    };
    sentences(text, [approved, refused, fl!(text, "cases-decide-means-final")])
}

/// What an approver must know before anything else: who, why, how much, how risky.
fn brief(view: &CaseView, reader: &Reader) -> Rows {
    let text = reader.text;
    let (request, tally) = (&view.case.request, Tally::of(&view.targets, &view.corrections));
    let requester = super::asking::requester(view);
    let reasons: Vec<String> =
        view.case.decision.reasons.iter().map(|reason| labels::approval_reason(text, *reason)).collect();
    let note = if request.note.is_empty() { fl!(text, "cases-no-note") } else { request.note.clone() };
    let counts = extent(text, &view.case, &tally);
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

/// What is frozen and read is known only where somebody looked.
fn extent(text: Text, case: &Case, tally: &Tally) -> String {
    let (total, outside) = (tally.total, tally.outside);
    if !case.freezes() {
        return fl!(text, "cases-brief-counts-untouched", total = total, outside = outside);
    }
    fl!(text, "cases-brief-counts", total = total, held = tally.held, read = tally.read, outside = outside)
}

#[cfg(test)]
mod tests {
    use super::super::sample::case;
    use super::*;
    use domain::shared::{Intent, Language};

    fn said(language: Language, say: impl Fn(Text, &Case) -> String, change: impl Fn(&mut Case)) -> String {
        let mut case = case();
        change(&mut case);
        say(Text::of(language), &case)
    }

    #[test]
    fn corrections_go_out_only_where_one_was_written() {
        for (language, correction) in [(Language::Chinese, "更正邮件"), (Language::English, "correction")]
        {
            for include_read in [true, false] {
                let of = |has_correction| {
                    said(language, consequences, |case| {
                        case.request.include_read = include_read;
                        case.request.has_correction = has_correction;
                    })
                };
                assert!(of(true).contains(correction), "{}", of(true));
                assert!(!of(false).contains(correction), "{}", of(false));
            }
        }
        assert_eq!(
            said(Language::Chinese, consequences, |_| {}),
            "同意：正式移除未读副本。不同意：冻结的副本原样放回。决定之后不能在这里更改。"
        );
    }

    #[test]
    fn nothing_goes_back_where_nothing_was_frozen() {
        for (language, back) in [(Language::Chinese, "放回"), (Language::English, "go back")] {
            for say in [consequences, withdrawing] {
                assert!(said(language, say, |_| {}).contains(back), "{back}");
                let later = said(language, say, |case| case.decision.freeze_first = false);
                assert!(!later.contains(back), "{later}");
                let correction = said(language, say, |case| case.request.intent = Intent::CorrectOnly);
                assert!(!correction.contains(back), "{correction}");
            }
        }
    }

    #[test]
    fn what_nobody_looked_at_is_not_counted() {
        let tally = Tally { total: 3, outside: 1, ..Tally::default() };
        let say = |text: Text, case: &Case| extent(text, case, &tally);
        let looked = said(Language::English, say, |_| {});
        assert_eq!(looked, "3 recipients: 0 frozen, 0 read already, 1 outside");
        let not = said(Language::English, say, |case| case.decision.freeze_first = false);
        assert_eq!(not, "3 recipients, 1 outside; no mailbox was looked at yet");
    }
}
