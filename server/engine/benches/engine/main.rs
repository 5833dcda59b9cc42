//! `./dev bench engine`: how many targets a second go through the whole pipeline (locate, fetch, seal, commit, remove,
//! verify, commit) on Maildirs, with group commit and with a commit for each write, on both databases, next to how
//! often the same disk syncs in the same minute. The last line is JSON.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a command line that reports, or stops where it is"
)]

#[path = "../company/mod.rs"]
mod company;
mod maildirs;
mod probe;

use domain::shared::CaseState;
use engine::{Engine, Tuning};
use maildirs::{Company, Kind};
use serde_json::{Map, json};
use std::{
    path::{Path, PathBuf},
    time::Instant,
};
use tempfile::TempDir;
use testkit::postgres::OwnServer;
use tokio_util::sync::CancellationToken;

/// With a commit for each write: so many are enough to know the rate.
const ALONE: usize = 1_000;

struct Asked {
    targets: usize,
    databases: Vec<String>,
    /// Where the databases lie; mail stands on this checkout's disk in any case.
    database_dir: PathBuf,
}

/// What one run came to.
struct Measured {
    seconds: f64,
    targets: usize,
    commits: u64,
    entries: u64,
}

fn main() {
    let place = PathBuf::from(std::env::var_os("RECANT_BENCH_DIR").unwrap_or_else(|| "target/bench".into()));
    std::fs::create_dir_all(&place).unwrap();
    let asked = asked(place.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut report = Map::new();
    println!(
        "{:<10} {:>10} {:>12} {:>12} {:>12} {:>10}",
        "", "targets", "targets/s", "commits/s", "entries/s", "fsync/s"
    );
    for database in &asked.databases {
        let folder = || tempfile::tempdir_in(&asked.database_dir).unwrap();
        let (first, second) = (folder(), folder());
        let (Some(one), Some(two)) = (fresh(database, &first), fresh(database, &second)) else { continue };
        let fsync = probe::fsyncs_per_second(&asked.database_dir);
        let alone = runtime.block_on(run(&place, one, first, asked.targets.min(ALONE), 1));
        let grouped = runtime.block_on(run(&place, two, second, asked.targets, Tuning::default().group));
        row(&format!("{database}, 1"), &alone, fsync);
        row(database, &grouped, fsync);
        let gain = grouped.rate(grouped.targets as u64) / alone.rate(alone.targets as u64);
        report.insert(
            database.clone(),
            json!({
                "targets": grouped.targets,
                "targets_per_s": grouped.rate(grouped.targets as u64).round(),
                "commits_per_s": grouped.rate(grouped.commits).round(),
                "audit_entries_per_s": grouped.rate(grouped.entries).round(),
                "group_commit_gain": (gain * 10.0).round() / 10.0,
                "fsync_per_s": fsync.round(),
            }),
        );
    }
    println!("{}", serde_json::Value::Object(report));
}

fn asked(database_dir: PathBuf) -> Asked {
    let mut asked =
        Asked { targets: 10_000, databases: vec!["sqlite".into(), "postgres".into()], database_dir };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--targets" => asked.targets = arguments.next().and_then(|number| number.parse().ok()).unwrap(),
            "--database" => asked.databases = arguments.next().into_iter().collect(),
            "--database-dir" => asked.database_dir = arguments.next().unwrap().into(),
            // What `cargo bench` adds.
            "--bench" => {}
            other => {
                println!(
                    "unknown option {other}; there are --targets N, --database sqlite|postgres and --database-dir FOLDER"
                );
                std::process::exit(2);
            }
        }
    }
    asked
}

/// A database of its own for one run. None: there is no Postgres here, and it was said.
fn fresh(database: &str, folder: &TempDir) -> Option<Kind> {
    if database == "sqlite" {
        return Some(Kind::Sqlite);
    }
    OwnServer::durable_in(folder.path()).unwrap().map(Kind::Postgres)
}

async fn run(place: &Path, database: Kind, folder: TempDir, targets: usize, group: usize) -> Measured {
    let company = Company::found(place, database, folder, targets).await;
    let tuning = Tuning { group, ..Tuning::default() };
    let engine = Engine::tuned(company.portal.clone(), company.waker.clone(), "bench".into(), tuning);
    let enlisted = company.portal.store.enlist("bench").await.unwrap();
    let case = company.ask().await;
    let (entries, commits) = (company.entries().await, company.commits());
    let stop = CancellationToken::new();
    let start = Instant::now();
    let working = tokio::spawn(engine.run(enlisted, stop.clone()));
    company::reaches(&company.portal, case, CaseState::AwaitingApproval).await;
    let seconds = start.elapsed().as_secs_f64();
    stop.cancel();
    working.await.unwrap();
    company.all_are_held(targets);
    Measured {
        seconds,
        targets,
        commits: company.commits() - commits,
        entries: company.entries().await - entries,
    }
}

impl Measured {
    fn rate(&self, count: u64) -> f64 {
        f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / self.seconds
    }
}

fn row(name: &str, measured: &Measured, fsync: f64) {
    println!(
        "{name:<10} {:>10} {:>12.0} {:>12.0} {:>12.0} {fsync:>10.0}",
        measured.targets,
        measured.rate(measured.targets as u64),
        measured.rate(measured.commits),
        measured.rate(measured.entries),
    );
}
