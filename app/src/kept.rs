//! What somebody typed, kept when the form could not be accepted: the session had expired, or a field was wrong.
//!
//! One form a session, returned only to the page it was typed on and only to the person it was typed by (the
//! form carries the person's id as a hidden field). Anything else that is found is dropped. Signing out
//! empties the session, and so does its end. Passwords and files must never be given to [`save`].

use crate::asked::Asked;
use domain::{ids::PersonId, portal::Portal, store::StoreError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tower_sessions::{Session, session::Error};

const KEY: &str = "kept";

/// Bytes of JSON. What is longer is not kept, and the person is told so.
pub const MOST: usize = 256 * 1024;

#[derive(Serialize, Deserialize)]
struct Kept {
    path: String,
    person: PersonId,
    fields: Value,
}

/// `path` without query, e.g. `/sent/…/ask`. False: too long to keep.
pub async fn save(
    session: &Session,
    path: &str,
    person: PersonId,
    fields: &impl Serialize,
) -> Result<bool, Error> {
    let fields = serde_json::to_value(fields)?;
    if fields.to_string().len() > MOST {
        return Ok(false);
    }
    session.insert(KEY, Kept { path: path.to_owned(), person, fields }).await?;
    Ok(true)
}

/// As [`save`], for somebody who isn't signed in (any more): that it was typed by `person`, only the form says.
/// False: too long or too much to keep, or for nobody we know.
pub async fn save_unsigned(
    asked: &Asked,
    path: &str,
    person: &str,
    fields: &(impl Serialize + Sync),
) -> bool {
    let Ok(person) = person.parse::<PersonId>() else { return false };
    if !is_ours(&asked.portal, person).await.unwrap_or(false) {
        return false;
    }
    let bytes = serde_json::to_vec(fields).map_or(usize::MAX, |json| json.len());
    bytes <= MOST
        && asked.portal.allowance.take(asked.client, bytes, asked.now())
        && save(&asked.session, path, person, fields).await.unwrap_or(false)
}

async fn is_ours(portal: &Portal, person: PersonId) -> Result<bool, StoreError> {
    Ok(portal.directory().await?.person(person).is_some_and(|person| person.active))
}

/// The fields typed on this page by this person, once.
pub async fn take<T: DeserializeOwned>(
    session: &Session,
    path: &str,
    person: PersonId,
) -> Result<Option<T>, Error> {
    let Some(value) = session.get_value(KEY).await? else { return Ok(None) };
    let Ok(kept) = serde_json::from_value::<Kept>(value) else {
        session.remove_value(KEY).await?;
        return Ok(None);
    };
    if kept.person == person && kept.path != path {
        return Ok(None);
    }
    session.remove_value(KEY).await?;
    if kept.person != person {
        return Ok(None);
    }
    Ok(serde_json::from_value(kept.fields).ok())
}

/// At sign-in: what another person left is dropped.
pub async fn only_of(session: &Session, person: PersonId) -> Result<(), Error> {
    if let Some(value) = session.get_value(KEY).await?
        && serde_json::from_value::<Kept>(value).is_ok_and(|kept| kept.person != person)
    {
        session.remove_value(KEY).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::testing::empty;
    use uuid::Uuid;

    const ASK: &str = "/sent/1/ask";

    fn person(n: u128) -> PersonId {
        PersonId(Uuid::from_u128(n))
    }

    async fn kept_by_mei() -> Session {
        let session = empty();
        assert!(save(&session, ASK, person(1), &["typed"]).await.unwrap());
        session
    }

    async fn taken(session: &Session, path: &str, by: u128) -> Option<Vec<String>> {
        take(session, path, person(by)).await.unwrap()
    }

    #[tokio::test]
    async fn comes_back_once_to_its_own_page() {
        let session = kept_by_mei().await;
        assert_eq!(taken(&session, "/sent/2/ask", 1).await, None);
        assert_eq!(taken(&session, ASK, 1).await, Some(vec!["typed".into()]));
        assert_eq!(taken(&session, ASK, 1).await, None);
    }

    #[tokio::test]
    async fn never_to_somebody_else() {
        let session = kept_by_mei().await;
        assert_eq!(taken(&session, ASK, 2).await, None);
        assert_eq!(taken(&session, ASK, 1).await, None, "it is dropped for good");
        let session = kept_by_mei().await;
        only_of(&session, person(2)).await.unwrap();
        assert_eq!(taken(&session, ASK, 1).await, None);
        let session = kept_by_mei().await;
        only_of(&session, person(1)).await.unwrap();
        assert!(taken(&session, ASK, 1).await.is_some());
    }

    #[tokio::test]
    async fn too_much_is_said_to_be_too_much() {
        assert!(!save(&empty(), ASK, person(1), &"x".repeat(MOST)).await.unwrap());
    }
}
