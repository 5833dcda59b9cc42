//! The one place that lets a request through: every page, form, call and handler asks here first.

use crate::{
    access::{self, Access},
    asked::Asked,
    failure::{self, Failure},
    flash,
    i18n::{Text, fl},
    kept,
    kit::Tone,
    local_path,
    post::Post,
    viewer::{self, Viewer, ViewerError},
};
use axum::http::StatusCode;
use leptos::prelude::ServerFnError;
use serde::Serialize;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum Refusal {
    #[error("not signed in")]
    SignIn,
    #[error("not allowed")]
    Forbidden,
    #[error("{0} is not in the access table")]
    Unlisted(String),
    #[error(transparent)]
    Viewer(#[from] ViewerError),
}

impl Failure for Refusal {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Viewer(error) if error.is_passing())
    }
}

impl Refusal {
    /// For handlers that answer without words. Who may not see something isn't told that it is there.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::Unlisted(_) => StatusCode::NOT_FOUND,
            Self::Viewer(error) => failure::status(error),
        }
    }
}

async fn check(asked: &Asked, access: Option<Access>, path: &str) -> Result<Option<Viewer>, Refusal> {
    let access = access.ok_or_else(|| Refusal::Unlisted(path.to_owned()))?;
    let viewer = viewer::current(asked).await?;
    match &viewer {
        Some(viewer) if access.allows(viewer) => {}
        Some(_) => return Err(Refusal::Forbidden),
        None if access == Access::Public => {}
        None => return Err(Refusal::SignIn),
    }
    Ok(viewer)
}

/// `route` as it stands in [`access::PAGES`]. The viewer is None on public pages only.
pub async fn page(asked: &Asked, route: &str) -> Result<Option<Viewer>, Refusal> {
    check(asked, access::of(access::PAGES, route), route).await
}

/// For plain handlers; `route` as it stands in [`access::HANDLERS`].
pub async fn handler(asked: &Asked, route: &str) -> Result<Viewer, Refusal> {
    check(asked, access::of(access::HANDLERS, route), route).await?.ok_or(Refusal::SignIn)
}

/// First line of a server function behind a form. `path` is its `PATH`; `back` the page the form is on, to
/// which a person returns after signing in again. On `Err` the answer is already settled: pass it on with `?`.
pub async fn form(path: &str, back: &str) -> Result<Post, ServerFnError> {
    let (asked, checked) = begin(path).await?;
    match checked {
        Ok(Some(viewer)) => Ok(Post::new(asked, viewer)),
        Ok(None) | Err(Refusal::SignIn) => Err(sign_in_again(&asked, back, None).await),
        Err(other) => Err(turn_away(&asked, &other).await),
    }
}

/// As [`form`], and what was typed waits on the page `back` when the session has expired.
/// `person` is the form's hidden field (kit `ForPerson`).
pub async fn form_keeping<T: Serialize + Sync>(
    path: &str,
    back: &str,
    person: &str,
    fields: &T,
) -> Result<Post, ServerFnError> {
    let (asked, checked) = begin(path).await?;
    match checked {
        Ok(Some(viewer)) => Ok(Post::new(asked, viewer)),
        Ok(None) | Err(Refusal::SignIn) => {
            let saved = kept::save_unsigned(&asked, back, person, fields).await;
            Err(sign_in_again(&asked, back, Some(saved)).await)
        }
        Err(other) => Err(turn_away(&asked, &other).await),
    }
}

/// For public forms: signing in, choosing a language.
pub async fn public(path: &str) -> Result<(Asked, Option<Viewer>), ServerFnError> {
    let (asked, checked) = begin(path).await?;
    match checked {
        Ok(viewer) => Ok((asked, viewer)),
        Err(other) => Err(turn_away(&asked, &other).await),
    }
}

async fn begin(path: &str) -> Result<(Asked, Result<Option<Viewer>, Refusal>), ServerFnError> {
    let asked = Asked::take().ok_or_else(settled)?;
    let checked = check(&asked, access::of(access::SERVER_FNS, path), path).await;
    Ok((asked, checked))
}

/// `kept`: whether typed text was saved; None when there was nothing to save.
async fn sign_in_again(asked: &Asked, back: &str, kept: Option<bool>) -> ServerFnError {
    let text = asked.text();
    let (tone, sentence) = match kept {
        None => (Tone::Busy, fl!(text, "frame-session-ended")),
        Some(true) => (Tone::Busy, fl!(text, "frame-session-ended-kept")),
        Some(false) => (Tone::Warn, fl!(text, "frame-session-ended-lost")),
    };
    say(asked, tone, sentence).await;
    asked.go(&local_path::sign_in(back));
    settled()
}

async fn turn_away(asked: &Asked, refusal: &Refusal) -> ServerFnError {
    let text: Text = asked.text();
    let sentence = match refusal {
        Refusal::Viewer(error) => {
            tracing::error!(%error, request = asked.request_id(), "the viewer can't be determined");
            if error.is_passing() {
                asked.try_again_later();
                return settled();
            }
            fl!(text, "frame-failed", request = asked.request_id())
        }
        refusal => {
            tracing::warn!(%refusal, path = asked.path(), "refused");
            fl!(text, "frame-forbidden")
        }
    };
    say(asked, Tone::Bad, sentence).await;
    asked.go("/sent");
    settled()
}

async fn say(asked: &Asked, tone: Tone, sentence: String) {
    if let Err(error) = flash::push(&asked.session, tone, sentence).await {
        tracing::error!(%error, "the session can't be written");
    }
}

/// The answer is a redirect already; this text reaches nobody.
pub fn settled() -> ServerFnError {
    ServerFnError::ServerError("refused".to_owned())
}
