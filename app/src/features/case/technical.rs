//! For the helpdesk: every technical fact of a case and its whole audit trail, and nothing of the mail itself.

use super::{
    board::AT_ONCE,
    progress::{self, Reader},
    trail::{self, Told},
};
use crate::{
    i18n::{Text, fl},
    kit::{Card, Cell, Facts, Fold, Pager, Table, pages},
    show,
};
use domain::{
    audit::Entry,
    case::{Target, view::CaseView},
    hex,
    mail_system::Skipped,
    shared::{Outcome, Trouble},
};
use leptos::prelude::*;
use std::sync::Arc;

const ENTRIES: usize = 200;

#[component]
pub fn Technical(view: Arc<CaseView>, reader: Reader, page: u64) -> impl IntoView {
    let text = reader.text;
    let rows = facts(&view, &reader);
    let targets = view! { <Targets view=view.clone() reader/> };
    let (label, open) = (fl!(text, "cases-technical-show"), view.targets.len() <= AT_ONCE);
    view! {
        <Card title=fl!(text, "cases-technical")>
            <p class="hint">{fl!(text, "cases-technical-hint")}</p>
            <Facts rows/>
        </Card>
        <Card title=fl!(text, "cases-technical-targets")><Fold label open>{targets}</Fold></Card>
        <Card title=fl!(text, "cases-audit")><Audit view reader page/></Card>
    }
}

fn facts(view: &CaseView, reader: &Reader) -> Vec<(String, AnyView)> {
    let (text, case) = (reader.text, &view.case);
    let code = |value: String| view! { <code>{value}</code> }.into_any();
    let full = |at| show::full(text, at, reader.zone);
    let id = case.message.message_id.as_ref().map_or_else(|| "—".to_owned(), ToString::to_string);
    let approvers: Vec<String> = view.approvers.iter().map(|person| person.address.to_string()).collect();
    vec![
        (fl!(text, "cases-id"), code(case.id.to_string())),
        (fl!(text, "cases-version"), code(case.version.to_string())),
        (fl!(text, "live-state"), code(case.state.to_string())),
        (fl!(text, "cases-message-id"), code(id)),
        (fl!(text, "cases-fingerprint"), code(hex::encode(&case.message.fingerprint.0))),
        (fl!(text, "cases-digest"), code(case.digest.hex())),
        (fl!(text, "cases-policy"), code(case.decision.version.to_string())),
        (fl!(text, "cases-until"), full(case.expires_at).into_any()),
        (fl!(text, "cases-approvers"), code(approvers.join(", "))),
    ]
}

#[component]
fn Targets(view: Arc<CaseView>, reader: Reader) -> impl IntoView {
    let text = reader.text;
    let heads = [
        fl!(text, "live-recipient"),
        fl!(text, "live-state"),
        fl!(text, "cases-technical-work"),
        fl!(text, "cases-technical-found"),
        fl!(text, "cases-correction"),
    ];
    let rows = view
        .targets
        .iter()
        .take(progress::MOST_ROWS)
        .map(|target| {
            let correction = progress::correction_of(&view, target)
                .map(|one| format!("{} · {} · {} {}", one.state, one.message_id, one.attempts, one.problem));
            let cells = [
                target.address().to_string(),
                codes(target),
                work_of(target, &reader),
                found_at(target),
                correction.unwrap_or_default(),
            ];
            let cells = heads.clone().into_iter().zip(cells).enumerate().map(|(at, (head, code))| {
                view! { <Cell head main=at == 0><code>{code}</code></Cell> }
            });
            view! { <tr>{cells.collect_view()}</tr> }
        })
        .collect_view();
    view! { <Table caption=fl!(text, "cases-technical-targets") heads=heads.to_vec()>{rows}</Table> }
}

