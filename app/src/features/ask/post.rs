//! `POST /api/ask`: whatever button of the form was pressed, everything typed is saved first.
//! A plain handler, because files come with it and the body has its own limit.

use super::{
    form::{Act, Typed, name},
    letter::{self, About},
    receive::{File, Received, Refused, receive},
};
use crate::{
    asked::Asked,
    failure::Failure as _,
    flash,
    guard::{self, Refusal},
    i18n::{Text, fl},
    kept,
    kit::Tone,
    local_path,
    post::Post,
    show,
};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Request},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::post,
};
use domain::{
    case::ask::{self, AskError, MAX_UPLOADS, Offer},
    ids::{DraftId, SentId},
    portal::Portal,
};
use std::sync::Arc;

/// In [`crate::access::HANDLERS`] and [`crate::access::UPLOADS`].
pub const ROUTE: &str = "/api/ask";

/// The body is limited by the server, according to the settings.
pub fn handlers<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(ROUTE, post(handle).layer(DefaultBodyLimit::disable()))
}

/// The form of a draft.
pub fn form_page(sent: SentId, draft: DraftId) -> String {
    format!("/sent/{sent}/ask?draft={draft}")
}

pub fn check_page(draft: DraftId) -> String {
    format!("/drafts/{draft}")
}

