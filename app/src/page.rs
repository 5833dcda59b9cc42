//! How a page comes about: guard, build, frame. Pages are functions from a [`Visit`] to a [`Page`].

use crate::{
    asked::Asked,
    failure::Failure,
    flash,
    guard::{self, Refusal},
    i18n::Text,
    kept,
    layout::{self, Section},
    local_path,
    query::Query,
    viewer::Viewer,
};
use domain::{case::ask::AskError, portal::Portal, store::StoreError, time::Timestamp};
use leptos::prelude::*;
use leptos_router::{hooks::use_params_map, params::ParamsMap};
use serde::de::DeserializeOwned;
use std::{future::Future, str::FromStr};

/// A finished page, without its frame.
pub struct Page {
    pub title: String,
    pub section: Section,
    pub body: AnyView,
}

/// Why there is no page.
#[derive(Debug)]
pub enum PageError {
    /// Missing, or somebody else's: the answer is the same.
    NotFound,
    Forbidden,
    /// It may be there in a moment. The cause, for the log.
    Unavailable(String),
    /// The cause, for the log.
    Failed(String),
}

impl PageError {
    pub fn failed(error: &impl Failure) -> Self {
        if error.is_passing() {
            Self::Unavailable(error.to_string())
        } else {
            Self::Failed(error.to_string())
        }
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Self::failed(&error)
    }
}

impl From<AskError> for PageError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::NotFound => Self::NotFound,
            other => Self::failed(&other),
        }
    }
}

/// What a page is built from.
pub struct Visit {
    pub asked: Asked,
    pub viewer: Viewer,
    pub text: Text,
    pub params: ParamsMap,
    pub query: Query,
}

impl Visit {
    pub fn portal(&self) -> &Portal {
        &self.asked.portal
    }

    pub fn now(&self) -> Timestamp {
        self.asked.now()
    }

    /// A part of the path; what can't be read isn't there.
    pub fn param<T: FromStr>(&self, name: &str) -> Result<T, PageError> {
        self.params.get_str(name).and_then(|text| text.parse().ok()).ok_or(PageError::NotFound)
    }

    /// What was typed on this page before the form could not be accepted.
    pub async fn kept<T: DeserializeOwned>(&self) -> Option<T> {
        kept::take(&self.asked.session, self.asked.path(), self.viewer.id()).await.ok().flatten()
    }
}

/// A page for signed-in people. `route` as in [`crate::access::PAGES`].
pub fn page<F, Fut>(route: &'static str, build: F) -> impl IntoView
where
    F: FnOnce(Visit) -> Fut + Send + 'static,
    Fut: Future<Output = Result<Page, PageError>> + Send + 'static,
{
    let params = use_params_map().get_untracked();
    framed(route, move |asked, viewer| async move {
        let Some(viewer) = viewer else { return Err(PageError::Forbidden) };
        let text = Text::of(viewer.language());
        let query = asked.query.clone();
        build(Visit { asked, viewer, text, params, query }).await
    })
}

/// A page for everybody; the viewer is known when signed in.
pub fn framed<F, Fut>(route: &'static str, build: F) -> impl IntoView
where
    F: FnOnce(Asked, Option<Viewer>) -> Fut + Send + 'static,
    Fut: Future<Output = Result<Page, PageError>> + Send + 'static,
{
    let asked = Asked::take();
    let view = async move {
        let Some(asked) = asked else { return ().into_any() };
        match guard::page(&asked, route).await {
            Ok(viewer) => {
                let page = build(asked.clone(), viewer.clone()).await;
                dressed(asked, viewer, page).await
            }
            Err(Refusal::SignIn) => {
                asked.go(&local_path::sign_in(&asked.target));
                ().into_any()
            }
            Err(Refusal::Forbidden) => {
                let viewer = crate::viewer::current(&asked).await.ok().flatten();
                dressed(asked, viewer, Err(PageError::Forbidden)).await
            }
            Err(other) => dressed(asked, None, Err(PageError::failed(&other))).await,
        }
    };
    view! { <Suspense>{Suspend::new(view)}</Suspense> }
}

pub async fn dressed(asked: Asked, viewer: Option<Viewer>, page: Result<Page, PageError>) -> AnyView {
    let text = viewer.as_ref().map_or_else(|| asked.text(), |viewer| Text::of(viewer.language()));
    let page = page.unwrap_or_else(|error| layout::error_page(&asked, text, &error));
    let messages = flash::take(&asked.session, asked.path(), asked.now()).await.unwrap_or_default();
    let banner = layout::banner(&asked, viewer.as_ref(), text).await;
    layout::frame(&asked, viewer.as_ref(), text, page, messages, banner)
}
