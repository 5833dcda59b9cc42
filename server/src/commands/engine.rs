//! `recant engine`: the switch that stops all effects, for when no browser is at hand.

use super::say;
use crate::{config::Config, wiring, world};
use anyhow::{Result, bail};
use clap::Subcommand;
use domain::{
    audit::Actor,
    engine_switch::{self, InFlight, SwitchError},
    store::Store,
    time::Timestamp,
};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub enum EngineCommand {
    /// Let nothing begin any more, on any machine; lists what was under way.
    Stop {
        /// Everybody who is signed in reads it.
        #[arg(long)]
        reason: String,
    },
    /// Let it work again.
    Start,
    /// Running (exit status 0) or stopped (1), since when and why.
    Status,
}

pub async fn run(command: EngineCommand, config: &Config) -> Result<ExitCode> {
    let database = wiring::database_as_it_is(config).await?;
    let code = match command {
        EngineCommand::Stop { reason } => stop(&database, &reason).await?,
        EngineCommand::Start => start(&database).await?,
        EngineCommand::Status => status(&database, config).await?,
    };
    database.close().await;
    Ok(code)
}

async fn stop(store: &dyn Store, reason: &str) -> Result<ExitCode> {
    match engine_switch::stop(store, &world::real(), Actor::System, reason).await {
        Ok(in_flight) => {
            say::line("stopped: nothing begins any more until `recant engine start`");
            list(&in_flight);
            Ok(ExitCode::SUCCESS)
        }
        Err(SwitchError::Already) => bail!("it was stopped before; `recant engine status` says why"),
        Err(error) => Err(error.into()),
    }
}

async fn start(store: &dyn Store) -> Result<ExitCode> {
    match engine_switch::start(store, &world::real(), Actor::System).await {
        Ok(()) => say::line("started: work goes on within a second"),
        Err(SwitchError::Already) => bail!("it is running already"),
        Err(error) => return Err(error.into()),
    }
    Ok(ExitCode::SUCCESS)
}

async fn status(store: &dyn Store, config: &Config) -> Result<ExitCode> {
    let mut tx = store.read().await?;
    let switch = tx.engine_switch().await?;
    if switch.running {
        say::line("running");
        return Ok(ExitCode::SUCCESS);
    }
    let directory = tx.directory().await?;
    let by = switch.changed_by.and_then(|id| directory.person(id));
    let by = by.map_or("the command line", |person| person.name.as_str());
    say::line(format!("stopped since {} by {by}: {}", here(switch.changed_at, config), switch.reason));
    list(&switch.in_flight);
    Ok(ExitCode::FAILURE)
}

fn list(in_flight: &[InFlight]) {
    if in_flight.is_empty() {
        say::line("nothing was under way");
        return;
    }
    say::line("under way at that moment:");
    let row = |flying: &InFlight| {
        vec![
            flying.case.to_string(),
            flying.recipient.to_string(),
            engine_switch::work_code(flying).to_owned(),
        ]
    };
    say::table(&in_flight.iter().map(row).collect::<Vec<_>>());
}

pub(super) fn here(at: Timestamp, config: &Config) -> String {
    at.utc().with_timezone(&config.organisation.time_zone).format("%Y-%m-%d %H:%M:%S %:z").to_string()
}
