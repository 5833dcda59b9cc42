//! Putting the mail of a finished recall back: what the requester is offered, and what an approver is asked.

use super::{
    api::{AskRestore, DropRestore},
    asking,
    decision::{Question, Rows},
    progress::Reader,
    tally::Tally,
};
use crate::{
    i18n::{Text, fl},
    kit::{Button, Card, ConfirmBar, ForPerson, Hidden, Notice, TextArea, Tone},
    show,
};
use domain::{
    case::{decide::MAX_COMMENT, view::CaseView},
    shared::CaseState,
};
use leptos::{prelude::*, server_fn::ServerFn as _};
use std::{sync::Arc, time::Duration};

/// On the page of a finished case. `kept_for`: how long the vault keeps what was taken; `note`: typed before.
#[component]
pub fn Offer(view: Arc<CaseView>, reader: Reader, note: String, kept_for: Duration) -> impl IntoView {
    let text = reader.text;
    if !view.may_ask_restore() {
        return is_erased(&view)
            .then(|| view! { <p class="hint">{fl!(text, "restore-erased")}</p> })
            .into_any();
    }
    let sentences = offered(&view, &reader, kept_for);
    let last_time = last_time(text, &view).map(|sentence| view! { <Notice tone=Tone::Warn sentence/> });
    let form = if view.approvers.is_empty() {
        view! { <Notice tone=Tone::Warn sentence=fl!(text, "restore-nobody")/> }.into_any()
    } else {
        view! { <Form view=view.clone() reader note/> }.into_any()
    };
    view! { <Card id="restore" title=fl!(text, "restore-title")>{last_time} <Effects sentences/> {form}</Card> }
        .into_any()
}

#[component]
fn Form(view: Arc<CaseView>, reader: Reader, note: String) -> impl IntoView {
    let text = reader.text;
    let names: Vec<String> = view.approvers.iter().map(|person| person.name.clone()).collect();
    let summary = fl!(text, "restore-ask-means", names = show::first_few(text, &names));
    view! {
        <form method="post" action=AskRestore::PATH class="stack no-print">
            <Hidden name="number" value=view.case.number.to_string()/>
            <ForPerson id=reader.person.to_string()/>
            <TextArea
                name="note"
                label=fl!(text, "restore-note")
                hint=fl!(text, "restore-note-hint")
                value=note
                rows=3
                maxlength=u32::try_from(MAX_COMMENT).unwrap_or(u32::MAX)
            />
            <ConfirmBar summary><Button label=fl!(text, "restore-ask")/></ConfirmBar>
        </form>
    }
}

/// While it waits for a decision.
#[component]
pub fn Withdrawal(view: Arc<CaseView>, text: Text) -> impl IntoView {
    view! {
        <form method="post" action=DropRestore::PATH class="no-print">
            <Hidden name="number" value=view.case.number.to_string()/>
            <ConfirmBar summary=fl!(text, "restore-drop-means")>
                <Button label=fl!(text, "restore-drop")/>
            </ConfirmBar>
        </form>
    }
}

/// One below the other; nothing where there is nothing to say.
#[component]
pub fn Effects(sentences: Vec<String>) -> impl IntoView {
    let items = sentences.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view();
    (!items.is_empty()).then(|| view! { <ul>{items}</ul> })
}

/// What an approver is asked.
pub fn question(view: &CaseView, reader: &Reader) -> Question {
    let text = reader.text;
    let tally = Tally::of(&view.targets, &view.corrections);
    let note = view.case.restoration.as_ref().map(|asked| asked.note.clone()).unwrap_or_default();
    let counts = fl!(text, "restore-counts", kept = tally.kept, total = tally.total, read = tally.gone_read);
    let rows: Rows = vec![
        (fl!(text, "cases-requester"), asking::requester(view)),
        (fl!(text, "restore-why"), note),
        (fl!(text, "cases-brief"), counts),
        (fl!(text, "cases-until"), show::near(text, view.case.expires_at, reader.now, reader.zone)),
    ];
    Question {
        title: fl!(text, "restore-decide-title"),
        about: Some(fl!(text, "restore-decide-about")),
        rows,
        effects: effects(text, &tally),
        summary: fl!(text, "restore-decide-means"),
        approve: fl!(text, "restore-decide-approve"),
        refuse: fl!(text, "restore-decide-refuse"),
    }
}

/// The same for who asks and for who decides.
fn effects(text: Text, tally: &Tally) -> Vec<String> {
    let mut said = vec![fl!(text, "restore-means-back")];
    if tally.replacements > 0 {
        said.push(fl!(text, "restore-means-both", both = tally.replacements));
    }
    if tally.corrections_mailed() > 0 {
        said.push(fl!(text, "restore-means-sent"));
    }
    said
}

