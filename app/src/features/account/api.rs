//! `/api/language`, `/api/account/password`.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::server_fn::ServerFn as _;

/// From the header of every page, signed in or not.
#[server(endpoint = "language")]
pub async fn choose_language(
    #[server(default)] language: String,
    #[server(default)] next: String,
) -> Result<(), ServerFnError> {
    let (asked, viewer) = crate::guard::public(ChooseLanguage::PATH).await?;
    super::page::speak(asked, viewer, &language, &next).await
}

#[server(endpoint = "account/password")]
pub async fn change_password(
    #[server(default)] present: String,
    #[server(default)] fresh: String,
    #[server(default)] again: String,
) -> Result<(), ServerFnError> {
    let post = crate::guard::form(ChangePassword::PATH, "/account").await?;
    super::page::renew(post, super::form::read(present, fresh, &again)).await
}
