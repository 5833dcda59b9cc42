//! `/api/admin/roles`.

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
