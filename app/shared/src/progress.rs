//! What the live view of a case shows: made on the server, in the reader's language, and sent as JSON.

use serde::{Deserialize, Serialize};

/// One look at a case. Sentences are already in the reader's language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Changes whenever anything below does; the event id of the stream.
    pub pulse: String,
    pub state: String,
    pub explanation: String,
    pub done: usize,
    pub total: usize,
    /// Nothing more will come: the stream may be closed.
    pub finished: bool,
    pub rows: Vec<ProgressRow>,
}

/// One target of the case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressRow {
    pub id: String,
    pub name: String,
    pub address: String,
    pub label: String,
    /// Colour family: `good`, `busy`, `warn`, `bad`, `plain`.
    pub tone: String,
    pub advice: String,
}
