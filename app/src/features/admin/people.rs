//! `/admin/people`: who is in the directory and what each may do.

use super::api::SetRoles;
use crate::{
    features::{
        case::{
            form,
            list::{PER_PAGE, Pages},
        },
        helpdesk::filter::matching,
    },
    i18n::{Text, fl},
    kit::{
        Badge, Button, ButtonKind, Card, Cell, Checkbox, ConfirmBar, EmptyState, Field, Hidden, LinkButton,
        Shape, Table, Tone,
    },
    labels,
    layout::Section,
    local_path,
    page::{Page, PageError, Visit, page},
    post::{Answer, Post},
};
use domain::{
    admin::{self, RolesError},
    ids::PersonId,
    org::{Delegate, Directory, Person},
    shared::Role,
};
use leptos::{prelude::*, server_fn::ServerFn as _};

const HERE: &str = "/admin/people";

#[component]
pub fn PeoplePage() -> impl IntoView {
    page(HERE, build)
}

async fn build(visit: Visit) -> Result<Page, PageError> {
    let (text, directory) = (visit.text, visit.viewer.directory.clone());
    let typed: String = visit.query.get("q").unwrap_or_default().trim().chars().take(200).collect();
    let index = form::page_index(visit.query.get("page").as_deref());
    let edited = visit.query.get("edit").and_then(|id| id.parse::<PersonId>().ok());
    let edited = edited.and_then(|id| directory.person(id)).cloned();
    let found = matching(&directory, &typed);
    let total = found.len() as u64;
    let skip = usize::try_from(index * PER_PAGE).unwrap_or(usize::MAX);
    let rows = found.into_iter().skip(skip).take(usize::try_from(PER_PAGE).unwrap_or(usize::MAX));
    let rows = rows.map(|person| line(text, &directory, person, &typed)).collect_view();
    let list = if total == 0 {
        view! { <EmptyState title=fl!(text, "admin-none") hint=fl!(text, "admin-none-hint") icon=Shape::Search/> }.into_any()
    } else {
        view! { <Table caption=fl!(text, "admin-people") heads=heads(text).to_vec()>{rows}</Table> }
            .into_any()
    };
    let address = format!("{HERE}?q={}&", local_path::escape(&typed));
    let body = view! {
        <h1>{fl!(text, "admin-people")}</h1>
        <p class="hint">{fl!(text, "admin-people-hint")}</p>
        {edited.map(|person| view! { <Roles text person/> })}
        <Search text typed/>
        <p class="hint">{fl!(text, "admin-found", total = total)}</p>
        {list}
        <Pages text total index address/>
    };
    Ok(Page { title: fl!(text, "admin-people"), section: Section::People, body: body.into_any() })
}

#[component]
fn Search(text: Text, typed: String) -> impl IntoView {
    view! {
        <form method="get" action=HERE class="row" role="search">
            <Field name="q" label=fl!(text, "admin-search") kind="search" value=typed/>
            <Button label=fl!(text, "helpdesk-search") icon=Shape::Search/>
        </form>
    }
}

fn heads(text: Text) -> [String; 5] {
    [
        fl!(text, "admin-person"),
        fl!(text, "account-department"),
        fl!(text, "account-manager"),
        fl!(text, "account-roles"),
        fl!(text, "admin-change"),
    ]
}

