//! What was asked for: request, decisions, correction mail, the mail itself. The last two only for those who
//! read mail.

use super::progress::Reader;
use crate::{
    i18n::{Text, fl},
    kit::{Card, Facts},
    labels, show,
};
use domain::{
    case::{
        draft::Upload,
        view::{Access, CaseView},
    },
    ids::PersonId,
    notify::Notification,
    sent::SentMessage,
    shared::{Act, CorrectionState, NotificationKind},
};
use leptos::prelude::*;
use std::sync::Arc;

/// Name and address of who asked.
pub fn requester(view: &CaseView) -> String {
    let from = &view.case.message.from;
    match view.directory.person(view.case.requester) {
        Some(person) => format!("{} <{}>", person.name, person.address),
        None => format!("{} <{}>", from.name, from.address),
    }
}

/// Where somebody asked for a mailbox that isn't theirs.
fn mailbox(view: &CaseView) -> Option<String> {
    let from = &view.case.message.from;
    view.case.is_delegated().then(|| format!("{} <{}>", from.name, from.address))
}

#[component]
pub fn Asking(view: Arc<CaseView>, reader: Reader) -> impl IntoView {
    let rows = facts(&view, &reader);
    view! { <Card id="request" title=fl!(reader.text, "cases-asked")><Facts rows/></Card> }
}

pub fn facts(view: &CaseView, reader: &Reader) -> Vec<(String, AnyView)> {
    let text = reader.text;
    let (case, request) = (&view.case, &view.case.request);
    let full = |at| show::full(text, at, reader.zone);
    let scope = match (request.intent.removes(), request.include_read) {
        (false, _) => fl!(text, "cases-scope-none"),
        (true, false) => fl!(text, "cases-scope-unread"),
        (true, true) => fl!(text, "cases-scope-read"),
    };
    let mut rows = vec![
        (fl!(text, "cases-requester"), requester(view)),
        (fl!(text, "cases-created"), full(case.created_at)),
        (fl!(text, "cases-sent-at"), full(case.message.sent_at)),
        (fl!(text, "cases-intent"), labels::intent(text, request.intent)),
        (fl!(text, "cases-scope"), scope),
        (fl!(text, "cases-reason"), labels::reason(text, request.reason)),
    ];
    if let Some(mailbox) = mailbox(view) {
        rows.insert(1, (fl!(text, "cases-mailbox"), mailbox));
    }
    if view.access.reads_mail() {
        let note = if request.note.is_empty() { fl!(text, "cases-no-note") } else { request.note.clone() };
        rows.push((fl!(text, "cases-note"), note));
    }
    rows.push((fl!(text, "cases-approval"), approval(view, reader)));
    if let Some(told) = told(view, reader) {
        rows.push((fl!(text, "cases-told-by-mail"), told));
    }
    if let Some(ended) = case.ended_at {
        rows.push((fl!(text, "cases-ended"), full(ended)));
    }
    rows.extend(restoration(view, reader));
    rows.into_iter().map(|(name, value)| (name, value.into_any())).collect()
}

/// Why somebody had to agree, or why not, and who did.
pub fn approval(view: &CaseView, reader: &Reader) -> String {
    let text = reader.text;
    let policy = view.case.decision.version;
    if !view.case.decision.needs_approval() {
        return fl!(text, "cases-approval-free", policy = policy);
    }
    let gap = gap(reader);
    let reasons: Vec<String> =
        view.case.decision.reasons.iter().map(|reason| labels::approval_reason(text, *reason)).collect();
    let needed = fl!(text, "cases-approval-needed", reasons = reasons.join(gap), policy = policy);
    std::iter::once(needed).chain(given(view, reader, Act::Recall)).collect::<Vec<_>>().join(gap)
}

/// Who wanted the mail back where it was, why, and who agreed. Nothing where nobody asked.
fn restoration(view: &CaseView, reader: &Reader) -> Vec<(String, String)> {
    let text = reader.text;
    let Some(asked) = &view.case.restoration else { return Vec::new() };
    let (name, at) = (name(view, text, asked.by), show::full(text, asked.at, reader.zone));
    let mut rows =
        vec![(fl!(text, "restore-asked-by"), fl!(text, "restore-asked-by-at", name = name, at = at))];
    if view.access.reads_mail() {
        rows.push((fl!(text, "restore-why"), asked.note.clone()));
    }
    let decisions = given(view, reader, Act::Restore);
    let decisions =
        if decisions.is_empty() { fl!(text, "restore-approval-none") } else { decisions.join(gap(reader)) };
    rows.push((fl!(text, "restore-approval"), decisions));
    rows
}

/// Each decision about this act, with who made it.
fn given(view: &CaseView, reader: &Reader, act: Act) -> Vec<String> {
    let text = reader.text;
    let about = view.approvals.iter().filter(|given| given.act == act);
    let sentences = about.map(|given| {
        let at = show::full(text, given.decided_at, reader.zone);
        let verdict = labels::verdict(text, given.verdict);
        fl!(text, "cases-approval-given", name = name(view, text, given.approver), verdict = verdict, at = at)
    });
    sentences.collect()
}

fn name(view: &CaseView, text: Text, person: PersonId) -> String {
    view.directory.person(person).map_or_else(|| fl!(text, "cases-somebody"), |person| person.name.clone())
}

fn gap(reader: &Reader) -> &'static str {
    if reader.is_chinese() { "；" } else { "; " }
}

