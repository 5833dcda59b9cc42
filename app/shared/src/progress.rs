//! What the live view of a case shows: made on the server, in the reader's language, and sent as JSON.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// How many targets stand alike, the most urgent first. Empty: there is one target only.
    pub groups: Vec<ProgressGroup>,
    /// All targets at first, the most urgent first; in the stream those that changed since the event before.
    pub rows: Vec<ProgressRow>,
}

/// One kind of state among the targets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressGroup {
    /// The state and how many.
    pub said: String,
    /// As in [`ProgressRow::tone`].
    pub tone: String,
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
    /// This look without the rows that `earlier` has just so, in whatever place.
    #[must_use]
    pub fn changes_since(&self, earlier: &Self) -> Self {
        let known: BTreeMap<&str, &ProgressRow> =
            earlier.rows.iter().map(|row| (row.id.as_str(), row)).collect();
        let changed = self.rows.iter().filter(|row| known.get(row.id.as_str()) != Some(row));
        Self { rows: changed.cloned().collect(), ..self.clone() }
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
        let sorted_anew = look("3", &[("b", "removed"), ("a", "waiting")]);
        assert_eq!(sorted_anew.changes_since(&second).rows, []);
    }
}
