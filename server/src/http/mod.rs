//! Everything between the socket and the pages: which requests get through, under which limits, and what every
//! answer carries. What pages say and who may see them is `app`'s.

mod client;
mod errors;
mod forms;
mod headers;
mod health;
mod host;
mod identify;
mod limits;
mod sessions;
mod site;
mod streams;

pub use sessions::cookie_name;
pub use site::{Site, SiteError};

use crate::config::PublicUrl;
use axum::{Extension, Router, handler::HandlerWithoutStateExt as _, middleware as mw, routing::get};
use domain::portal::Portal;
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes as _, generate_route_list};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, csrf::CsrfLayer, services::ServeDir,
};

/// What the router is made of.
pub struct Web {
    pub portal: Arc<Portal>,
    pub site: Site,
    pub public_url: PublicUrl,
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// Loopback names are answered on this port, too.
    pub port: u16,
    /// Ends the streams of live progress, which would otherwise keep the server from stopping.
    pub stop: CancellationToken,
}

pub fn router(web: Web) -> Router {
    let Web { portal, site, public_url, trusted_proxies, port, stop } = web;
    let provide = {
        let portal = portal.clone();
        move || provide_context(portal.clone())
    };
    let options = site.leptos_options();
    let shell = {
        let options = options.clone();
        move || app::shell(options.clone())
    };
    let pages = generate_route_list(app::App);
    let not_found = leptos_axum::render_app_async_with_context(provide.clone(), shell.clone());
    let files = ServeDir::new(site.folder())
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .not_found_service(not_found.into_service());
    let limits = limits::Limits::of(&portal.settings);
    // Outermost first. Refusals come before the session is looked at, and still carry every header.
    let layers = ServiceBuilder::new()
        .layer(mw::from_fn_with_state(portal.world.clone(), identify::identify))
        .layer(mw::from_fn_with_state(headers::Headers::of(&public_url), headers::set))
        .layer(mw::from_fn(errors::dress))
        .layer(CatchPanicLayer::custom(errors::panicked))
        .layer(mw::from_fn_with_state(host::Allowed::of(&public_url, port), host::check))
        .layer(mw::from_fn_with_state(Arc::new(trusted_proxies), client::determine))
        .layer(CsrfLayer::new().with_rejection_response(errors::cross_site))
        .layer(mw::from_fn_with_state(limits, limits::keep))
        .layer(CompressionLayer::new())
        .layer(mw::from_fn_with_state(stop, streams::end_on_stop))
        .layer(mw::from_fn(sessions::unsaved))
        .layer(sessions::layer(portal.clone(), &public_url))
        .layer(mw::from_fn(sessions::answered))
        .layer(mw::from_fn(forms::no_errors_in_addresses));
    Router::new()
        .leptos_routes_with_context(&options, pages, provide, shell)
        .merge(app::routes())
        .route(health::PATH, get(health::healthy))
        .fallback_service(files)
        .with_state(options)
        .layer(Extension(portal))
        .layer(layers)
}
