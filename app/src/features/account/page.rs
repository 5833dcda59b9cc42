//! The account page, and what its two forms do.

use super::{
    api::{ChangePassword, ChooseLanguage},
    form::{Different, NewPassword},
};
use crate::{
    asked::Asked,
    flash,
    guard::settled,
    i18n::{Text, fl},
    kit::{Button, ButtonKind, Card, Facts, Field, Hidden, Select, Tone},
    labels,
    layout::Section,
    local_path,
    page::{Page, page},
    post::{Answer, Post},
    session,
    viewer::Viewer,
};
use domain::{
    account::{self, ChangePasswordError},
    mail::EmailAddress,
    password::{MAX_LENGTH, MIN_LENGTH, PasswordError},
    shared::Language,
};
use leptos::{prelude::*, server_fn::ServerFn as _};

#[component]
pub fn AccountPage() -> impl IntoView {
    page("/account", |visit| async move {
        let text = visit.text;
        let rows = facts(text, &visit.viewer);
        let body = view! {
            <h1>{fl!(text, "account-title")}</h1>
            <Card><Facts rows/></Card>
            <Card title=fl!(text, "account-language")><LanguageForm text/></Card>
            <Card title=fl!(text, "account-password-title")><PasswordForm text address=visit.viewer.person.address.to_string()/></Card>
        };
        Ok(Page { title: fl!(text, "account-title"), section: Section::Account, body: body.into_any() })
    })
}

/// What the directory says about this person.
fn facts(text: Text, viewer: &Viewer) -> Vec<(String, AnyView)> {
    let person = &viewer.person;
    let or_none = |value: String| if value.is_empty() { fl!(text, "account-none") } else { value };
    let department =
        person.department.map(|id| viewer.directory.department_path(id).join(" / ")).unwrap_or_default();
    let manager = person.manager.and_then(|id| viewer.directory.person(id)).map(|person| person.name.clone());
    let aliases: Vec<&str> = person.aliases.iter().map(EmailAddress::as_str).collect();
    let roles: Vec<String> = person.roles.iter().map(|role| labels::role(text, *role)).collect();
    let rows = [
        (fl!(text, "account-name"), person.name.clone()),
        (fl!(text, "account-address"), person.address.to_string()),
        (fl!(text, "account-aliases"), or_none(aliases.join(", "))),
        (fl!(text, "account-department"), or_none(department)),
        (fl!(text, "account-manager"), or_none(manager.unwrap_or_default())),
        (fl!(text, "account-roles"), or_none(roles.join(", "))),
    ];
    rows.into_iter().map(|(name, value)| (name, value.into_any())).collect()
}

#[component]
fn LanguageForm(text: Text) -> impl IntoView {
    let options = Language::ALL
        .iter()
        .map(|language| (language.tag().to_owned(), labels::language(*language).to_owned()));
    view! {
        <form method="post" action=ChooseLanguage::PATH class="stack narrow">
            <p class="hint">{fl!(text, "account-language-hint")}</p>
            <Hidden name="next" value="/account"/>
            <Select name="language" label=fl!(text, "account-language") options=options.collect() chosen=text.language.tag()/>
            <Button label=fl!(text, "account-language-save")/>
        </form>
    }
}

#[component]
fn PasswordForm(text: Text, address: String) -> impl IntoView {
    let fresh = || Some("new-password".to_owned());
    view! {
        <form method="post" action=ChangePassword::PATH class="stack narrow">
            // So that password stores know whose password changes.
            <input type="text" hidden autocomplete="username" value=address/>
            <Field name="present" label=fl!(text, "account-password-present") kind="password" required=true autocomplete=Some("current-password".to_owned())/>
            <Field name="fresh" label=fl!(text, "account-password-fresh") kind="password" required=true autocomplete=fresh() hint=fl!(text, "account-password-hint", least = MIN_LENGTH)/>
            <Field name="again" label=fl!(text, "account-password-again") kind="password" required=true autocomplete=fresh()/>
            <Button kind=ButtonKind::Primary label=fl!(text, "account-password-save")/>
        </form>
    }
}

/// Kept with the person, and in a cookie for the time before signing in.
pub async fn speak(asked: Asked, viewer: Option<Viewer>, language: &str, next: &str) -> Answer {
    let language = Language::from_tag(language).unwrap_or_default();
    if let Some(viewer) = viewer {
        if let Err(error) = account::set_language(&asked.portal, viewer.id(), language).await {
            return Post::new(asked, viewer).failed("/account", &error).await;
        }
        let saved =
            flash::push(&asked.session, Tone::Good, fl!(Text::of(language), "account-language-saved"));
        saved.await.map_err(|_| settled())?;
    }
    asked.set_language_cookie(language);
    asked.go(local_path::here(next).unwrap_or("/sent"));
    Ok(())
}

pub async fn renew(post: Post, typed: Result<NewPassword, Different>) -> Answer {
    let text = post.text;
    let refuse = async |sentence: String| post.refused("/account", sentence).await;
    let Ok(typed) = typed else { return refuse(fl!(text, "account-password-different")).await };
    let Some(id) = post.asked.session.id() else { return refuse(fl!(text, "frame-session-ended")).await };
    let (portal, client) = (post.portal(), post.asked.client);
    let keep = session::key(&id);
    match account::change_password(portal, &post.viewer.person, &typed.present, &typed.fresh, client, &keep)
        .await
    {
        Ok(()) => {}
        Err(ChangePasswordError::Wrong) => return refuse(fl!(text, "account-password-wrong")).await,
        Err(ChangePasswordError::Throttled(wait)) => {
            return refuse(fl!(text, "sign-in-throttled", minutes = wait.as_secs().div_ceil(60))).await;
        }
        Err(ChangePasswordError::Bad(PasswordError::TooShort)) => {
            return refuse(fl!(text, "account-password-short", least = MIN_LENGTH)).await;
        }
        Err(ChangePasswordError::Bad(PasswordError::TooLong)) => {
            return refuse(fl!(text, "account-password-long", most = MAX_LENGTH)).await;
        }
        Err(other) => return post.failed("/account", &other).await,
    }
    if let Err(error) = post.asked.session.cycle_id().await {
        return post.failed("/account", &error).await;
    }
    post.done("/account", fl!(text, "account-password-saved")).await
}
