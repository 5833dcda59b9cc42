//! `./dev bench search`: an organisation's sent mail, searched by many at once. Queries come in an open loop: each at
//! its time, whether those before it are answered or not, and its wait counts. The last line is JSON.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a command line that reports, or stops where it is"
)]

mod load;
mod mails;
mod place;
mod queries;

use load::Load;
use mails::Mails;
use place::Place;
use serde_json::{Map, Value, json};
use std::{path::PathBuf, time::Instant};

/// Of mail that a person has sent, as many as the full run has.
const EACH: usize = 200;

/// Messages in one transaction.
const BATCH: usize = 500;

struct Asked {
    messages: usize,
    databases: Vec<String>,
    seconds: u32,
}

fn main() {
    let asked = asked();
    let folder = PathBuf::from(std::env::var_os("RECANT_BENCH_DIR").unwrap_or_else(|| "target/bench".into()));
    std::fs::create_dir_all(&folder).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut report = Map::new();
    for database in &asked.databases {
        let Some(place) = runtime.block_on(Place::fresh(database, &folder)) else { continue };
        let figures = runtime.block_on(run(&asked, &place));
        report.insert(database.clone(), figures);
    }
    let mut rows = report.values().map(|figures| &figures["rows_found"]);
    if let (Some(one), Some(other)) = (rows.next(), rows.next()) {
        assert_eq!(one, other, "the two databases found different mails");
    }
    println!("{}", Value::Object(report));
}

fn asked() -> Asked {
    let mut asked =
        Asked { messages: 1_000_000, databases: vec!["sqlite".into(), "postgres".into()], seconds: 30 };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--messages" => asked.messages = arguments.next().and_then(|number| number.parse().ok()).unwrap(),
            "--seconds" => asked.seconds = arguments.next().and_then(|number| number.parse().ok()).unwrap(),
            "--database" => asked.databases = arguments.next().into_iter().collect(),
            // What `cargo bench` adds.
            "--bench" => {}
            other => {
                println!(
                    "unknown option {other}; there are --messages N, --seconds N and --database sqlite|postgres"
                );
                std::process::exit(2);
            }
        }
    }
    asked
}

async fn run(asked: &Asked, place: &Place) -> Value {
    let store = place.open().await;
    let mails = Mails::new(asked.messages, (asked.messages / EACH).max(1));
    let start = Instant::now();
    fill(&store, &mails).await;
    let built = start.elapsed().as_secs_f64();
    place.settle().await;
    let (whole, words) = place.sizes().await;
    println!(
        "{}: {} messages of {} people written and indexed in {built:.0} s ({:.0}/s); {whole} MB, {words} MB of it the index of words",
        place.name(),
        asked.messages,
        mails.owners(),
        f64::from(u32::try_from(asked.messages).unwrap()) / built,
    );
    let Load { p50, p99, max, count, rows, slowest } = load::play(&store, &mails, asked.seconds).await;
    println!(
        "{}: {count} queries at {}/s: p50 {p50:.1} ms, p99 {p99:.1} ms, max {max:.1} ms; {rows} rows shown",
        place.name(),
        load::RATE
    );
    for (query, p99) in slowest {
        println!("    p99 {p99:>7.1} ms  {query}");
    }
    store.close().await;
    let tenths = |ms: f64| (ms * 10.0).round() / 10.0;
    json!({
        "p50_ms": tenths(p50), "p99_ms": tenths(p99), "max_ms": tenths(max), "messages": asked.messages,
        "build_s": built.round(), "database_mb": whole, "words_mb": words, "rows_found": rows,
    })
}

async fn fill(store: &store::Database, mails: &Mails) {
    use domain::store::Store as _;
    let mut tx = store.write().await.unwrap();
    tx.replace_organisation(&mails.people(), &[], &[]).await.unwrap();
    tx.commit().await.unwrap();
    let mut from = 0;
    while from < mails.count() {
        let until = mails.count().min(from + BATCH);
        let some: Vec<_> = (from..until).map(|n| mails.mail(n)).collect();
        let mut tx = store.write().await.unwrap();
        tx.insert_sent(&some).await.unwrap();
        tx.commit().await.unwrap();
        from = until;
    }
}
