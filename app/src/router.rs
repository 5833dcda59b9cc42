//! Which page stands at which address. Adding one: a route here, a line in [`crate::access`].

use crate::{
    asked::Asked,
    features::{account, admin, approvals, ask, case, helpdesk, message, sent, sign_in},
    page::PageError,
};
use axum::{Router as Handlers, response::Redirect, routing::get};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/sign-in") view=sign_in::page::SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/account") view=account::page::AccountPage ssr=SsrMode::Async/>
                <Route path=path!("/sent") view=sent::page::SentPage ssr=SsrMode::Async/>
                <Route path=path!("/sent/:id") view=message::page::MessagePage ssr=SsrMode::Async/>
                <Route path=path!("/sent/:id/ask") view=ask::page::AskPage ssr=SsrMode::Async/>
                <Route path=path!("/drafts/:id") view=ask::check::CheckPage ssr=SsrMode::Async/>
                <Route path=path!("/cases") view=case::list::CasesPage ssr=SsrMode::Async/>
                <Route path=path!("/cases/:number") view=case::page::CasePage ssr=SsrMode::Async/>
                <Route path=path!("/cases/:number/report") view=case::report::ReportPage ssr=SsrMode::Async/>
                <Route path=path!("/approvals") view=approvals::page::ApprovalsPage ssr=SsrMode::Async/>
                <Route path=path!("/helpdesk") view=helpdesk::page::HelpdeskPage ssr=SsrMode::Async/>
                <Route path=path!("/admin/people") view=admin::people::PeoplePage ssr=SsrMode::Async/>
                <Route path=path!("/admin/doctor") view=admin::doctor::DoctorPage ssr=SsrMode::Async/>
                <Route path=path!("/admin/engine") view=admin::engine::EnginePage ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}

/// An address of no page; the same frame, and 404.
#[component]
fn NotFound() -> impl IntoView {
    let asked = Asked::take();
    let view = async move {
        let Some(asked) = asked else { return ().into_any() };
        let viewer = crate::viewer::current(&asked).await.ok().flatten();
        crate::page::dressed(asked, viewer, Err(PageError::NotFound)).await
    };
    view! { <Suspense>{Suspend::new(view)}</Suspense> }
}

/// What isn't a Leptos page. Listed in [`crate::access::HANDLERS`].
/// The server adds `Extension<Arc<Portal>>` and the session layer around it.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Handlers<S> {
    Handlers::new()
        .route("/", get(|| async { Redirect::temporary("/sent") }))
        .route(sent::results::ROUTE, get(sent::results::results))
        .route(case::report::CSV_ROUTE, get(case::report::csv))
        .route(helpdesk::page::CSV_ROUTE, get(helpdesk::page::csv))
        .merge(case::events::handlers())
        .merge(ask::post::handlers())
}
