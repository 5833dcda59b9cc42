//! One sent mail in the list: what was searched for is marked in it, and it can be recalled from here.

use crate::{
    i18n::{Text, fl},
    kit::{Cell, Icon, LinkButton, Marked, Shape},
    labels,
    show::{self, When},
};
use chrono_tz::Tz;
use domain::{
    mail::NamedAddress,
    search::{Field, Piece, Search},
    sent::{SentCase, SentMessage, SentSummary},
    time::Timestamp,
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn Row(text: Text, row: SentSummary, search: Arc<Search>, zone: Tz, now: Timestamp) -> impl IntoView {
    let SentSummary { message, case } = row;
    let subject =
        if message.subject.is_empty() { fl!(text, "sent-no-subject") } else { message.subject.clone() };
    let open = format!("/sent/{}", message.id);
    let action = action(text, &open, &subject, case);
    let title = plain(search.marked(Field::Subject, &subject));
    let snippet = plain(search.snippet(&message.text));
    let recipients = recipients(text, &message, &search);
    let files = files(text, &message, &search);
    view! {
        <tr>
            <Cell head="" main=true>
                <a class="sent-subject" href=open><Marked pieces=title/></a>
                {(!snippet.is_empty()).then(|| view! { <p class="hint sent-snippet"><Marked pieces=snippet/></p> })}
                <span class="row">
                    {case.map(|case| view! { <CaseBadge text case/> })}
                    {files.map(|files| view! { <span class="hint row-tight"><Icon shape=Shape::Clip/><span>{files}</span></span> })}
                </span>
            </Cell>
            <Cell head=fl!(text, "sent-col-to")>{recipients}</Cell>
            <Cell head=fl!(text, "sent-col-time")><When text at=message.sent_at now zone/></Cell>
            <Cell head="">{action}</Cell>
        </tr>
    }
}

fn plain(pieces: Vec<Piece>) -> Vec<(String, bool)> {
    pieces.into_iter().map(|Piece { text, hit }| (text, hit)).collect()
}

fn is_hit(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| piece.hit)
}

/// The first three, those that were searched for before the others.
fn recipients(text: Text, message: &SentMessage, search: &Search) -> AnyView {
    let fields = [(Field::To, &message.to), (Field::Cc, &message.cc), (Field::Bcc, &message.bcc)];
    let mut names: Vec<Vec<Piece>> = fields
        .into_iter()
        .flat_map(|(field, people)| people.iter().map(move |person| recipient(field, person, search)))
        .collect();
    names.sort_by_key(|pieces| !is_hit(pieces));
    show::first_few_views(text, names.into_iter().map(shown).collect())
}

/// The name, and the address where that was hit.
fn recipient(field: Field, person: &NamedAddress, search: &Search) -> Vec<Piece> {
    let mut name = search.marked(field, &show::who(person));
    let address = search.marked(field, person.address.as_str());
    if !is_hit(&name) && is_hit(&address) && !person.name.is_empty() {
        let piece = |text: &str| Piece { text: text.to_owned(), hit: false };
        name.push(piece(" <"));
        name.extend(address);
        name.push(piece(">"));
    }
    name
}

/// The names that were searched for, or how many there are.
fn files(text: Text, message: &SentMessage, search: &Search) -> Option<AnyView> {
    let count = message.attachments.len();
    let marked = message.attachments.iter().map(|file| search.marked(Field::Filename, &file.name));
    let hits: Vec<_> = marked.filter(|pieces| is_hit(pieces)).map(shown).collect();
    if hits.is_empty() {
        return (count > 0).then(|| fl!(text, "sent-attachments", count = count).into_any());
    }
    Some(show::first_few_views(text, hits))
}

fn shown(pieces: Vec<Piece>) -> AnyView {
    view! { <Marked pieces=plain(pieces)/> }.into_any()
}

/// Where the newest case stands; what it brought is on its own page.
#[component]
fn CaseBadge(text: Text, case: SentCase) -> impl IntoView {
    let SentCase { number, state } = case;
    let tone = labels::bare_case_tone(state);
    let label = fl!(text, "sent-case", number = number.to_string(), state = labels::case_state(text, state));
    view! { <a class=format!("badge badge-{}", tone.code()) href=format!("/cases/{number}")>{label}</a> }
}

/// One mail can have only one case at work: then there is nothing to ask for, but something to see.
fn action(text: Text, message: &str, subject: &str, case: Option<SentCase>) -> AnyView {
    if let Some(SentCase { number, .. }) = case.filter(|case| !case.state.is_final()) {
        let label = fl!(text, "sent-see-case", number = number.to_string());
        return view! { <LinkButton label href=format!("/cases/{number}")/> }.into_any();
    }
    let spoken = fl!(text, "sent-recall-this", subject = subject);
    view! { <LinkButton label=fl!(text, "sent-recall") href=format!("{message}/ask") icon=Shape::Recall spoken=spoken/> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::shared::{CaseNumber, CaseState, Language};

    fn shown(state: Option<CaseState>) -> String {
        let case = state.map(|state| SentCase { number: CaseNumber::new(2026, 42), state });
        let text = Text::of(Language::English);
        Owner::new().with(|| {
            let badge = case.map(|case| view! { <CaseBadge text case/> });
            view! { {badge} {action(text, "/sent/7", "Contract", case)} }.to_html()
        })
    }

    #[test]
    fn a_mail_with_an_open_case_leads_there_and_offers_no_second_one() {
        for state in [CaseState::Holding, CaseState::AwaitingApproval, CaseState::Releasing] {
            let html = shown(Some(state));
            assert!(html.contains("See case R-2026-000042") && !html.contains("/ask"), "{html}");
        }
        assert!(shown(Some(CaseState::AwaitingApproval)).contains("R-2026-000042: Waiting for approval"));
    }

    #[test]
    fn a_mail_whose_case_is_over_says_so_and_can_be_recalled_again() {
        let html = shown(Some(CaseState::Finished));
        assert!(html.contains("R-2026-000042: Finished") && html.contains("href=\"/sent/7/ask\""), "{html}");
        assert!(html.contains("badge-plain"), "{html}");
        assert!(shown(None).contains("href=\"/sent/7/ask\""));
    }
}
