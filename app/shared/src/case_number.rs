//! The number people read out on the phone: `R-2026-000042`.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// Year and running number of a case, unique in the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CaseNumber {
    year: u16,
    serial: u32,
}

/// The text isn't a case number.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a case number looks like R-2026-000042")]
pub struct CaseNumberError;

impl CaseNumber {
    pub fn new(year: u16, serial: u32) -> Self {
        Self { year, serial }
    }

    pub fn year(self) -> u16 {
        self.year
    }

    pub fn serial(self) -> u32 {
        self.serial
    }
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R-{:04}-{:06}", self.year, self.serial)
    }
}

impl FromStr for CaseNumber {
    type Err = CaseNumberError;

    /// Accepts what people type: blanks around it, small letters, missing leading zeros.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let rest =
            text.strip_prefix(['R', 'r']).and_then(|rest| rest.strip_prefix('-')).ok_or(CaseNumberError)?;
        let (year, serial) = rest.split_once('-').ok_or(CaseNumberError)?;
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year) || !digits(serial) || year.len() != 4 || serial.len() > 9 {
            return Err(CaseNumberError);
        }
        Ok(Self {
            year: year.parse().map_err(|_| CaseNumberError)?,
            serial: serial.parse().map_err(|_| CaseNumberError)?,
        })
    }
}

impl From<CaseNumber> for String {
    fn from(number: CaseNumber) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for CaseNumber {
    type Error = CaseNumberError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_what_people_type() {
        let number = CaseNumber::new(2026, 42);
        assert_eq!(number.to_string(), "R-2026-000042");
        for text in ["R-2026-000042", " r-2026-42 ", "R-2026-042"] {
            assert_eq!(text.parse(), Ok(number), "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in
            ["", "R-", "R-2026", "R-26-1", "R-2026-", "R-2026-x", "2026-000042", "R-2026-+42", "R-2026-1-2"]
        {
            assert_eq!(text.parse::<CaseNumber>(), Err(CaseNumberError), "{text}");
        }
    }
}
