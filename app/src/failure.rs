//! Errors that say whether trying again soon may help: a database that is busy, full or out of reach is answered
//! with 503 and "try again", anything else with 500. Services' errors are known here by name, because
//! `#[error(transparent)]` hides the store's own error from whoever walks the chain of causes.

use crate::viewer::ViewerError;
use axum::http::StatusCode;
use domain::{
    account::{ChangePasswordError, SignInError},
    case::{
        ask::AskError, decide::DecideError, flow::FlowError, request::RequestError, restore::RestoreError,
    },
    engine_switch::SwitchError,
    store::StoreError,
};
use std::fmt::Display;
use tower_sessions::{session, session_store};

pub trait Failure: Display {
    /// It may have gone by in a moment.
    fn is_passing(&self) -> bool;
}

/// Of an answer without words.
pub fn status(error: &impl Failure) -> StatusCode {
    if error.is_passing() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR }
}

impl Failure for StoreError {
    fn is_passing(&self) -> bool {
        Self::is_passing(self)
    }
}

/// The server's session store reports what passes as `Backend`, and nothing else.
impl Failure for session::Error {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Store(session_store::Error::Backend(_)))
    }
}

impl Failure for ViewerError {
    fn is_passing(&self) -> bool {
        match self {
            Self::Store(error) => error.is_passing(),
            Self::Session(error) => error.is_passing(),
        }
    }
}

impl Failure for AskError {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_passing())
    }
}

impl Failure for RequestError {
    fn is_passing(&self) -> bool {
        match self {
            Self::Store(error) | Self::Flow(FlowError::Store(error)) => error.is_passing(),
            _ => false,
        }
    }
}

impl Failure for DecideError {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_passing())
    }
}

impl Failure for RestoreError {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Decide(error) if error.is_passing())
    }
}

impl Failure for SwitchError {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_passing())
    }
}

impl Failure for SignInError {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_passing())
    }
}

impl Failure for ChangePasswordError {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_passing())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_database_passes_wherever_it_shows_and_a_broken_one_does_not() {
        let full = || StoreError::Full;
        assert!(full().is_passing() && AskError::Store(full()).is_passing());
        assert!(RequestError::Store(full()).is_passing());
        assert!(RequestError::Flow(FlowError::Store(full())).is_passing());
        assert!(DecideError::Store(full()).is_passing() && SignInError::Store(full()).is_passing());
        assert!(RestoreError::from(full()).is_passing() && !RestoreError::NothingKept.is_passing());
        assert!(ChangePasswordError::Store(full()).is_passing() && ViewerError::Store(full()).is_passing());
        let broken = || StoreError::Unreadable("state".into());
        assert!(!broken().is_passing() && !AskError::Store(broken()).is_passing());
        assert!(!RequestError::NotFound.is_passing() && !DecideError::OtherTargets.is_passing());
    }

    #[test]
    fn a_session_passes_when_its_store_does() {
        let unsaved = |error| ViewerError::Session(session::Error::Store(error));
        assert!(unsaved(session_store::Error::Backend("busy".into())).is_passing());
        assert!(!unsaved(session_store::Error::Decode("rubbish".into())).is_passing());
    }
}
