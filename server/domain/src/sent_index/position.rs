//! How far somebody's Sent folders are in the index: the mail system's cursor, and that some of what is before it
//! couldn't be read. That is listed once more in a while; what is in the index by then isn't read again.

use crate::time::Timestamp;
use std::time::Duration;

/// What can't be read is mostly broken or too large, and stays so until somebody acts.
const AGAIN_AFTER: Duration = Duration::from_hours(6);

const MARK: &str = "unread;";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// None: from the beginning.
    pub cursor: Option<String>,
    /// When something couldn't be read last.
    pub unread: Option<Timestamp>,
}

impl Position {
    pub fn parse(kept: Option<String>) -> Self {
        let Some(kept) = kept else { return Self::default() };
        let marked = kept.strip_prefix(MARK).and_then(|rest| rest.split_once(';'));
        match marked.and_then(|(at, cursor)| Some((at.parse().ok()?, cursor))) {
            Some((at, cursor)) => Self { cursor: Some(cursor.to_owned()), unread: Some(Timestamp(at)) },
            None => Self { cursor: Some(kept), unread: None },
        }
    }

    /// Where a reading begins at that time.
    pub fn at(self, now: Timestamp) -> Self {
        let is_due = self.unread.is_some_and(|unread| unread.plus(AGAIN_AFTER) <= now);
        if is_due { Self::default() } else { self }
    }

    pub fn kept(&self) -> String {
        let cursor = self.cursor.as_deref().unwrap_or_default();
        self.unread.map_or_else(|| cursor.to_owned(), |at| format!("{MARK}{};{cursor}", at.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept_and_begins_anew_after_a_while() {
        let (now, cursor) = (Timestamp(1_700_000_000_000), Some("imap1;a;b".to_owned()));
        let whole = Position { cursor: cursor.clone(), unread: None };
        let some = Position { cursor, unread: Some(now) };
        for position in [&whole, &some] {
            assert_eq!(Position::parse(Some(position.kept())), *position);
        }
        assert_eq!(Position::parse(None), Position::default());
        let later = now.plus(AGAIN_AFTER);
        assert_eq!(whole.clone().at(later), whole);
        assert_eq!(some.clone().at(later.minus(Duration::from_millis(1))), some);
        assert_eq!(some.at(later), Position::default());
    }
}
