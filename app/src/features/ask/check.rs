//! `/drafts/{id}`: in words, what will happen; then the one button.

use super::{
    act::{has_open_places, version},
    api::{DiscardDraft, RequestCase},
    letter_preview::LetterPreview,
    open_case::{self, Open, OpenCase},
    page::Where,
    post::form_page,
    problem,
    summary::{self, Line, Plan},
};
use crate::{
    features::{
        message::{forecast::look, summary::Counts},
        sent::whose,
    },
    i18n::{Text, fl},
    kit::{
        Button, ButtonKind, Card, Checkbox, ConfirmBar, Facts, Hidden, Icon, LinkButton, Notice, Shape, Tone,
    },
    labels,
    layout::Section,
    page::{Page, Visit, page},
    show,
};
use domain::{
    case::{
        CaseMessage,
        ask::{self, Preview},
        rules,
    },
    forecast::{Finding, Prospect},
    ids::DraftId,
    shared::Language,
};
use leptos::{prelude::*, server_fn::ServerFn as _};

/// The id of the form that throws the draft away; its button stands beside the others.
const DISCARD: &str = "discard";

#[component]
pub fn CheckPage() -> impl IntoView {
    page("/drafts/{id}", |visit| async move {
        let id: DraftId = visit.param("id")?;
        let title = fl!(visit.text, "check-title");
        let preview = ask::preview(visit.portal(), &visit.viewer.person, id).await?;
        if let Some(number) = preview.case {
            visit.asked.go(&format!("/cases/{number}"));
            return Ok(Page { title, section: Section::Sent, body: ().into_any() });
        }
        let open = open_case::of(&visit, &preview.message, id).await?;
        let about = CaseMessage::of(&preview.message, &preview.owner);
        let prospects = look(&visit, &about, preview.recipients.clone()).await;
        let body = body(&visit, preview, prospects, open);
        Ok(Page { title, section: Section::Sent, body })
    })
}

fn plan(preview: &Preview) -> Plan {
    let request = preview.draft.form.request();
    Plan {
        intent: request.intent,
        include_read: request.include_read,
        has_letter: request.has_correction,
        needs_approval: preview.decision.needs_approval(),
        freezes: rules::freezes(preview.decision.freeze_first, request.intent),
    }
}

fn body(visit: &Visit, preview: Preview, prospects: Vec<Prospect>, open: Option<Open>) -> AnyView {
    let text = visit.text;
    let plan = plan(&preview);
    let change = form_page(preview.message.id, preview.draft.id);
    let ready = preview.problems.is_empty() && open.is_none();
    let facts = facts(visit, &preview);
    view! {
        <a class="back" href=change.clone()><Icon shape=Shape::Back/>{fl!(text, "check-change")}</a>
        <h1>{fl!(text, "check-title")}</h1>
        <Where text current=1/>
        {whose::note(text, &visit.viewer, &preview.owner)}
        <Problems text preview=preview.clone() change=change.clone()/>
        <OpenCase text open/>
        <Card><Facts rows=facts/></Card>
        <Happens text plan prospects/>
        {ready.then(|| view! { <Approval text preview=preview.clone() plan until=until(visit)/> })}
        {plan.has_letter.then(|| view! { <LetterPreview text preview=preview.clone() sender=preview.owner.clone() change=change.clone()/> })}
        <Confirm text preview plan ready change/>
    }
    .into_any()
}

/// The time for a decision ends.
fn until(visit: &Visit) -> String {
    let settings = &visit.portal().settings;
    show::near(visit.text, visit.now().plus(settings.policy.decision_time), visit.now(), settings.time_zone)
}

fn facts(visit: &Visit, preview: &Preview) -> Vec<(String, AnyView)> {
    let (text, form) = (visit.text, preview.draft.form.request());
    let message = &preview.message;
    let subject =
        if message.subject.is_empty() { fl!(text, "letter-no-subject") } else { message.subject.clone() };
    let sent = show::near(text, message.sent_at, visit.now(), visit.portal().settings.time_zone);
    let names: Vec<String> = preview
        .recipients
        .iter()
        .map(|one| if one.name.is_empty() { one.address.to_string() } else { one.name.clone() })
        .collect();
    let who = match names.len() {
        0 => fl!(text, "ask-problem-no-recipients"),
        count => fl!(text, "check-who", count = count, names = show::first_few(text, &names)),
    };
    let mut rows = vec![
        (fl!(text, "check-mail"), fl!(text, "check-mail-sent", subject = subject, sent = sent)),
        (fl!(text, "ask-intent"), labels::intent(text, form.intent)),
        (fl!(text, "ask-people"), who),
        (fl!(text, "ask-reason"), labels::reason(text, form.reason)),
    ];
    if !form.note.is_empty() {
        rows.push((fl!(text, "ask-note"), form.note));
    }
    rows.into_iter().map(|(name, value)| (name, value.into_any())).collect()
}