/// State, outcome, trouble, as they are stored.
fn codes(target: &Target) -> String {
    let outcome = target.outcome.map(Outcome::code);
    let trouble = target.detail.trouble.map(Trouble::code);
    [Some(target.state.code()), outcome, trouble].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn work_of(target: &Target, reader: &Reader) -> String {
    let task = target.task.map_or("—", |task| task.code());
    let due = show::machine(target.due_at, reader.zone);
    let holder = target.lease.holder.as_deref().unwrap_or("—");
    format!("{task} · {} · {due} · {holder} #{}", target.attempts, target.lease.fence)
}

fn found_at(target: &Target) -> String {
    let detail = &target.detail;
    let folder = detail.folder.as_ref().map_or("—", |folder| folder.0.as_str());
    let told = |parts: &[Skipped]| {
        let parts: Vec<String> =
            parts.iter().map(|part| format!("{}: {} ({})", part.folder, part.what, part.reason)).collect();
        parts.join("; ")
    };
    let searched: Vec<&str> = detail.searched.iter().map(|folder| folder.0.as_str()).collect();
    let mut found = format!(
        "{folder} · read {} ({}) · strangers {} · searched [{}]",
        detail.read_copies,
        detail.evidence.code(),
        detail.strangers,
        searched.join(", ")
    );
    for (word, parts) in [("skipped", &detail.skipped), ("left out", &detail.left_out)] {
        if !parts.is_empty() {
            found = format!("{found} · {word} [{}]", told(parts));
        }
    }
    found
}

#[component]
fn Audit(view: Arc<CaseView>, reader: Reader, page: u64) -> impl IntoView {
    let text = reader.text;
    let total = pages(view.trail.len() as u64, ENTRIES as u64);
    let page = page.min(total - 1);
    let told = Told::of(&view, &reader);
    let heads = [
        fl!(text, "cases-audit-seq"),
        fl!(text, "cases-audit-at"),
        fl!(text, "cases-audit-actor"),
        fl!(text, "cases-audit-action"),
        fl!(text, "cases-audit-hash"),
    ];
    let first = usize::try_from(page).unwrap_or(0) * ENTRIES;
    let rows = view
        .trail
        .iter()
        .enumerate()
        .skip(first)
        .take(ENTRIES)
        .map(|(at, entry)| {
            let of = view.targets.iter().find(|target| Some(target.id) == entry.target);
            let about = of.map(|target| target.address().to_string());
            let meaning = trail::meaning(text, &view.trail[..at], entry, &told);
            line(entry, told.name(entry.actor, text), [meaning, about], &heads, &reader)
        })
        .collect_view();
    let number = view.case.number;
    let href = |index: u64| format!("/cases/{number}?entries={}#audit", index + 1);
    let previous = (page > 0).then(|| (fl!(text, "cases-previous"), href(page.saturating_sub(1))));
    let next = (page + 1 < total).then(|| (fl!(text, "cases-next"), href(page + 1)));
    let label = fl!(text, "cases-audit");
    let caption = label.clone();
    let pager =
        (total > 1).then(|| view! { <Pager label position=position(text, page, total) previous next/> });
    view! {
        <div id="audit">
            <Table caption heads=heads.to_vec()>{rows}</Table>
            {pager}
        </div>
    }
}

pub fn position(text: Text, page: u64, total: u64) -> String {
    let page = page + 1;
    fl!(text, "cases-position", page = page, total = total)
}

fn line(
    entry: &Entry,
    actor: String,
    hints: [Option<String>; 2],
    heads: &[String; 5],
    reader: &Reader,
) -> impl IntoView + use<> {
    let [seq, at, who, action, hash] = heads.clone();
    let detail = if entry.detail == "null" { String::new() } else { entry.detail.clone() };
    let (number, moment) = (entry.seq, show::machine(entry.at, reader.zone));
    let (code, bound) = (entry.action.clone(), hex::encode(&entry.hash));
    view! {
        <tr>
            <Cell head=seq main=true>{number}</Cell>
            <Cell head=at>{moment}</Cell>
            <Cell head=who>{actor}</Cell>
            <Cell head=action>
                <code>{code}</code>
                {hints.into_iter().flatten().map(|hint| view! { <p class="hint">{hint}</p> }).collect_view()}
                <p class="hint"><code>{detail}</code></p>
            </Cell>
            <Cell head=hash><code class="hash">{bound}</code></Cell>
        </tr>
    }
}
