//! How much of what strangers leave here is kept for them.
//!
//! Somebody whose session has ended is a stranger, and what they typed waits for them; but so would whatever anybody
//! sends, in the database in which mail waits, too. So there is so much for each client and hour, and for all. Beyond it
//! people are told that nothing is kept, and can still do everything.

use crate::time::Timestamp;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// As long as a session without a person lives.
const SPAN: Duration = Duration::from_hours(1);

/// Bytes. Hundreds of requests as people write them; a whole office may come from one address.
const MOST_OF_CLIENT: usize = 2 * 1024 * 1024;

const MOST: usize = 64 * 1024 * 1024;

/// Each holds a sentence or two for the next page.
const MOST_SESSIONS: usize = 50_000;

/// What keeping anything costs. Bounds the list of clients, too.
const LEAST: usize = 1024;

#[derive(Debug, Default)]
pub struct Allowance {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    since: Timestamp,
    sessions: usize,
    all: usize,
    by_client: HashMap<IpAddr, usize>,
}

impl Allowance {
    /// False: no more sessions without a person in this hour.
    pub fn take_session(&self, now: Timestamp) -> bool {
        let mut kept = self.kept(now);
        kept.sessions += 1;
        kept.sessions <= MOST_SESSIONS
    }

    /// False: this client, or all together, had what there is in this hour.
    pub fn take(&self, client: IpAddr, bytes: usize, now: Timestamp) -> bool {
        let mut kept = self.kept(now);
        let bytes = bytes.max(LEAST);
        let client = network(client);
        let of_client = kept.by_client.get(&client).copied().unwrap_or_default() + bytes;
        let all = kept.all + bytes;
        if of_client > MOST_OF_CLIENT || all > MOST {
            return false;
        }
        kept.all = all;
        kept.by_client.insert(client, of_client);
        true
    }

    fn kept(&self, now: Timestamp) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if now.since(kept.since) >= SPAN {
            *kept = Kept { since: now, ..Kept::default() };
        }
        kept
    }
}

/// Whoever has an IPv6 address has a network of them (RFC 6177).
pub(crate) fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: usize = 256 * 1024;

    fn client(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    /// How often this client could leave so much.
    fn times(allowance: &Allowance, from: &str, bytes: usize, now: Timestamp) -> usize {
        (0..100_000).take_while(|_| allowance.take(client(from), bytes, now)).count()
    }

    #[test]
    fn a_client_leaves_no_more_than_its_share_within_an_hour() {
        let (allowance, begun) = (Allowance::default(), Timestamp(1_000_000_000));
        assert_eq!(times(&allowance, "10.0.0.1", LARGE, begun), 8);
        assert_eq!(times(&allowance, "10.0.0.1", 1, begun.plus(SPAN / 2)), 0);
        assert_eq!(times(&allowance, "10.0.0.2", 5_000, begun), 419, "an office's letters");
        assert_eq!(times(&allowance, "10.0.0.1", LARGE, begun.plus(SPAN)), 8);
    }

    #[test]
    fn sessions_are_counted_anew_each_hour() {
        let allowance = Allowance::default();
        for now in [Timestamp(0), Timestamp(0).plus(SPAN)] {
            assert_eq!((0..100_000).take_while(|_| allowance.take_session(now)).count(), MOST_SESSIONS);
        }
    }

    #[test]
    fn nothing_is_small_enough_to_be_free() {
        assert_eq!(times(&Allowance::default(), "10.0.0.1", 0, Timestamp(0)), 2048);
    }

    #[test]
    fn addresses_of_one_network_are_one_client() {
        let (allowance, begun) = (Allowance::default(), Timestamp(0));
        assert_eq!(times(&allowance, "2001:db8::1", LARGE, begun), 8);
        assert_eq!(times(&allowance, "2001:db8::ffff:1", LARGE, begun), 0);
        assert_eq!(times(&allowance, "2001:db8:0:1::1", LARGE, begun), 8);
    }

    #[test]
    fn all_clients_together_leave_a_bounded_amount() {
        let allowance = Allowance::default();
        let kept: usize =
            (0..100).map(|n| times(&allowance, &format!("10.0.0.{n}"), LARGE, Timestamp(0)) * LARGE).sum();
        assert_eq!(kept, MOST);
        assert!(!allowance.take(client("10.0.1.1"), 0, Timestamp(0)));
    }
}
