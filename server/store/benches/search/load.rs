//! An open loop of queries, each by somebody else.

use crate::{
    mails::{Dice, Mails},
    queries::QUERIES,
};
use domain::{
    search::{Search, parse},
    sent::{Page, SentFilter},
    store::Store as _,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use store::Database;

/// Queries a second.
pub const RATE: u32 = 200;

/// Not measured: connections are made, and what a running portal has in memory gets there.
const WARM_UP: usize = 600;

const PAGE: Page = Page { index: 0, size: 25 };

/// Milliseconds.
pub struct Load {
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
    pub count: usize,
    /// On all first pages together.
    pub rows: usize,
    /// The five slowest of the queries.
    pub slowest: Vec<(&'static str, f64)>,
}

pub async fn play(store: &Database, mails: &Mails, seconds: u32) -> Load {
    let count = usize::try_from(RATE * seconds).unwrap();
    let filters: Vec<Arc<SentFilter>> = QUERIES.iter().map(|query| Arc::new(filter(query))).collect();
    let mut dice = Dice::new(7);
    let start = Instant::now();
    let mut asked = Vec::with_capacity(WARM_UP + count);
    for n in 0..WARM_UP + count {
        let due = start + Duration::from_secs(1) / RATE * u32::try_from(n).unwrap();
        tokio::time::sleep_until(due.into()).await;
        let (store, owner) = (store.clone(), Mails::owner(dice.below(mails.owners())));
        let filter = filters[n % filters.len()].clone();
        asked.push(tokio::spawn(async move {
            let mut tx = store.read().await.unwrap();
            let found = tx.list_sent(owner, &filter, PAGE).await.unwrap();
            (due.elapsed(), found.rows.len())
        }));
    }
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); QUERIES.len()];
    let mut rows = 0;
    for (n, answer) in asked.into_iter().enumerate() {
        let (took, shown) = answer.await.unwrap();
        if n >= WARM_UP {
            times[n % QUERIES.len()].push(took.as_secs_f64() * 1000.0);
            rows += shown;
        }
    }
    let mut slowest: Vec<_> =
        QUERIES.iter().zip(&times).map(|(query, times)| (*query, share(times, 99))).collect();
    slowest.sort_by(|one, other| other.1.total_cmp(&one.1));
    slowest.truncate(5);
    let all = times.concat();
    Load { p50: share(&all, 50), p99: share(&all, 99), max: share(&all, 100), count, rows, slowest }
}

fn filter(query: &str) -> SentFilter {
    let parsed = parse(query);
    assert!(parsed.problems.is_empty(), "{query}");
    SentFilter { search: Search::new(&parsed.query, Mails::now(), chrono_tz::UTC), ..SentFilter::default() }
}

/// So many percent are not slower.
fn share(times: &[f64], percent: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[(times.len() * percent / 100).min(times.len() - 1)]
}
