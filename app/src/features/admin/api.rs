//! `/api/admin/…`.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::server_fn::ServerFn as _;

#[server(endpoint = "admin/roles")]
pub async fn set_roles(
    #[server(default)] person: String,
    #[server(default)] roles: Vec<String>,
) -> Result<(), ServerFnError> {
    let post = crate::guard::form(SetRoles::PATH, "/admin/people").await?;
    super::people::set_roles(post, &person, super::form::roles(&roles)).await
}

#[server(endpoint = "admin/engine/stop")]
pub async fn stop_engine(
    #[server(default)] for_person: String,
    #[server(default)] reason: String,
) -> Result<(), ServerFnError> {
    let typed = super::form::Reason { reason };
    let post = crate::guard::form_keeping(StopEngine::PATH, "/admin/engine", &for_person, &typed).await?;
    super::engine::stop(post, typed).await
}

#[server(endpoint = "admin/engine/start")]
pub async fn start_engine() -> Result<(), ServerFnError> {
    let post = crate::guard::form(StartEngine::PATH, "/admin/engine").await?;
    super::engine::start(post).await
}
