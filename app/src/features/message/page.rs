//! `/sent/{id}`: the mail as it was sent, what became of its copies, and the three things one can do.

use super::{
    forecast::{Forecast, look},
    text::MailText,
};
use crate::{
    features::{
        ask::open_case::{self, OpenCase},
        sent::whose,
    },
    i18n::{Text, fl},
    kit::{Badge, Card, Facts, Icon, Notice, Shape, Tone},
    labels,
    layout::Section,
    page::{Page, PageError, Visit, page},
    show::{self, When},
};
use domain::{
    case::{
        Case, CaseMessage,
        ask::{self, Offer},
        view::{self, KnownCase},
    },
    ids::SentId,
    mail::{Attachment, NamedAddress},
    sent::SentMessage,
    shared::Intent,
};
use leptos::prelude::*;

#[component]
pub fn MessagePage() -> impl IntoView {
    page("/sent/{id}", |visit| async move {
        let id: SentId = visit.param("id")?;
        let Offer { message, owner, recipients, is_theirs } =
            ask::shown(visit.portal(), &visit.viewer.person, id).await?;
        let known = Known::of(&visit, &message).await?;
        let (text, here) = (visit.text, format!("/sent/{id}"));
        let forecast = if is_theirs {
            let prospects = look(&visit, &CaseMessage::of(&message, &owner), recipients).await;
            Some(view! { <Forecast text prospects again=here.clone()/> })
        } else {
            None
        };
        let title =
            if message.subject.is_empty() { fl!(text, "sent-no-subject") } else { message.subject.clone() };
        let recallable = message.message_id.is_some();
        let facts = facts(&visit, &message);
        let actions = match open_case::among(&known.cases) {
            Some(open) => view! { <OpenCase text open=Some(open)/> }.into_any(),
            None if is_theirs => view! { <Actions text here recallable/> }.into_any(),
            None => view! { <SomebodyElses text from=message.from.clone()/> }.into_any(),
        };
        let list = whose::list(&visit.viewer, &owner);
        let body = view! {
            <a class="back" href=list><Icon shape=Shape::Back/>{fl!(text, "message-back")}</a>
            <h1>{title.clone()}</h1>
            {whose::note(text, &visit.viewer, &owner)}
            <Remarks text known recallable=recallable || !is_theirs/>
            {actions}
            {forecast}
            <Card>
                <Facts rows=facts/>
                <Attachments text attachments=message.attachments/>
            </Card>
            <Card title=fl!(text, "message-text")><MailText text body=message.text/></Card>
        };
        Ok(Page { title, section: Section::Sent, body: body.into_any() })
    })
}

/// What the portal knows about this mail beyond itself.
struct Known {
    /// Newest first.
    cases: Vec<KnownCase>,
    /// Mails with the same Message-ID and other content.
    namesakes: usize,
}

impl Known {
    async fn of(visit: &Visit, message: &SentMessage) -> Result<Self, PageError> {
        let cases = view::about(visit.portal(), &visit.viewer.person, message).await?;
        let mut tx = visit.portal().store.read().await?;
        let alike = match &message.message_id {
            Some(id) => tx.sent_by_message_id(id).await?,
            None => Vec::new(),
        };
        let namesakes = alike.iter().filter(|other| other.fingerprint != message.fingerprint).count();
        Ok(Self { cases, namesakes })
    }
}

/// What is special about this mail.
#[component]
fn Remarks(text: Text, known: Known, recallable: bool) -> impl IntoView {
    let Known { cases, namesakes } = known;
    let over = cases.into_iter().filter(|known| known.is_shown && known.case.state.is_final());
    let over: Vec<Case> = over.map(|known| known.case).collect();
    let cases = (!over.is_empty()).then(|| {
        let links = over.into_iter().map(|case| {
            let href = format!("/cases/{}", case.number);
            view! {
                <p class="row">
                    <a href=href>{case.number.to_string()}</a>
                    <Badge tone=labels::bare_case_tone(case.state) label=labels::case_state(text, case.state)/>
                </p>
            }
        });
        let links = links.collect_view();
        view! { <Notice sentence=fl!(text, "message-has-case")>{links}</Notice> }
    });
    view! {
        {cases}
        {(!recallable).then(|| view! {
            <Notice tone=Tone::Warn title=fl!(text, "message-no-id-title") sentence=fl!(text, "message-no-id")/>
        })}
        {(namesakes > 0).then(|| view! {
            <Notice tone=Tone::Warn title=fl!(text, "message-shared-id-title") sentence=fl!(text, "message-shared-id", count = namesakes)/>
        })}
    }
}

