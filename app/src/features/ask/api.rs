//! `/api/drafts/request` (the one button) and `/api/drafts/discard`.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::server_fn::ServerFn as _;

#[server(endpoint = "drafts/request")]
pub async fn request_case(
    #[server(default)] draft: String,
    #[server(default)] seen: String,
    #[server(default)] as_is: String,
) -> Result<(), ServerFnError> {
    let post = crate::guard::form(RequestCase::PATH, &super::act::back(&draft)).await?;
    super::act::request(post, &draft, &seen, as_is == "yes").await
}

#[server(endpoint = "drafts/discard")]
pub async fn discard_draft(#[server(default)] draft: String) -> Result<(), ServerFnError> {
    let post = crate::guard::form(DiscardDraft::PATH, &super::act::back(&draft)).await?;
    super::act::discard(post, &draft).await
}
