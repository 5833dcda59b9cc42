//! `/admin/engine`: the switch that stops every effect at once, and what was under way when it was pulled.

use super::{
    api::{StartEngine, StopEngine},
    form::Reason,
};
use crate::{
    i18n::{Text, fl},
    kit::{
        Button, ButtonKind, Card, Cell, ConfirmBar, Facts, ForPerson, LinkButton, Notice, Table, TextArea,
        Tone,
    },
    layout::{Section, who},
    page::{Page, PageError, Visit, page},
    post::{Answer, Post},
    show,
};
use domain::{
    audit::Actor,
    engine_switch::{self, InFlight, MAX_REASON, Switch, SwitchError},
    shared::Task,
};
use leptos::{prelude::*, server_fn::ServerFn as _};

pub const HERE: &str = "/admin/engine";

/// The second step, where the button is.
const CONFIRM: &str = "/admin/engine?step=confirm";

#[component]
pub fn EnginePage() -> impl IntoView {
    page(HERE, build)
}

async fn build(visit: Visit) -> Result<Page, PageError> {
    let text = visit.text;
    let switch = visit.portal().store.read().await?.engine_switch().await?;
    let kept: Option<Reason> = visit.kept().await;
    let sure = kept.is_some() || visit.query.get("step").as_deref() == Some("confirm");
    let content = if switch.running {
        running(text, sure.then(|| kept.unwrap_or_default()), visit.viewer.id().to_string()).into_any()
    } else {
        stopped(&visit, switch, sure).into_any()
    };
    let title = fl!(text, "engine-title");
    let body = view! {
        <h1>{title.clone()}</h1>
        <div class="stack">{content}</div>
    };
    Ok(Page { title, section: Section::Engine, body: body.into_any() })
}

/// `typed`: the second step, with what was typed before.
fn running(text: Text, typed: Option<Reason>, person: String) -> impl IntoView {
    let action = match typed {
        None => view! { <p><LinkButton label=fl!(text, "engine-stop-begin") href=CONFIRM/></p> }.into_any(),
        Some(typed) => stop_form(text, typed, person).into_any(),
    };
    view! {
        <Notice tone=Tone::Good title=fl!(text, "engine-running") sentence=fl!(text, "engine-stop-means")/>
        {action}
    }
}

fn stop_form(text: Text, typed: Reason, person: String) -> impl IntoView {
    view! {
        <Card title=fl!(text, "engine-stop-title")>
            <form method="post" action=StopEngine::PATH class="stack">
                <ForPerson id=person/>
                <TextArea
                    name="reason"
                    label=fl!(text, "engine-reason")
                    hint=fl!(text, "engine-reason-hint")
                    value=typed.reason
                    rows=3
                    maxlength=u32::try_from(MAX_REASON).unwrap_or(u32::MAX)
                    required=true
                />
                <ConfirmBar summary=fl!(text, "engine-stop-sure")>
                    <Button kind=ButtonKind::Danger label=fl!(text, "engine-stop")/>
                    <LinkButton kind=ButtonKind::Quiet label=fl!(text, "engine-cancel") href=HERE/>
                </ConfirmBar>
            </form>
        </Card>
    }
}

/// The notice above every page says that it is stopped and why.
fn stopped(visit: &Visit, switch: Switch, sure: bool) -> impl IntoView + use<> {
    let (text, zone) = (visit.text, visit.portal().settings.time_zone);
    let facts = vec![
        (fl!(text, "engine-since"), show::full(text, switch.changed_at, zone).into_any()),
        (fl!(text, "engine-by"), who(text, &switch, &visit.viewer.directory).into_any()),
        (fl!(text, "engine-reason"), switch.reason.into_any()),
    ];
    let action = if sure {
        view! {
            <form method="post" action=StartEngine::PATH>
                <ConfirmBar summary=fl!(text, "engine-start-sure")>
                    <Button kind=ButtonKind::Primary label=fl!(text, "engine-start")/>
                    <LinkButton kind=ButtonKind::Quiet label=fl!(text, "engine-cancel") href=HERE/>
                </ConfirmBar>
            </form>
        }
        .into_any()
    } else {
        view! { <p><LinkButton label=fl!(text, "engine-start-begin") href=CONFIRM/></p> }.into_any()
    };
    view! {
        <Facts rows=facts/>
        {action}
        {flying(text, switch.in_flight)}
    }
}

fn flying(text: Text, in_flight: Vec<InFlight>) -> impl IntoView {
    let title = fl!(text, "engine-in-flight");
    if in_flight.is_empty() {
        return view! { <Card title><p>{fl!(text, "engine-in-flight-none")}</p></Card> }.into_any();
    }
    let heads = [fl!(text, "engine-case"), fl!(text, "engine-recipient"), fl!(text, "engine-work")];
    let rows = in_flight.into_iter().map(|flying| {
        let [case, recipient, work] = heads.clone();
        view! {
            <tr>
                <Cell head=case main=true>{flying.case.to_string()}</Cell>
                <Cell head=recipient>{flying.recipient.to_string()}</Cell>
                <Cell head=work>{work_of(text, flying.task)}</Cell>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Card title=title.clone()>
            <p class="hint">{fl!(text, "engine-in-flight-hint")}</p>
            <Table caption=title heads=heads.to_vec()>{rows}</Table>
        </Card>
    }
    .into_any()
}

fn work_of(text: Text, task: Option<Task>) -> String {
    match task {
        Some(Task::Hold) => fl!(text, "engine-work-hold"),
        Some(Task::Execute) => fl!(text, "engine-work-execute"),
        Some(Task::Release) => fl!(text, "engine-work-release"),
        None => fl!(text, "engine-work-correct"),
    }
}

pub async fn stop(post: Post, typed: Reason) -> Answer {
    let text = post.text;
    let (portal, actor) = (post.portal(), Actor::Person(post.viewer.id()));
    match engine_switch::stop(portal.store.as_ref(), &portal.world, actor, &typed.reason).await {
        Ok(in_flight) => post.done(HERE, fl!(text, "engine-stopped-now", count = in_flight.len())).await,
        Err(SwitchError::Already) => post.refused(HERE, fl!(text, "engine-already-stopped")).await,
        Err(SwitchError::ReasonMissing) => post.refused(CONFIRM, fl!(text, "engine-reason-missing")).await,
        Err(SwitchError::ReasonTooLong) => {
            post.keep(HERE, &typed).await;
            post.refused(CONFIRM, fl!(text, "engine-reason-long", most = MAX_REASON)).await
        }
        Err(SwitchError::Store(error)) => {
            post.keep(HERE, &typed).await;
            post.failed(CONFIRM, &error).await
        }
    }
}

pub async fn start(post: Post) -> Answer {
    let text = post.text;
    match engine_switch::start_here(post.portal(), Actor::Person(post.viewer.id())).await {
        Ok(()) => post.done(HERE, fl!(text, "engine-started-now")).await,
        Err(SwitchError::Already) => post.refused(HERE, fl!(text, "engine-already-running")).await,
        Err(error) => post.failed(HERE, &error).await,
    }
}
