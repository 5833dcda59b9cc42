//! Pages that say what happened, what did not, and what to do.

use super::Section;
use crate::{
    asked::Asked,
    i18n::{Text, fl},
    kit::{ButtonKind, LinkButton},
    page::{Page, PageError},
};
use axum::http::StatusCode;
use leptos::prelude::*;

/// Sets the status; an internal cause is logged here, once, with the request's id.
pub fn error_page(asked: &Asked, text: Text, error: &PageError) -> Page {
    if let PageError::Unavailable(cause) | PageError::Failed(cause) = error {
        tracing::error!(cause, request = asked.request_id(), path = asked.path(), "page failed");
    }
    let (status, [title, happened, advice]) = words(text, error);
    asked.response.set_status(status);
    let (label, href) = match error {
        PageError::Unavailable(_) => (fl!(text, "frame-503-again"), asked.target.clone()),
        _ => (fl!(text, "frame-to-sent"), "/sent".to_owned()),
    };
    let request = fl!(text, "frame-request-id", request = asked.request_id());
    let body = view! {
        <div class="error-page">
            <p class="error-status">{status.as_u16()}</p>
            <h1>{title.clone()}</h1>
            <p>{happened}</p>
            <p>{advice}</p>
            <LinkButton kind=ButtonKind::Primary label href/>
            <p class="hint">{request}</p>
        </div>
    };
    Page { title, section: Section::Nowhere, body: body.into_any() }
}

/// Title, what happened, what to do.
fn words(text: Text, error: &PageError) -> (StatusCode, [String; 3]) {
    match error {
        PageError::NotFound => (
            StatusCode::NOT_FOUND,
            [fl!(text, "frame-404-title"), fl!(text, "frame-404-happened"), fl!(text, "frame-404-advice")],
        ),
        PageError::Forbidden => (
            StatusCode::FORBIDDEN,
            [fl!(text, "frame-403-title"), fl!(text, "frame-403-happened"), fl!(text, "frame-403-advice")],
        ),
        PageError::Unavailable(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            [fl!(text, "frame-503-title"), fl!(text, "frame-503-happened"), fl!(text, "frame-503-advice")],
        ),
        PageError::Failed(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            [fl!(text, "frame-500-title"), fl!(text, "frame-500-happened"), fl!(text, "frame-500-advice")],
        ),
    }
}
