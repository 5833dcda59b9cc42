//! The address people type: absolute links, the cookie's flags and the allowed Host headers follow from it.

use http::{Uri, uri::Authority};
use std::{net::IpAddr, str::FromStr};
use thiserror::Error;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    https: bool,
    authority: Authority,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PublicUrlError {
    #[error("write it as https://recant.example.com, without a path or a slash at the end")]
    Shape,
    #[error(
        "passwords and sessions would travel readable: use https (http is for this machine alone: http://localhost:8080)"
    )]
    Plain,
}

impl PublicUrl {
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Host, and port when it isn't the scheme's own.
    pub fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// Without brackets around an IPv6 address.
    pub fn host(&self) -> &str {
        bare(self.authority.host())
    }

    pub fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(if self.https { 443 } else { 80 })
    }

    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }
}

fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.to_ascii_lowercase();
        let (https, rest) = match (lower.strip_prefix("https://"), lower.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(PublicUrlError::Shape),
        };
        // Uri accepts more than an authority may be: user names, for one.
        if rest.contains(['/', '@', '?', '#', ' ']) {
            return Err(PublicUrlError::Shape);
        }
        let uri = Uri::from_str(&lower).map_err(|_| PublicUrlError::Shape)?;
        let authority = uri.authority().cloned().ok_or(PublicUrlError::Shape)?;
        if authority.host().is_empty() {
            return Err(PublicUrlError::Shape);
        }
        if !https && !is_loopback(bare(authority.host())) {
            return Err(PublicUrlError::Plain);
        }
        Ok(Self { https, authority })
    }
}

impl std::fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", if self.https { "https" } else { "http" }, self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_https_or_this_machine() {
        for (text, port) in [
            ("https://recant.example.com", 443),
            ("https://Recant.Example.com:8443", 8443),
            ("http://localhost:8080", 8080),
            ("http://127.0.0.1", 80),
            ("http://[::1]:1", 1),
        ] {
            let url: PublicUrl = text.parse().unwrap();
            assert_eq!(url.port(), port, "{text}");
            assert_eq!(url.to_string(), text.to_lowercase());
        }
        assert_eq!("http://recant.example.com".parse::<PublicUrl>(), Err(PublicUrlError::Plain));
        assert_eq!("http://localhost.example.com".parse::<PublicUrl>(), Err(PublicUrlError::Plain));
        for text in [
            "",
            "recant.example.com",
            "https://",
            "https://a/",
            "https://a/b",
            "https://u@a",
            "ftp://a",
            "https://a?b",
        ] {
            assert_eq!(text.parse::<PublicUrl>(), Err(PublicUrlError::Shape), "{text}");
        }
    }
}
