//! The five colour families. Colour never stands alone: a word or an icon says the same.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Good,
    /// Under way, or simply information.
    Busy,
    Warn,
    Bad,
    #[default]
    Plain,
}

impl Tone {
    pub const ALL: [Self; 5] = [Self::Good, Self::Busy, Self::Warn, Self::Bad, Self::Plain];

    /// As class names and `ProgressRow::tone` have it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Busy => "busy",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Plain => "plain",
        }
    }

    /// Unknown codes are plain.
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|tone| tone.code() == code).unwrap_or_default()
    }
}
