//! `/api/sign-in`, `/api/sign-out`.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::server_fn::ServerFn as _;

#[server(endpoint = "sign-in")]
pub async fn sign_in(
    #[server(default)] address: String,
    #[server(default)] password: String,
    #[server(default)] next: String,
) -> Result<(), ServerFnError> {
    let (asked, _) = crate::guard::public(SignIn::PATH).await?;
    super::page::enter(asked, &address, &password, &next).await
}

#[server(endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), ServerFnError> {
    let post = crate::guard::form(SignOut::PATH, "/sent").await?;
    super::page::leave(post).await
}
