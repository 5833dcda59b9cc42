//! One request, as pages, server functions and handlers need it: services, session, language, where it went.

use crate::{i18n::Text, query::Query};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use domain::{portal::Portal, time::Timestamp};
use leptos::{
    nonce::{Nonce, use_nonce},
    prelude::use_context,
};
use leptos_axum::ResponseOptions;
use shared::Language;
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};
use tower_sessions::Session;

/// Who calls, as the server determined it (connection or trusted proxy); put into the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct ClientIp(pub IpAddr);

/// The language of people who aren't signed in.
pub const LANGUAGE_COOKIE: &str = "recant-language";

#[derive(Clone)]
pub struct Asked {
    pub portal: Arc<Portal>,
    pub session: Session,
    pub response: ResponseOptions,
    /// Path and query. For links back; in the log stands [`Self::path`], because queries hold what people search for.
    pub target: String,
    pub query: Query,
    pub client: IpAddr,
    /// Of the page's own scripts; none outside of pages.
    pub nonce: Option<Nonce>,
    headers: HeaderMap,
}

impl Asked {
    /// From Leptos' context; take it before any await. None: the server was put together wrongly.
    pub fn take() -> Option<Self> {
        Self::new(use_context()?, &use_context::<Parts>()?, use_context().unwrap_or_default())
    }

    /// For plain axum handlers.
    pub fn of_parts(portal: Arc<Portal>, parts: &Parts) -> Option<Self> {
        Self::new(portal, parts, ResponseOptions::default())
    }

    fn new(portal: Arc<Portal>, parts: &Parts, response: ResponseOptions) -> Option<Self> {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Some(Self {
            portal,
            session: parts.extensions.get::<Session>()?.clone(),
            response,
            target: parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
            query: Query::of(&parts.uri),
            client: parts.extensions.get::<ClientIp>().map_or(nowhere, |client| client.0),
            nonce: use_nonce(),
            headers: parts.headers.clone(),
        })
    }

    pub fn now(&self) -> Timestamp {
        self.portal.world.now()
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or("/")
    }

    /// What people read out when they report an error.
    pub fn request_id(&self) -> String {
        self.header("x-request-id").unwrap_or("-").chars().take(64).collect()
    }

    /// Of somebody who isn't signed in: cookie, then browser, then English.
    pub fn language(&self) -> Language {
        let cookies = self.header(header::COOKIE.as_str()).unwrap_or_default();
        let chosen = cookies.split(';').find_map(|cookie| {
            let (name, value) = cookie.trim().split_once('=')?;
            (name == LANGUAGE_COOKIE).then(|| Language::from_tag(value)).flatten()
        });
        let browser = || self.header("accept-language").and_then(Language::from_accept_language);
        chosen.or_else(browser).unwrap_or_default()
    }

    pub fn text(&self) -> Text {
        Text::of(self.language())
    }

    /// Ends the request elsewhere: 303 for pages and forms alike.
    pub fn go(&self, to: &str) {
        if let Ok(to) = HeaderValue::from_str(to) {
            self.response.insert_header(header::LOCATION, to);
            self.response.set_status(StatusCode::SEE_OTHER);
        }
    }

    /// Ends the request without having done anything: the server's layers then say so, and ask to try again. Not
    /// through the session, which is in the same database.
    pub fn try_again_later(&self) {
        self.response.set_status(StatusCode::SERVICE_UNAVAILABLE);
    }

    pub fn set_language_cookie(&self, language: Language) {
        let cookie =
            format!("{LANGUAGE_COOKIE}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax", language.tag());
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            self.response.append_header(header::SET_COOKIE, cookie);
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