fn line(text: Text, directory: &Directory, person: &Person, typed: &str) -> impl IntoView + use<> {
    let [who, department, manager, roles, change] = heads(text);
    let path = person.department.map(|id| directory.department_path(id).join(" / ")).unwrap_or_default();
    let above = person.manager.and_then(|id| directory.person(id)).map(|person| person.name.clone());
    let has =
        person.roles.iter().map(|role| view! { <Badge label=labels::role(text, *role)/> " " }).collect_view();
    let left = (!person.active).then(|| view! { <Badge tone=Tone::Warn label=fl!(text, "admin-inactive")/> });
    let held = person.legal_hold.then(|| view! { <Badge tone=Tone::Bad label=fl!(text, "admin-on-hold")/> });
    let shared = delegates(text, directory, person).map(|names| view! { <p class="hint">{names}</p> });
    let edit = format!("{HERE}?q={}&edit={}", local_path::escape(typed), person.id);
    let spoken = fl!(text, "admin-change-of", name = person.name.clone());
    let (name, address, above) = (person.name.clone(), person.address.to_string(), above.unwrap_or_default());
    view! {
        <tr>
            <Cell head=who main=true>
                <span>{name}</span> " " {left} " " {held}
                <p class="hint">{address}</p>
                {shared}
            </Cell>
            <Cell head=department>{path}</Cell>
            <Cell head=manager>{above}</Cell>
            <Cell head=roles>{has}</Cell>
            <Cell head=change><LinkButton kind=ButtonKind::Quiet label=fl!(text, "admin-change") href=edit spoken/></Cell>
        </tr>
    }
}

/// Who acts for this mailbox, too; None: nobody.
fn delegates(text: Text, directory: &Directory, person: &Person) -> Option<String> {
    let name = |delegate: &Delegate| match delegate {
        Delegate::Person(id) => directory.person(*id).map(|person| person.name.clone()),
        Delegate::Group(id) => {
            directory.group(*id).map(|group| format!("{} <{}>", group.name, group.address))
        }
    };
    let names: Vec<_> = person.delegates.iter().filter_map(name).collect();
    (!names.is_empty()).then(|| fl!(text, "admin-delegates", names = names.join(" / ")))
}

#[component]
fn Roles(text: Text, person: Person) -> impl IntoView {
    let boxes = Role::ALL
        .iter()
        .map(|role| {
            let (label, hint, checked) = (labels::role(text, *role), means(text, *role), person.has(*role));
            view! { <Checkbox name="roles[]" value=role.code() label hint checked/> }
        })
        .collect_view();
    let title = fl!(text, "admin-roles-of", name = person.name.clone(), address = person.address.to_string());
    view! {
        <Card title>
            <form method="post" action=SetRoles::PATH class="stack">
                <Hidden name="person" value=person.id.to_string()/>
                {boxes}
                <ConfirmBar summary=fl!(text, "admin-roles-means")>
                    <Button kind=ButtonKind::Primary label=fl!(text, "admin-roles-save")/>
                    <LinkButton kind=ButtonKind::Quiet label=fl!(text, "admin-roles-cancel") href=HERE/>
                </ConfirmBar>
            </form>
        </Card>
    }
}

fn means(text: Text, role: Role) -> String {
    match role {
        Role::Approver => fl!(text, "admin-approver-means"),
        Role::Helpdesk => fl!(text, "admin-helpdesk-means"),
        Role::Administrator => fl!(text, "admin-administrator-means"),
    }
}

pub async fn set_roles(post: Post, person: &str, roles: Option<Vec<Role>>) -> Answer {
    let text = post.text;
    let (Ok(person), Some(roles)) = (person.parse::<PersonId>(), roles) else {
        return post.refused(HERE, fl!(text, "admin-unknown")).await;
    };
    let again = format!("{HERE}?edit={person}");
    match admin::set_roles(post.portal(), &post.viewer.person, person, &roles).await {
        Ok(true) => post.done(HERE, fl!(text, "admin-roles-saved", name = name_of(&post, person))).await,
        Ok(false) => post.done(HERE, fl!(text, "admin-roles-same", name = name_of(&post, person))).await,
        Err(RolesError::NotFound) => post.refused(HERE, fl!(text, "admin-unknown")).await,
        Err(RolesError::ApprovesAndAdministers) => post.refused(&again, fl!(text, "admin-both")).await,
        Err(RolesError::LastAdministrator) => post.refused(&again, fl!(text, "admin-last")).await,
        Err(RolesError::Store(error)) => post.failed(&again, &error).await,
    }
}

fn name_of(post: &Post, person: PersonId) -> String {
    post.viewer.directory.person(person).map(|person| person.name.clone()).unwrap_or_default()
}
