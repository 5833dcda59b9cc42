//! The page in front of everything, and what its button does.

use super::api::SignIn;
use crate::{
    asked::Asked,
    failure::Failure,
    flash,
    guard::settled,
    i18n::{Text, fl},
    kept,
    kit::{Button, ButtonKind, Field, Hidden, Icon, Shape, Tone},
    layout::Section,
    local_path,
    page::{Page, framed},
    post::{Answer, Post},
    session,
};
use domain::{
    account::{self, SignInError},
    org::Person,
};
use leptos::{prelude::*, server_fn::ServerFn as _};
use tower_sessions::session::Error;

#[component]
pub fn SignInPage() -> impl IntoView {
    framed("/sign-in", |asked, viewer| async move {
        let next = asked.query.get("next").unwrap_or_default();
        if viewer.is_some() {
            asked.go(local_path::local(&next).unwrap_or("/sent"));
        }
        let text = asked.text();
        let address = session::take_address(&asked.session).await.unwrap_or_default();
        let organisation = asked.portal.settings.organisation.clone();
        let body = view! { <SignInForm text organisation address next/> };
        Ok(Page { title: fl!(text, "sign-in-title"), section: Section::Nowhere, body: body.into_any() })
    })
}

#[component]
fn SignInForm(text: Text, organisation: String, address: String, next: String) -> impl IntoView {
    let known = !address.is_empty();
    view! {
        <div class="sign-in">
            <div class="sign-in-mark"><Icon shape=Shape::Recall/></div>
            <h1>{fl!(text, "sign-in-title")}</h1>
            <p class="lead">{fl!(text, "sign-in-what")}</p>
            <form method="post" action=SignIn::PATH class="card stack">
                <Hidden name="next" value=next/>
                <Field name="address" label=fl!(text, "sign-in-address") value=address required=true autofocus=!known autocomplete=Some("username".to_owned())/>
                <Field name="password" label=fl!(text, "sign-in-password") kind="password" required=true autofocus=known autocomplete=Some("current-password".to_owned())/>
                <Button kind=ButtonKind::Primary label=fl!(text, "sign-in-button")/>
            </form>
            <p class="hint">{organisation} " · " {fl!(text, "sign-in-forgotten")}</p>
        </div>
    }
}

/// Ends on the page the person wanted, or here again with a message that tells nothing about accounts.
pub async fn enter(asked: Asked, address: &str, password: &str, next: &str) -> Answer {
    let text = asked.text();
    let problem = match account::sign_in(&asked.portal, address, password, asked.client).await {
        Ok(person) => match admit(&asked, &person).await {
            Ok(()) => {
                asked.go(local_path::local(next).unwrap_or("/sent"));
                return Ok(());
            }
            Err(error) => broken(&asked, text, &error)?,
        },
        Err(SignInError::Wrong) => fl!(text, "sign-in-wrong"),
        Err(SignInError::Throttled(wait)) => {
            fl!(text, "sign-in-throttled", minutes = wait.as_secs().div_ceil(60))
        }
        Err(SignInError::Store(error)) => broken(&asked, text, &error)?,
    };
    session::remember_address(&asked.session, address).await.map_err(|_| settled())?;
    flash::push(&asked.session, Tone::Bad, problem).await.map_err(|_| settled())?;
    asked.go(&local_path::sign_in(next));
    Ok(())
}

async fn admit(asked: &Asked, person: &Person) -> Result<(), Error> {
    kept::only_of(&asked.session, person.id).await?;
    session::sign_in(&asked.session, person.id, asked.now()).await
}

fn broken(asked: &Asked, text: Text, error: &impl Failure) -> Result<String, ServerFnError> {
    tracing::error!(%error, request = asked.request_id(), "sign-in failed");
    if error.is_passing() {
        asked.try_again_later();
        return Err(settled());
    }
    Ok(fl!(text, "sign-in-failed", request = asked.request_id()))
}

pub async fn leave(post: Post) -> Answer {
    if let Err(error) = session::sign_out(&post.asked.session).await {
        return post.failed("/sent", &error).await;
    }
    post.asked.set_language_cookie(post.viewer.language());
    post.done("/sign-in", fl!(post.text, "sign-in-done-out")).await
}
