//! Who calls: the address of the connection, unless a proxy that is trusted says for whom it speaks.
//!
//! Anybody can send `X-Forwarded-For`; believed from strangers it would get them around the sign-in throttle.

use app::asked::ClientIp;
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::HeaderMap;
use ipnet::IpNet;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

pub async fn determine(State(trusted): State<Arc<Vec<IpNet>>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let client = client(peer, request.headers(), &trusted);
    request.extensions_mut().insert(ClientIp(client));
    next.run(request).await
}

/// From the right, which is where the nearest proxy writes: the first address that isn't a trusted proxy's.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let lines: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let mut client = peer;
    let mut hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
    while is_trusted(&client) {
        let Some(Ok(before)) = hops.next().map(|hop| hop.trim().parse::<IpAddr>()) else { break };
        client = before.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn seen_from(peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        let trusted: Vec<IpNet> = vec!["10.0.0.0/24".parse().unwrap()];
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn strangers_speak_for_themselves_only() {
        assert_eq!(seen_from("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen_from("10.0.0.5", &[]), "10.0.0.5");
    }

    #[test]
    fn behind_our_proxies_the_last_address_they_did_not_make_up_counts() {
        assert_eq!(seen_from("10.0.0.5", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen_from("10.0.0.5", &["6.6.6.6, 198.51.100.1, 10.0.0.6"]), "198.51.100.1");
        assert_eq!(seen_from("10.0.0.5", &["6.6.6.6", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen_from("10.0.0.5", &["rubbish"]), "10.0.0.5");
        assert_eq!(seen_from("10.0.0.5", &["::ffff:198.51.100.1"]), "198.51.100.1");
    }
}
