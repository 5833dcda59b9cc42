//! The crash campaign: a worker process is killed again and again, at random moments and at every named point,
//! and nothing may be lost, doubled, or done without approval.
//!
//! `./dev crash --kills N [--database sqlite|postgres] [--seed S]`. The last line is the result, the exit status
//! says the same. Chance comes from the seed, but the moments of death depend on the machine: a run is repeated
//! in kind, not to the letter.

mod breaks;
mod check;
mod client;
mod clock;
mod death;
mod dice;
mod driver;
mod files;
mod journal;
mod letters;
mod mortal;
mod office;
mod operation;
mod plan;
mod points;
mod worker;
mod workload;

use anyhow::{Context, Result, bail};
use breaks::Bug;
use clap::{Parser, ValueEnum};
use driver::Driver;
use office::Place;
use plan::Planner;
use std::{
    fmt::Display,
    io::{self, Write as _},
    process::ExitCode,
};
use testkit::postgres::{Database, Postgres};

#[derive(Parser)]
#[command(name = "crash", about = "Kills the engine again and again and looks for what was lost.")]
struct Options {
    #[command(subcommand)]
    role: Option<Role>,
    #[arg(long, default_value_t = 100)]
    kills: usize,
    #[arg(long, value_enum, default_value_t = Kind::Sqlite)]
    database: Kind,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Injects a bug, to see that the check finds it; the fail points are left alone then.
    #[arg(long = "break", value_enum)]
    bug: Option<Bug>,
}

#[derive(clap::Subcommand)]
enum Role {
    /// The process that dies; started by the driver.
    #[command(hide = true)]
    Worker(worker::Task),
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Sqlite,
    Postgres,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let options = Options::parse();
    if let Some(Role::Worker(task)) = options.role {
        worker::work(task).await?;
        return Ok(ExitCode::SUCCESS);
    }
    if options.bug.is_none() && options.kills < points::needed() {
        bail!("{} kills can't reach every fail point: {} are needed", options.kills, points::needed());
    }
    let folder = tempfile::Builder::new().prefix("recant-crash-").tempdir()?;
    let (url, _database) = database(options.database, &folder)?;
    let place = Place { folder: folder.path().to_owned(), url };
    let mut driver =
        Driver::begin(place, options.seed, options.bug, Planner::new(options.bug.is_none())).await?;
    driver.campaign(options.kills, |line| say(line)).await?;
    if !driver.violations.is_empty() && options.bug.is_none() {
        say(format!("kept for whoever looks into it: {}", folder.keep().display()));
    }
    for point in driver.planner.missing().filter(|_| options.bug.is_none()) {
        say(format!("not reached: {point}"));
    }
    say(driver.summary());
    Ok(if driver.is_content() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The URL, and what keeps a database of Postgres alive.
fn database(kind: Kind, folder: &tempfile::TempDir) -> Result<(String, Option<Database>)> {
    if kind == Kind::Sqlite {
        return Ok((format!("sqlite://{}", folder.path().join("recant.db").display()), None));
    }
    let server = Postgres::shared()?.context("this machine has no Postgres")?;
    let database = server.create_database()?;
    Ok((database.url().to_owned(), Some(database)))
}

fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}