async fn handle(Extension(portal): Extension<Arc<Portal>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(asked) = Asked::of_parts(portal, &parts) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let allowed = guard::handler(&asked, ROUTE).await;
    let limit = if allowed.is_ok() { asked.portal.settings.max_upload } else { 0 };
    let Some(received) = receive(Request::from_parts(parts, body), limit).await else {
        return Redirect::to("/sent").into_response();
    };
    let place = match allowed {
        Ok(viewer) => accept(&Post::new(asked, viewer), received).await,
        Err(Refusal::SignIn) => Ok(keep(&asked, &received).await),
        Err(other) => {
            tracing::error!(error = %other, request = asked.request_id(), "the form was turned away");
            if other.is_passing() {
                Err(TryAgain)
            } else {
                let sentence = fl!(asked.text(), "frame-failed", request = asked.request_id());
                say(&asked, Tone::Bad, sentence).await;
                Ok("/sent".to_owned())
            }
        }
    };
    match place {
        Ok(place) => Redirect::to(&place).into_response(),
        Err(TryAgain) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The database is busy, full or out of reach: nothing can wait in the session either, and the browser's Back
/// button still has the form as it was typed.
struct TryAgain;

/// Saves, attaches, and says where to go on.
async fn accept(post: &Post, received: Received) -> Result<String, TryAgain> {
    let act = received.fields.act();
    let Some(typed) = received.fields.read() else { return Ok("/sent".to_owned()) };
    let form = form_page(typed.sent, typed.draft);
    let saved = save(post, act, typed.clone()).await;
    if let Err(error) = saved {
        return not_saved(post, &typed, error).await;
    }
    let refused = attach(post, typed.draft, received.files, received.refused).await?;
    let goes_on = act == Act::Check && !refused;
    Ok(if goes_on { check_page(typed.draft) } else { format!("{form}{}", act.anchor()) })
}

async fn save(post: &Post, act: Act, typed: Typed) -> Result<(), AskError> {
    let (portal, person) = (post.portal(), &post.viewer.person);
    let offer = ask::offer(portal, person, typed.sent).await?;
    let about = About { message: &offer.message, sender: &offer.owner, zone: portal.settings.time_zone };
    let Typed { sent, draft, .. } = typed;
    ask::save(portal, person, draft, sent, acted(typed, act, about, &offer).form).await?;
    if let Act::Remove(upload) = act {
        ask::detach(portal, person, draft, upload).await?;
    }
    Ok(())
}

/// The form after the button did its work.
fn acted(mut typed: Typed, act: Act, about: About, offer: &Offer) -> Typed {
    let language = typed.language;
    let everybody = offer.recipients.iter();
    match act {
        Act::Everybody => typed.form.recipients = everybody.map(|one| one.address.clone()).collect(),
        Act::InsideOnly => {
            let inside = everybody.filter(|one| one.person().is_some());
            typed.form.recipients = inside.map(|one| one.address.clone()).collect();
        }
        Act::Nobody => typed.form.recipients.clear(),
        Act::Template => letter::use_template(about, &mut typed.form, language),
        Act::Check | Act::Attach | Act::Remove(_) => {}
    }
    letter::follow(about, &mut typed.form, language);
    typed
}

/// True: a file was not taken, and the person is told which and why.
async fn attach(
    post: &Post,
    draft: DraftId,
    files: Vec<File>,
    mut refused: Vec<Refused>,
) -> Result<bool, TryAgain> {
    let (portal, person) = (post.portal(), &post.viewer.person);
    let mut sentences = Vec::new();
    for File { name, content_type, bytes } in files {
        match ask::attach(portal, person, draft, &name, &content_type, &bytes).await {
            Ok(_) => {}
            Err(AskError::TooLarge(_)) => refused.push(Refused::TooLarge(name)),
            Err(AskError::TooMany) => {
                sentences.push(fl!(post.text, "ask-file-too-many", name = name, most = MAX_UPLOADS));
            }
            Err(AskError::TooMuchUnfinished(most)) => {
                let limit = show::size(most);
                sentences.push(fl!(post.text, "ask-file-too-much-unfinished", name = name, limit = limit));
            }
            Err(error) => {
                let request = post.asked.request_id();
                tracing::error!(%error, request, "a file can't be kept");
                if error.is_passing() {
                    return Err(TryAgain);
                }
                sentences.push(fl!(post.text, "ask-file-failed", name = name, request = request));
            }
        }
    }
    let limit = show::size(portal.settings.max_upload);
    sentences.extend(refused.into_iter().map(|refused| why(post.text, refused, &limit)));
    let any = !sentences.is_empty();
    for sentence in sentences {
        say(&post.asked, Tone::Bad, sentence).await;
    }
    Ok(any)
}

fn why(text: Text, refused: Refused, limit: &str) -> String {
    match refused {
        Refused::Empty(name) => fl!(text, "ask-file-empty", name = name),
        Refused::TooLarge(name) => fl!(text, "ask-file-too-large", name = name, limit = limit),
        Refused::BrokenOff => fl!(text, "ask-file-broken-off", limit = limit),
    }
}

async fn not_saved(post: &Post, typed: &Typed, error: AskError) -> Result<String, TryAgain> {
    let place = match error {
        AskError::Done(number) => {
            say(&post.asked, Tone::Busy, fl!(post.text, "ask-done-already", number = number.to_string()))
                .await;
            format!("/cases/{number}")
        }
        // The page answers 404.
        AskError::NotFound => form_page(typed.sent, typed.draft),
        other => {
            tracing::error!(error = %other, request = post.asked.request_id(), "the draft can't be saved");
            if other.is_passing() {
                return Err(TryAgain);
            }
            post.keep(&format!("/sent/{}/ask", typed.sent), typed).await;
            say(&post.asked, Tone::Bad, fl!(post.text, "frame-failed", request = post.asked.request_id()))
                .await;
            form_page(typed.sent, typed.draft)
        }
    };
    Ok(place)
}

/// The session has expired: what was typed waits for the person it belongs to. Files can't wait.
async fn keep(asked: &Asked, received: &Received) -> String {
    let Some(typed) = received.fields.read() else { return local_path::sign_in("/sent") };
    let path = format!("/sent/{}/ask", typed.sent);
    let saved = kept::save_unsigned(asked, &path, received.fields.one(name::PERSON), &typed).await;
    let text = asked.text();
    let (tone, sentence) = if saved {
        (Tone::Busy, fl!(text, "frame-session-ended-kept"))
    } else {
        (Tone::Warn, fl!(text, "frame-session-ended-lost"))
    };
    say(asked, tone, sentence).await;
    local_path::sign_in(&form_page(typed.sent, typed.draft))
}

async fn say(asked: &Asked, tone: Tone, sentence: String) {
    if let Err(error) = flash::push(&asked.session, tone, sentence).await {
        tracing::error!(%error, "the session can't be written");
    }
}
