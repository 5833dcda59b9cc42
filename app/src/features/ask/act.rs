//! What the check page's two forms do: make the case, once, or throw the draft away.

use super::{marks, post::check_page};
use crate::{
    i18n::fl,
    post::{Answer, Post},
};
use domain::{
    case::{
        ask::{self, AskError, Preview},
        draft::{Draft, DraftForm},
        request::{self, RequestError},
    },
    ids::DraftId,
    shared::{Intent, ReasonKind},
};

/// The page to return to after signing in again.
pub fn back(draft: &str) -> String {
    draft.parse().map_or_else(|_| "/sent".to_owned(), check_page)
}

/// `seen`: [`version`] of what the check page showed. `as_is`: send the letter with its open places.
/// Pressed twice, or again after going back, it leads to the same case (I10).
pub async fn request(post: Post, draft: &str, seen: &str, as_is: bool) -> Answer {
    let Ok(id) = draft.parse::<DraftId>() else { return post.go("/sent") };
    let here = check_page(id);
    let (portal, person) = (post.portal(), &post.viewer.person);
    let preview = match ask::preview(portal, person, id).await {
        Ok(preview) => preview,
        // The page answers 404.
        Err(AskError::NotFound) => return post.go(&here),
        Err(other) => return post.failed(&here, &other).await,
    };
    if let Some(number) = preview.case {
        return post.go(&format!("/cases/{number}"));
    }
    if seen != version(&preview.draft) {
        return post.refused(&here, fl!(post.text, "check-changed")).await;
    }
    if has_open_places(&preview) && !as_is {
        return post.refused(&here, fl!(post.text, "check-open-places-refused")).await;
    }
    match request::request(portal, person, id).await {
        Ok(number) => {
            post.done(&format!("/cases/{number}"), fl!(post.text, "check-done", number = number.to_string()))
                .await
        }
        Err(RequestError::Problems(_)) => post.refused(&here, fl!(post.text, "check-problems-refused")).await,
        // The page has the way to that case, if it is theirs to see.
        Err(RequestError::AlreadyOpen(_)) => post.refused(&here, fl!(post.text, "ask-open-case-title")).await,
        Err(RequestError::NotFound) => post.go(&here),
        Err(other) => post.failed(&here, &other).await,
    }
}

/// Changes with everything the check page shows of the draft.
pub fn version(draft: &Draft) -> String {
    draft.updated_at.0.to_string()
}

pub fn has_open_places(preview: &Preview) -> bool {
    let form = &preview.draft.form;
    form.has_correction() && !(marks::left(&form.subject).is_empty() && marks::left(&form.text).is_empty())
}

/// Files and text go at once; the empty row goes with the other old drafts.
pub async fn discard(post: Post, draft: &str) -> Answer {
    let Ok(id) = draft.parse::<DraftId>() else { return post.go("/sent") };
    match empty(&post, id).await {
        Ok(sent) => post.done(&sent, fl!(post.text, "check-discarded")).await,
        Err(AskError::Done(number)) => post.go(&format!("/cases/{number}")),
        Err(AskError::NotFound) => post.go(&check_page(id)),
        Err(other) => post.failed(&check_page(id), &other).await,
    }
}

async fn empty(post: &Post, id: DraftId) -> Result<String, AskError> {
    let (portal, person) = (post.portal(), &post.viewer.person);
    let (draft, uploads) = ask::draft(portal, person, id).await?;
    for upload in uploads {
        ask::detach(portal, person, id, upload.id).await?;
    }
    let nothing = DraftForm {
        intent: Intent::Recall,
        recipients: Vec::new(),
        include_read: false,
        reason: ReasonKind::Other,
        note: String::new(),
        subject: String::new(),
        text: String::new(),
    };
    ask::save(portal, person, id, draft.sent, nothing).await?;
    Ok(format!("/sent/{}", draft.sent))
}
