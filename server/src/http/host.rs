//! Only requests for our own name are answered: with any other, a hostile site could have its name point here and
//! talk to the portal as if it were part of it (DNS rebinding).

use super::health;
use crate::config::PublicUrl;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{StatusCode, header};
use std::sync::Arc;

/// Values of `Host`, in small letters.
#[derive(Clone)]
pub struct Allowed(Arc<Vec<String>>);

impl Allowed {
    /// `port`: what we listen on. A public address on this machine goes by all of its names.
    pub fn of(url: &PublicUrl, port: u16) -> Self {
        let mut hosts = vec![url.authority().to_owned()];
        let host = url.authority().rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
        let host = host.map_or(url.authority(), |(host, _)| host);
        hosts.push(format!("{host}:{}", url.port()));
        if [80, 443].contains(&url.port()) {
            hosts.push(host.to_owned());
        }
        if url.is_loopback() {
            hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{port}")));
        }
        Self(Arc::new(hosts))
    }

    fn contains(&self, host: &str) -> bool {
        self.0.iter().any(|allowed| allowed.eq_ignore_ascii_case(host))
    }
}

pub async fn check(State(allowed): State<Allowed>, request: Request, next: Next) -> Response {
    // In HTTP/2 the name is part of the address (RFC 9113 §8.3.1).
    let in_address = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let in_header = || request.headers().get(header::HOST)?.to_str().ok().map(str::to_owned);
    let known = in_address.or_else(in_header).is_some_and(|host| allowed.contains(&host));
    // Load balancers ask by address.
    if known || request.uri().path() == health::PATH {
        next.run(request).await
    } else {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_name_with_and_without_its_usual_port() {
        let allowed = Allowed::of(&"https://Recant.example.com".parse().unwrap(), 8080);
        for host in ["recant.example.com", "RECANT.example.com:443"] {
            assert!(allowed.contains(host), "{host}");
        }
        for host in [
            "",
            "recant.example.com:8080",
            "localhost:8080",
            "evil.example",
            "recant.example.com.evil.example",
        ] {
            assert!(!allowed.contains(host), "{host}");
        }
        assert!(!Allowed::of(&"https://a.example:8443".parse().unwrap(), 1).contains("a.example"));
    }

    #[test]
    fn on_this_machine_all_its_names() {
        let allowed = Allowed::of(&"http://localhost:8080".parse().unwrap(), 8080);
        for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
            assert!(allowed.contains(host), "{host}");
        }
        assert!(!allowed.contains("localhost:8081") && !allowed.contains("localhost"));
        assert!(Allowed::of(&"http://[::1]:1".parse().unwrap(), 1).contains("[::1]:1"));
    }
}