fn offered(view: &CaseView, reader: &Reader, kept_for: Duration) -> Vec<String> {
    let text = reader.text;
    let mut said = effects(text, &Tally::of(&view.targets, &view.corrections));
    if let Some(ended) = view.case.ended_at {
        let until = show::near(text, ended.plus(kept_for), reader.now, reader.zone);
        said.push(fl!(text, "restore-kept-until", until = until));
    }
    said
}

/// How the last request ended, unless the requester withdrew it.
fn last_time(text: Text, view: &CaseView) -> Option<String> {
    let dropped = view.trail.iter().rev().find(|entry| entry.action == "case.restore_dropped")?;
    match dropped.actor {
        None => Some(fl!(text, "restore-last-expired")),
        Some(person) if person == view.case.requester => None,
        Some(person) => {
            let name = view
                .directory
                .person(person)
                .map_or_else(|| fl!(text, "cases-somebody"), |person| person.name.clone());
            Some(fl!(text, "restore-last-refused", name = name))
        }
    }
}

/// Said only to somebody who could have asked, about mail that was there to put back.
fn is_erased(view: &CaseView) -> bool {
    view.access == domain::case::view::Access::Requester
        && view.case.state == CaseState::Finished
        && Tally::of(&view.targets, &view.corrections).kept > 0
        && view.trail.iter().any(|entry| entry.action == "vault.erased")
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, entry, person, somebody, target, told};
    use super::*;
    use domain::{
        audit::Actor,
        case::{Restoration, view::Access},
        shared::{Language, Outcome, TargetState},
        time::Timestamp,
    };
    use serde_json::Value;

    fn finished() -> CaseView {
        let mut taken = target(1, Some(Outcome::RemovedRead));
        taken.state = TargetState::Removed;
        let mut view = sample::view(vec![taken, target(2, Some(Outcome::NotFound))], vec![]);
        view.case.state = CaseState::Finished;
        view.case.ended_at = Some(Timestamp(0));
        view.approvers = vec![somebody(9, "王磊")];
        view.restorable = true;
        view
    }

    fn reader() -> Reader {
        Reader {
            text: Text::of(Language::Chinese),
            person: person(1),
            zone: chrono_tz::Asia::Shanghai,
            now: Timestamp(0),
        }
    }

    fn offer(view: CaseView) -> String {
        let view = Arc::new(view);
        let kept_for = Duration::from_hours(24);
        Owner::new().with(|| view! { <Offer view reader=reader() note="<b>".to_owned() kept_for/> }.to_html())
    }

    #[test]
    fn the_requester_learns_what_will_happen_before_the_button() {
        let html = offer(finished());
        for part in ["标记和日期都不变", "王磊 同意之前，不会有任何变动", "name=\"note\"", "&lt;b&gt;"]
        {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(
            !html.contains("更换后的邮件") && !html.contains("收不回来"),
            "nothing of the sort was sent: {html}"
        );
        let nobody = CaseView { approvers: vec![], ..finished() };
        let html = offer(nobody);
        assert!(!html.contains("<form") && html.contains("没有人可以审批"), "{html}");
    }

    #[test]
    fn others_are_offered_nothing_and_what_is_erased_is_said_to_be() {
        let approver = CaseView { access: Access::Approver, ..finished() };
        assert!(!offer(approver).contains("restore-"));
        let erased = |trail| CaseView { restorable: false, trail, ..finished() };
        assert!(offer(erased(vec![entry(1, "vault.erased")])).contains("永久销毁"));
        assert!(!offer(erased(vec![])).contains("永久销毁"), "only where something was");
    }

    #[test]
    fn how_the_last_request_ended_is_told() {
        let text = Text::of(Language::English);
        let ended = |actor| {
            let dropped = told(1, "case.restore_dropped", actor, Value::Null);
            last_time(text, &CaseView { trail: vec![dropped], ..finished() })
        };
        assert_eq!(ended(Actor::System).as_deref(), Some("Last time, nobody decided in time."));
        assert!(ended(Actor::Person(person(9))).is_some_and(|said| said.contains("didn’t agree")));
        assert_eq!(ended(Actor::Person(person(1))), None, "she knows");
    }

    #[test]
    fn an_approver_is_asked_about_putting_back_and_not_about_the_recall() {
        let mut view = finished();
        view.case.restoration =
            Some(Restoration { by: person(1), note: "其实是对的".into(), at: Timestamp(0) });
        let asked = question(&view, &reader());
        assert!(asked.title.contains("放回去") && asked.about.is_some());
        assert_eq!(asked.rows[1].1, "其实是对的");
        assert_eq!(asked.rows[2].1, "2 个收件对象中，1 个会重新收到邮件，其中 1 个在撤回之前已读过");
    }
}
