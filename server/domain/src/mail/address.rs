//! Mail addresses as the directory compares them.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// `local@domain` (RFC 5321 §4.1.2), kept in small letters: organisations don't tell `Bob@` from `bob@`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EmailAddress(String);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is not a mail address")]
pub struct AddressError(pub String);

/// An address with the name a header gave it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NamedAddress {
    pub name: String,
    pub address: EmailAddress,
}

impl EmailAddress {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EmailAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let bad = || AddressError(text.chars().take(100).collect());
        let (local, domain) = text.rsplit_once('@').ok_or_else(bad)?;
        let clean = |part: &str| {
            !part.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"\\/".contains(c))
        };
        let dots = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
        let sized = !local.is_empty() && local.len() <= 64 && !domain.is_empty() && domain.len() <= 253;
        if !sized || !clean(local) || !clean(domain) || !dots(local) || !dots(domain) || local.contains('@') {
            return Err(bad());
        }
        Ok(Self(text.to_lowercase()))
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_without_case_and_blanks() {
        let address: EmailAddress = " Mei.Lin@Example.COM ".parse().unwrap();
        assert_eq!(address.as_str(), "mei.lin@example.com");
        assert_eq!((address.local(), address.domain()), ("mei.lin", "example.com"));
        assert!("客服@例子.公司".parse::<EmailAddress>().is_ok());
    }

    #[test]
    fn refuses_what_could_leave_its_folder_or_header() {
        for text in [
            "",
            "bob",
            "@x",
            "bob@",
            "a b@x",
            "../etc@x",
            "a@../x",
            "a@x\r\nBcc: y",
            ".a@x",
            "a@x.",
            "a@b@c",
            "a<b@c",
        ] {
            assert!(text.parse::<EmailAddress>().is_err(), "{text:?}");
        }
    }
}
