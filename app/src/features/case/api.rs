//! `/api/case/withdraw`, `/api/case/decide`, `/api/case/restore`, `/api/case/restore/drop`.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::server_fn::ServerFn as _;

#[server(endpoint = "case/withdraw")]
pub async fn withdraw(#[server(default)] number: String) -> Result<(), ServerFnError> {
    let post = crate::guard::form(Withdraw::PATH, &super::form::page_of(&number)).await?;
    super::act::withdraw(post, &number).await
}

#[server(endpoint = "case/decide")]
pub async fn decide(
    #[server(default)] number: String,
    #[server(default)] digest: String,
    #[server(default)] verdict: String,
    #[server(default)] comment: String,
    #[server(default)] for_person: String,
) -> Result<(), ServerFnError> {
    let back = super::form::page_of(&number);
    let typed = super::form::Typed { words: comment.clone() };
    let post = crate::guard::form_keeping(Decide::PATH, &back, &for_person, &typed).await?;
    super::act::decide(post, &back, super::form::decided(&number, digest, &verdict, comment)).await
}

#[server(endpoint = "case/restore")]
pub async fn ask_restore(
    #[server(default)] number: String,
    #[server(default)] note: String,
    #[server(default)] for_person: String,
) -> Result<(), ServerFnError> {
    let back = super::form::page_of(&number);
    let typed = super::form::Typed { words: note.clone() };
    let post = crate::guard::form_keeping(AskRestore::PATH, &back, &for_person, &typed).await?;
    super::act::ask_restore(post, &number, note).await
}

#[server(endpoint = "case/restore/drop")]
pub async fn drop_restore(#[server(default)] number: String) -> Result<(), ServerFnError> {
    let post = crate::guard::form(DropRestore::PATH, &super::form::page_of(&number)).await?;
    super::act::drop_restore(post, &number).await
}
