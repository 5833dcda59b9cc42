//! `/sent/{id}/ask`: one form. Opening it writes nothing; its first answer only names the draft in the address, so
//! that going back and reloading find what was saved.

use super::{
    correction::{Files, Letter},
    form::{Act, Typed, name},
    fresh,
    letter::{self, About},
    open_case::{self, Open, OpenCase},
    people::People,
    post, problem,
};
use crate::{
    features::{message::forecast::look, sent::whose},
    i18n::{Text, fl},
    kit::{
        Button, ButtonKind, Card, Checkbox, Choice, ConfirmBar, ForPerson, Hidden, Icon, Notice, RadioCards,
        Shape, Steps, TextArea, Tone,
    },
    labels,
    layout::Section,
    page::{Page, Visit, page},
};
use domain::{
    case::{
        CaseMessage,
        ask::{self, AskError, Offer, Problem},
        draft::Upload,
    },
    forecast::Prospect,
    ids::{DraftId, SentId},
    sent::SentMessage,
    shared::{Intent, ReasonKind},
};
use leptos::prelude::*;

#[component]
pub fn AskPage() -> impl IntoView {
    page("/sent/{id}/ask", |visit| async move {
        let sent: SentId = visit.param("id")?;
        let offer = ask::offer(visit.portal(), &visit.viewer.person, sent).await?;
        let title = fl!(visit.text, "ask-title");
        let empty = |title: String| Page { title, section: Section::Sent, body: ().into_any() };
        let Some(draft) = visit.query.get_str("draft").and_then(|draft| draft.parse::<DraftId>().ok()) else {
            let intent = asked_intent(&visit).unwrap_or(Intent::Recall);
            visit.asked.go(&format!(
                "/sent/{sent}/ask?intent={intent}&draft={}",
                visit.portal().world.id::<DraftId>()
            ));
            return Ok(empty(title));
        };
        let state = match load(&visit, &offer, draft).await {
            Ok(state) => state,
            Err(AskError::Done(number)) => {
                visit.asked.go(&format!("/cases/{number}"));
                return Ok(empty(title));
            }
            Err(error) => return Err(error.into()),
        };
        let open = open_case::of(&visit, &offer.message, state.typed.draft).await?;
        let about = CaseMessage::of(&offer.message, &offer.owner);
        let prospects = look(&visit, &about, offer.recipients).await;
        let acting = whose::note(visit.text, &visit.viewer, &offer.owner);
        let body = body(&visit, offer.message, state, prospects, open, acting);
        Ok(Page { title, section: Section::Sent, body })
    })
}

/// What the form is filled with.
struct State {
    typed: Typed,
    uploads: Vec<Upload>,
    problems: Vec<Problem>,
    /// It waited while the person signed in again.
    restored: bool,
}

fn asked_intent(visit: &Visit) -> Option<Intent> {
    visit.query.get_str("intent").and_then(|intent| intent.parse().ok())
}

/// Typed before the session expired, else saved, else fresh.
async fn load(visit: &Visit, offer: &Offer, draft: DraftId) -> Result<State, AskError> {
    let (portal, person) = (visit.portal(), &visit.viewer.person);
    let kept: Option<Typed> = visit.kept().await;
    let kept = kept.filter(|typed| typed.sent == offer.message.id);
    let id = kept.as_ref().map_or(draft, |typed| typed.draft);
    let saved = match ask::draft(portal, person, id).await {
        Ok((saved, _)) if saved.sent != offer.message.id => return Err(AskError::NotFound),
        Ok(saved) => Some(saved),
        Err(AskError::NotFound) => None,
        Err(other) => return Err(other),
    };
    let about = About { message: &offer.message, sender: &offer.owner, zone: portal.settings.time_zone };
    let (restored, uploads) =
        (kept.is_some(), saved.as_ref().map(|(_, uploads)| uploads.clone()).unwrap_or_default());
    let checked = saved.is_some() && visit.query.get_str("problems").is_some();
    let typed = match (kept, saved) {
        (Some(typed), _) => typed,
        (None, Some((saved, _))) => {
            let language = letter::language_of(&saved.form.text, fresh::language(about));
            Typed { sent: saved.sent, draft: id, language, form: saved.form }
        }
        (None, None) => fresh::typed(about, &offer.recipients, asked_intent(visit), id),
    };
    let problems = if checked { ask::preview(portal, person, id).await?.problems } else { Vec::new() };
    Ok(State { typed, uploads, problems, restored })
}

