//! The signed-in person, looked up anew for every request: who left or lost a role is out at once.

use crate::{asked::Asked, session};
use domain::shared::Language;
use domain::{
    ids::PersonId,
    org::{Directory, Person},
    store::StoreError,
};
use std::sync::Arc;
use thiserror::Error;

#[derive(Clone, Debug)]
pub struct Viewer {
    pub person: Person,
    /// Cases may come to them for a decision.
    pub decides: bool,
    pub directory: Arc<Directory>,
}

#[derive(Debug, Error)]
pub enum ViewerError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Session(#[from] tower_sessions::session::Error),
}

impl Viewer {
    pub fn id(&self) -> PersonId {
        self.person.id
    }

    pub fn language(&self) -> Language {
        self.person.language
    }
}

/// None: nobody is signed in, or they have left the organisation since.
pub async fn current(asked: &Asked) -> Result<Option<Viewer>, ViewerError> {
    let Some(id) = session::person(&asked.session, asked.now()).await? else { return Ok(None) };
    let directory = asked.portal.directory().await?;
    let Some(person) = directory.person(id).filter(|person| person.active).cloned() else { return Ok(None) };
    let decides = directory.decides(id);
    Ok(Some(Viewer { person, decides, directory }))
}