/// Who was asked by mail to decide, and whether it went out. The approvers themselves know.
fn told(view: &CaseView, reader: &Reader) -> Option<String> {
    let text = reader.text;
    let wanted = |told: &&Notification| told.kind == NotificationKind::ApprovalWanted;
    let told = view.notifications.iter().filter(wanted).map(|told| {
        let name = show::who(&told.to);
        match (told.state, told.sent_at) {
            (CorrectionState::Sent, Some(at)) => {
                fl!(text, "cases-told-sent", name = name, at = show::full(text, at, reader.zone))
            }
            (CorrectionState::Unconfirmed, _) => fl!(text, "cases-told-unknown", name = name),
            (CorrectionState::Failed, _) => fl!(text, "cases-told-failed", name = name),
            (CorrectionState::Unneeded, _) => fl!(text, "cases-told-unneeded", name = name),
            _ => fl!(text, "cases-told-not-yet", name = name),
        }
    });
    let told: Vec<String> = told.collect();
    (view.access != Access::Approver && !told.is_empty()).then(|| told.join(gap(reader)))
}

/// The correction mail as its recipients get it.
#[component]
pub fn Correction(view: Arc<CaseView>, text: Text) -> impl IntoView {
    if !view.case.request.has_correction || !view.access.reads_mail() {
        return ().into_any();
    }
    let content = match view.correction.clone() {
        Some((subject, body, files)) => view! {
            <p><strong>{subject}</strong></p>
            <div class="plain-text">{body}</div>
            <Files text files/>
        }
        .into_any(),
        None => view! { <p class="hint">{fl!(text, "cases-correction-gone")}</p> }.into_any(),
    };
    view! { <Card title=fl!(text, "cases-correction")>{content}</Card> }.into_any()
}

#[component]
fn Files(text: Text, files: Vec<Upload>) -> impl IntoView {
    let files = files.into_iter().map(|file| (file.name, file.size)).collect();
    attachments(text, files)
}

fn attachments(text: Text, files: Vec<(String, u64)>) -> AnyView {
    if files.is_empty() {
        return ().into_any();
    }
    let items = files.into_iter().map(|(name, size)| view! { <li>{name} " (" {show::size(size)} ")"</li> });
    view! { <p class="hint">{fl!(text, "cases-files")}</p><ul>{items.collect_view()}</ul> }.into_any()
}

/// The mail in question, as plain text.
#[component]
pub fn Original(view: Arc<CaseView>, reader: Reader) -> impl IntoView {
    let text = reader.text;
    let Some(message) = &view.message else { return ().into_any() };
    let files: Vec<(String, u64)> =
        message.attachments.iter().map(|file| (file.name.clone(), file.size)).collect();
    let (subject, body) = (message.subject.clone(), message.text.clone());
    let (to, open) = (recipients(text, message), view.may_decide(reader.person));
    let files = attachments(text, files);
    view! {
        <Card title=fl!(text, "cases-original")>
            <p><strong>{subject}</strong></p>
            <p class="hint">{to}</p>
            <details class="no-print" open=open>
                <summary>{fl!(text, "cases-original-show")}</summary>
                <div class="plain-text">{body}</div>
            </details>
            {files}
        </Card>
    }
    .into_any()
}

fn recipients(text: Text, message: &SentMessage) -> String {
    let names: Vec<String> = message.recipients().map(show::who).collect();
    fl!(text, "cases-original-to", names = show::first_few(text, &names))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, person};
    use super::*;
    use domain::{
        case::{Approval, Restoration, view::Access},
        ids::ApprovalId,
        policy::Decision,
        shared::{ApprovalReason, Language, Verdict},
        time::Timestamp,
    };

    fn reader() -> Reader {
        Reader {
            text: Text::of(Language::English),
            person: person(1),
            zone: chrono_tz::UTC,
            now: Timestamp(0),
        }
    }

    fn undone() -> CaseView {
        let mut view = sample::view(vec![], vec![]);
        view.case.decision =
            Decision { version: 1, reasons: vec![ApprovalReason::NotRecent], freeze_first: true };
        let given = |act, verdict| Approval {
            id: ApprovalId(uuid::Uuid::nil()),
            case: sample::CASE,
            approver: person(9),
            act,
            verdict,
            comment: String::new(),
            digest: view.case.digest,
            decided_at: Timestamp(0),
        };
        view.approvals = vec![given(Act::Recall, Verdict::Approved), given(Act::Restore, Verdict::Refused)];
        view.case.restoration =
            Some(Restoration { by: person(1), note: "still needed".into(), at: Timestamp(0) });
        view
    }

    #[test]
    fn each_approval_stands_with_the_act_it_was_given_for() {
        let view = undone();
        let recall = approval(&view, &reader());
        assert!(recall.contains("Approved") && !recall.contains("Refused"), "{recall}");
        let back = restoration(&view, &reader());
        assert_eq!(back.len(), 3);
        assert!(back[2].1.contains("Refused") && !back[2].1.contains("Approved"), "{back:?}");
    }

    #[test]
    fn why_it_should_go_back_is_for_those_who_read_mail() {
        let told = |access| restoration(&CaseView { access, ..undone() }, &reader());
        assert!(told(Access::Approver).iter().any(|(_, value)| value == "still needed"));
        assert!(!told(Access::Helpdesk).iter().any(|(_, value)| value == "still needed"));
        assert!(restoration(&sample::view(vec![], vec![]), &reader()).is_empty());
    }
}
