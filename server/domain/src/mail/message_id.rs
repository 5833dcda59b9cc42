//! Message-ID (RFC 5322 §3.6.4), the first half of a message's identity.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// Without angle brackets, compared byte for byte: a search that finds part of it has found nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct MessageId(String);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a Message-ID")]
pub struct MessageIdError;

impl MessageId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An id of our own making: the same for the same `unique`, and of no other message.
    pub fn made(what: &str, unique: uuid::Uuid, domain: &str) -> Self {
        let host: String =
            domain.chars().filter(|c| c.is_ascii_alphanumeric() || ".-".contains(*c)).collect();
        Self(format!("{what}.{unique}@{host}"))
    }

    /// As a header writes it.
    pub fn bracketed(&self) -> String {
        format!("<{}>", self.0)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for MessageId {
    type Err = MessageIdError;

    /// Old mailers write ids without `@`; those are ids too. Blanks and controls never are.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let text = text.strip_prefix('<').unwrap_or(text);
        let text = text.strip_suffix('>').unwrap_or(text);
        let broken = |c: char| c.is_whitespace() || c.is_control() || c == '<' || c == '>';
        if text.is_empty() || text.len() > 900 || text.contains(broken) {
            return Err(MessageIdError);
        }
        Ok(Self(text.to_owned()))
    }
}

impl From<MessageId> for String {
    fn from(id: MessageId) -> Self {
        id.0
    }
}

impl TryFrom<String> for MessageId {
    type Error = MessageIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_blanks_are_not_part_of_it() {
        let id: MessageId = " <a.B@x> ".parse().unwrap();
        assert_eq!((id.as_str(), id.bracketed().as_str()), ("a.B@x", "<a.B@x>"));
        assert_ne!(id, "a.b@x".parse().unwrap());
        for text in ["", "<>", "a b@x", "<a@x> <b@x>", "a@x\r\nBcc: y"] {
            assert!(text.parse::<MessageId>().is_err(), "{text:?}");
        }
    }
}