/// What must be changed first, each with the way there.
#[component]
fn Problems(text: Text, preview: Preview, change: String) -> impl IntoView {
    let problems = preview.problems;
    (!problems.is_empty()).then(|| {
        let items = problems.into_iter().map(|one| {
            let href = format!("{change}&problems=1#{}", problem::field(one));
            view! { <li><a href=href>{problem::sentence(text, one)}</a></li> }
        });
        let items = items.collect_view();
        view! { <Notice tone=Tone::Bad title=fl!(text, "check-problems")><ul>{items}</ul></Notice> }
    })
}

#[component]
fn Happens(text: Text, plan: Plan, prospects: Vec<Prospect>) -> impl IntoView {
    let findings: Vec<Finding> = prospects.into_iter().map(|prospect| prospect.finding).collect();
    let lines = summary::lines(text, plan, Counts::of(&findings), summary::letters(plan, &findings));
    let items = lines.into_iter().map(|Line { tone, sentence }| {
        view! { <li class=format!("check-line check-{}", tone.code())>{sentence}</li> }
    });
    let items = items.collect_view();
    view! { <Card title=fl!(text, "check-happens")><ul class="check-lines">{items}</ul></Card> }
}

/// Who has to agree, why, and what becomes of it otherwise.
#[component]
fn Approval(text: Text, preview: Preview, plan: Plan, until: String) -> impl IntoView {
    if !plan.needs_approval {
        return view! { <Notice tone=Tone::Good sentence=fl!(text, "check-free")/> }.into_any();
    }
    let names: Vec<&str> = preview.approvers.iter().map(|person| person.name.as_str()).collect();
    let (or, and) = match text.language {
        Language::Chinese => (" 或 ", "、"),
        Language::English => (" or ", "; "),
    };
    let reasons: Vec<String> =
        preview.decision.reasons.iter().map(|reason| labels::approval_reason(text, *reason)).collect();
    let who = fl!(text, "check-approval", names = names.join(or), reasons = reasons.join(and));
    let otherwise = if plan.freezes {
        fl!(text, "check-until-freeze", until = until)
    } else {
        fl!(text, "check-until", until = until)
    };
    view! { <Notice tone=Tone::Busy title=who sentence=otherwise/> }.into_any()
}

#[component]
fn Confirm(text: Text, preview: Preview, plan: Plan, ready: bool, change: String) -> impl IntoView {
    let draft = preview.draft.id.to_string();
    let open = has_open_places(&preview);
    let label = summary::button(text, plan);
    let kind = if plan.intent.removes() { ButtonKind::Danger } else { ButtonKind::Primary };
    let discard = move || view! { <Button kind=ButtonKind::Quiet label=fl!(text, "check-discard") form=DISCARD.to_owned()/> };
    let request = if ready {
        view! {
            <form method="post" action=RequestCase::PATH class="stack">
                <Hidden name="draft" value=draft.clone()/>
                <Hidden name="seen" value=version(&preview.draft)/>
                {open.then(|| view! { <Checkbox name="as_is" value="yes" label=fl!(text, "check-as-is")/> })}
                <ConfirmBar summary=fl!(text, "check-confirm")>
                    <Button kind label/>
                    <LinkButton label=fl!(text, "check-change") href=change/>
                    {discard()}
                </ConfirmBar>
            </form>
        }
        .into_any()
    } else {
        view! {
            <ConfirmBar>
                <LinkButton kind=ButtonKind::Primary label=fl!(text, "check-change") href=change/>
                {discard()}
            </ConfirmBar>
        }
        .into_any()
    };
    view! {
        {request}
        <form method="post" action=DiscardDraft::PATH id=DISCARD><Hidden name="draft" value=draft/></form>
    }
}
