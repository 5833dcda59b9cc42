//! What the live view of a case shows: made on the server, in the reader's language, and sent as JSON.

use serde::{Deserialize, Serialize};

/// One look at a case. Sentences are already in the reader's language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Changes whenever anything below does; the event id of the stream.
    pub pulse: String,
    pub state: String,
    pub explanation: String,
    /// Colour family of the state, as in [`ProgressRow::tone`].
    pub tone: String,
    pub done: usize,
    pub total: usize,
    /// `done` and `total` as a sentence.
    pub counted: String,
    /// Nothing more will come: the stream may be closed.
    pub finished: bool,
    /// Names what the page around offers (forms, links). When it differs, that page is out of date.
    pub offers: String,
    /// All targets at first; in the stream those that changed since the event before.
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
    /// Folder, group, reading: what is known beyond the label. May be empty.
    pub facts: String,
    /// Where the correction for this target stands; empty: there is none.
    pub correction: String,
    pub correction_tone: String,
}

impl Progress {
    /// This look without the rows that `earlier` has just so, in the same place.
    #[must_use]
    pub fn changes_since(&self, earlier: &Self) -> Self {
        let changed = self.rows.iter().enumerate().filter(|(at, row)| earlier.rows.get(*at) != Some(*row));
        Self { rows: changed.map(|(_, row)| row.clone()).collect(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(pulse: &str, rows: &[(&str, &str)]) -> Progress {
        let row = |(id, label): &(&str, &str)| ProgressRow {
            id: (*id).into(),
            label: (*label).into(),
            ..ProgressRow::default()
        };
        Progress { pulse: pulse.into(), rows: rows.iter().map(row).collect(), ..Progress::default() }
    }

    #[test]
    fn only_rows_that_changed_are_sent_again() {
        let first = look("1", &[("a", "waiting"), ("b", "waiting")]);
        let second = look("2", &[("a", "waiting"), ("b", "removed")]);
        assert_eq!(second.changes_since(&first), look("2", &[("b", "removed")]));
        assert_eq!(second.changes_since(&second).rows, []);
    }
}
