//! The command line: what can be asked for, and how each command ends. One file per command; only they print.

mod audit;
pub mod demo;
mod doctor;
mod engine;
mod key;
mod migrate;
mod org;
pub mod say;
mod serve;
mod user;
mod vault;

use crate::{config::Config, logging};
use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

/// Recant 撤回: get back a mail that should not have been sent.
#[derive(Debug, Parser)]
#[command(name = "recant", version, about, propagate_version = true)]
pub struct Arguments {
    /// Configuration file; otherwise ./recant.toml, then /etc/recant/recant.toml.
    #[arg(long, global = true, env = "RECANT_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the portal until Ctrl-C or SIGTERM.
    Serve,
    /// Bring the database up to this program's schema.
    Migrate,
    /// Look at everything the portal leans on, and say what to do.
    Doctor,
    /// Accounts: who can sign in.
    #[command(subcommand)]
    User(user::UserCommand),
    /// People and groups.
    #[command(subcommand)]
    Org(org::OrgCommand),
    /// The trail of acts and effects.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// What the vault keeps, and the change of its key.
    #[command(subcommand)]
    Vault(vault::VaultCommand),
    /// The switch that stops all effects at once.
    #[command(subcommand)]
    Engine(engine::EngineCommand),
    /// Keys for the vault and for signing the trail.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// A made-up organisation to try everything with.
    #[command(subcommand)]
    Demo(demo::DemoCommand),
}

/// 0: done. 1: something is wrong, and was said. 2 (from clap): the command line can't be read.
pub fn run(arguments: Arguments) -> ExitCode {
    match answer(arguments) {
        Ok(code) => code,
        Err(error) => {
            say::problem(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn answer(Arguments { config, command }: Arguments) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // Doctor reports on a configuration that doesn't load, the others need it.
    match command {
        Command::Doctor => runtime.block_on(doctor::run(config.as_deref())),
        Command::Key(command) => key::run(&command),
        Command::Demo(command) => runtime.block_on(demo::run(command)),
        command => {
            let config = load(config.as_deref())?;
            logging::start(&config.log);
            runtime.block_on(configured(command, &config))
        }
    }
}

async fn configured(command: Command, config: &Config) -> Result<ExitCode> {
    match command {
        Command::Serve => serve::run(config).await,
        Command::Migrate => migrate::run(config).await,
        Command::User(command) => user::run(command, config).await,
        Command::Org(command) => org::run(command, config).await,
        Command::Audit(command) => audit::run(command, config).await,
        Command::Vault(command) => vault::run(command, config).await,
        Command::Engine(command) => engine::run(command, config).await,
        Command::Doctor | Command::Key(_) | Command::Demo(_) => Ok(ExitCode::SUCCESS),
    }
}

fn load(asked: Option<&std::path::Path>) -> Result<Config> {
    let file = crate::config::find(asked).with_context(|| {
        let places = crate::config::USUAL_PLACES.join(" and ");
        format!("there is no configuration: looked for {places}; name one with --config or RECANT_CONFIG")
    })?;
    Ok(Config::load(&file, std::env::vars())?)
}
