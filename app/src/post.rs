//! A posted form that was let through, and the three ways it can end: done, refused, failed. Each is a
//! redirect to a fixed page with a message, with scripts on and off alike.

use crate::{
    asked::Asked,
    failure::Failure,
    flash,
    guard::settled,
    i18n::{Text, fl},
    kept,
    kit::Tone,
    viewer::Viewer,
};
use domain::portal::Portal;
use leptos::prelude::ServerFnError;
use serde::Serialize;

pub type Answer = Result<(), ServerFnError>;

pub struct Post {
    pub asked: Asked,
    pub viewer: Viewer,
    pub text: Text,
}

impl Post {
    pub fn new(asked: Asked, viewer: Viewer) -> Self {
        let text = Text::of(viewer.language());
        Self { asked, viewer, text }
    }

    pub fn portal(&self) -> &Portal {
        &self.asked.portal
    }

    /// It is done.
    pub async fn done(&self, to: &str, sentence: String) -> Answer {
        self.end(to, Tone::Good, sentence).await
    }

    /// Nothing was done, and the person can do something about it.
    pub async fn refused(&self, to: &str, sentence: String) -> Answer {
        self.end(to, Tone::Bad, sentence).await
    }

    /// Nothing was done, and it is our fault; logged once, here. What may pass is answered on the spot: the
    /// browser's Back button then still has the form as it was typed.
    pub async fn failed(&self, to: &str, error: &(impl Failure + Sync)) -> Answer {
        tracing::error!(%error, request = self.asked.request_id(), path = self.asked.path(), "form failed");
        if error.is_passing() {
            self.asked.try_again_later();
            return Err(settled());
        }
        let sentence = fl!(self.text, "frame-failed", request = self.asked.request_id());
        self.end(to, Tone::Bad, sentence).await
    }

    /// On to the next step, without a message.
    pub fn go(&self, to: &str) -> Answer {
        self.asked.go(to);
        Ok(())
    }

    /// The fields wait for the form at `path`; before [`Self::refused`] or [`Self::failed`].
    pub async fn keep(&self, path: &str, fields: &(impl Serialize + Sync)) {
        if let Err(error) = kept::save(&self.asked.session, path, self.viewer.id(), fields).await {
            tracing::error!(%error, "the form can't be kept");
        }
    }

    async fn end(&self, to: &str, tone: Tone, sentence: String) -> Answer {
        if let Err(error) = flash::push(&self.asked.session, tone, sentence).await {
            tracing::error!(%error, "the session can't be written");
        }
        self.go(to)
    }
}