fn body(
    visit: &Visit,
    message: SentMessage,
    state: State,
    people: Vec<Prospect>,
    open: Option<Open>,
    acting: Option<AnyView>,
) -> AnyView {
    let text = visit.text;
    let State { typed, uploads, problems, restored } = state;
    let back = format!("/sent/{}", message.id);
    let subject =
        if message.subject.is_empty() { fl!(text, "letter-no-subject") } else { message.subject.clone() };
    let limit = visit.portal().settings.max_upload;
    let removable = message.message_id.is_some();
    let ids = (typed.sent.to_string(), typed.draft.to_string());
    let chosen = typed.form.recipients.clone();
    let nobody = problem::beside(text, &problems, "recipients");
    view! {
        <a class="back" href=back><Icon shape=Shape::Back/>{subject}</a>
        <h1>{fl!(text, "ask-title")}</h1>
        <Where text current=0/>
        {acting}
        {restored.then(|| view! { <Notice tone=Tone::Good sentence=fl!(text, "ask-restored")/> })}
        <OpenCase text open/>
        <form method="post" action=post::ROUTE enctype="multipart/form-data" class="stack">
            <Hidden name=name::SENT value=ids.0/>
            <Hidden name=name::DRAFT value=ids.1/>
            <ForPerson id=visit.viewer.id().to_string()/>
            <EnterKey/>
            <Purpose text removable chosen=typed.form.intent/>
            <div id="recipients">
                <Card title=fl!(text, "ask-people")>
                    <People text candidates=people chosen problem=nobody/>
                    <Checkbox name=name::INCLUDE_READ value="yes" label=fl!(text, "ask-include-read")
                        hint=fl!(text, "ask-include-read-hint") checked=typed.form.include_read/>
                </Card>
            </div>
            <Why text reason=typed.form.reason note=typed.form.note.clone() problem=problem::beside(text, &problems, "note")/>
            <div id="letter"><Card title=fl!(text, "ask-letter")><Letter text typed problems/></Card></div>
            <div id="attachments"><Card title=fl!(text, "ask-files")><Files text uploads limit/></Card></div>
            <ConfirmBar summary=fl!(text, "ask-next-hint")>
                <Button kind=ButtonKind::Primary label=fl!(text, "ask-next") name=name::ACT.to_owned() value=Act::Check.code()/>
            </ConfirmBar>
        </form>
    }
    .into_any()
}

/// The three steps; `current` from 0.
#[component]
pub fn Where(text: Text, current: usize) -> impl IntoView {
    let steps = vec![fl!(text, "ask-step-write"), fl!(text, "ask-step-check"), fl!(text, "ask-step-watch")];
    view! { <Steps label=fl!(text, "ask-steps") steps current/> }
}

/// The Enter key presses a form's first button: that must be the harmless one, not "everybody" or "remove".
#[component]
fn EnterKey() -> impl IntoView {
    view! { <button type="submit" class="only-spoken" name=name::ACT value=Act::Attach.code() tabindex="-1" aria-hidden="true"></button> }
}

#[component]
fn Purpose(text: Text, removable: bool, chosen: Intent) -> impl IntoView {
    let offered = Intent::ALL.iter().copied().filter(|intent| removable || !intent.removes());
    let choices = offered.map(|intent| Choice {
        value: intent.code().to_owned(),
        label: labels::intent(text, intent),
        hint: match intent {
            Intent::Recall => fl!(text, "ask-intent-recall"),
            Intent::RecallAndReplace => fl!(text, "ask-intent-replace"),
            Intent::CorrectOnly => fl!(text, "ask-intent-correct"),
        },
    });
    let choices = choices.collect();
    let chosen = if removable { chosen } else { Intent::CorrectOnly };
    view! {
        <div id="intent">
            <Card>
                {(!removable).then(|| view! { <Notice tone=Tone::Warn sentence=fl!(text, "ask-no-message-id")/> })}
                <RadioCards name=name::INTENT legend=fl!(text, "ask-intent") choices chosen=chosen.code()/>
            </Card>
        </div>
    }
}

#[component]
fn Why(text: Text, reason: ReasonKind, note: String, problem: Option<String>) -> impl IntoView {
    let choices = ReasonKind::ALL.iter().map(|kind| {
        let checked = *kind == reason;
        view! {
            <label class="ask-reason">
                <input type="radio" name=name::REASON value=kind.code() checked=checked/>
                <span>{labels::reason(text, *kind)}</span>
            </label>
        }
    });
    let choices = choices.collect_view();
    view! {
        <Card title=fl!(text, "ask-reason")>
            <fieldset class="ask-reasons">
                <legend class="hint">{fl!(text, "ask-reason-hint")}</legend>
                {choices}
            </fieldset>
            <TextArea name=name::NOTE label=fl!(text, "ask-note") hint=fl!(text, "ask-note-hint") value=note problem rows=3/>
        </Card>
    }
}