/// Instead of the ways out, for a mail that lies in the folder and isn't theirs.
#[component]
fn SomebodyElses(text: Text, from: Option<NamedAddress>) -> impl IntoView {
    let sentence = match from {
        Some(from) => fl!(text, "message-not-theirs", from = address(&from)),
        None => fl!(text, "message-without-author"),
    };
    view! { <Notice tone=Tone::Warn title=fl!(text, "message-not-theirs-title") sentence/> }
}

/// The ways out, each with what it does. Without Message-ID only the correction remains.
#[component]
fn Actions(text: Text, here: String, recallable: bool) -> impl IntoView {
    let offered = Intent::ALL.iter().copied().filter(|intent| recallable || !intent.removes());
    let cards = offered.enumerate().map(|(at, intent)| {
        let class = if at == 0 { "action action-first" } else { "action" };
        view! {
            <a class=class href=format!("{here}/ask?intent={intent}")>
                <span class="action-label">{labels::intent(text, intent)}</span>
                <span class="action-hint">{labels::intent_hint(text, intent)}</span>
            </a>
        }
    });
    view! {
        <section class="stack" aria-labelledby="actions">
            <h2 id="actions">{fl!(text, "message-action-title")}</h2>
            <div class="actions">{cards.collect_view()}</div>
            <p class="hint">{fl!(text, "message-action-note")}</p>
        </section>
    }
}

/// The headers people know; empty ones are left out.
fn facts(visit: &Visit, message: &SentMessage) -> Vec<(String, AnyView)> {
    let (text, zone, now, at) = (visit.text, visit.portal().settings.time_zone, visit.now(), message.sent_at);
    let lists = [
        (fl!(text, "message-from"), message.from.clone().into_iter().collect::<Vec<_>>()),
        (fl!(text, "message-to"), message.to.clone()),
        (fl!(text, "message-cc"), message.cc.clone()),
        (fl!(text, "message-bcc"), message.bcc.clone()),
    ];
    let named = lists
        .into_iter()
        .filter(|(_, people)| !people.is_empty())
        .map(|(name, people)| (name, addresses(&people).into_any()));
    let mut rows: Vec<(String, AnyView)> = named.collect();
    rows.push((fl!(text, "message-sent-at"), view! { <When text at now zone/> }.into_any()));
    rows.push((fl!(text, "message-size"), show::size(message.size).into_any()));
    rows
}

fn addresses(people: &[NamedAddress]) -> String {
    people.iter().map(address).collect::<Vec<_>>().join(", ")
}

fn address(named: &NamedAddress) -> String {
    if named.name.is_empty() {
        named.address.to_string()
    } else {
        format!("{} <{}>", named.name, named.address)
    }
}

#[component]
fn Attachments(text: Text, attachments: Vec<Attachment>) -> impl IntoView {
    if attachments.is_empty() {
        return None;
    }
    let files = attachments.into_iter().map(|file| {
        let name = if file.name.is_empty() { fl!(text, "message-unnamed") } else { file.name };
        view! {
            <li class="file">
                <Icon shape=Shape::Clip/>
                <span class="file-name">{name}</span>
                <span class="hint">{show::size(file.size)} " · " {file.content_type}</span>
            </li>
        }
    });
    Some(view! { <ul class="files" aria-label=fl!(text, "message-attachments")>{files.collect_view()}</ul> })
}
