//! What was asked for: request, decisions, correction mail, the mail itself. The last two only for those who
//! read mail.

use super::progress::Reader;
use crate::{
    i18n::{Text, fl},
    kit::{Card, Facts},
    labels, show,
};
use domain::{
    case::{draft::Upload, view::CaseView},
    sent::SentMessage,
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
    if view.access.reads_mail() {
        let note = if request.note.is_empty() { fl!(text, "cases-no-note") } else { request.note.clone() };
        rows.push((fl!(text, "cases-note"), note));
    }
    rows.push((fl!(text, "cases-approval"), approval(view, reader)));
    if let Some(ended) = case.ended_at {
        rows.push((fl!(text, "cases-ended"), full(ended)));
    }
    rows.into_iter().map(|(name, value)| (name, value.into_any())).collect()
}

/// Why somebody had to agree, or why not, and who did.
pub fn approval(view: &CaseView, reader: &Reader) -> String {
    let text = reader.text;
    let policy = view.case.decision.version;
    if !view.case.decision.needs_approval() {
        return fl!(text, "cases-approval-free", policy = policy);
    }
    let gap = if reader.is_chinese() { "；" } else { "; " };
    let reasons: Vec<String> =
        view.case.decision.reasons.iter().map(|reason| labels::approval_reason(text, *reason)).collect();
    let needed = fl!(text, "cases-approval-needed", reasons = reasons.join(gap), policy = policy);
    let given = view.approvals.iter().map(|given| {
        let name = view
            .directory
            .person(given.approver)
            .map_or_else(|| fl!(text, "cases-somebody"), |person| person.name.clone());
        let at = show::full(text, given.decided_at, reader.zone);
        fl!(
            text,
            "cases-approval-given",
            name = name,
            verdict = labels::verdict(text, given.verdict),
            at = at
        )
    });
    std::iter::once(needed).chain(given).collect::<Vec<_>>().join(gap)
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
