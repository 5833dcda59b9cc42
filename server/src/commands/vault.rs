//! `recant vault`: what is kept, and the change from one master key to another.

use super::{engine::here, say};
use crate::{config::Config, key_file, wiring, world};
use anyhow::Result;
use clap::Subcommand;
use domain::{
    store::Store,
    vault::{
        KeyId, rotation,
        status::{self, KeyUse, Status},
    },
};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// What is kept, for how long, and what couldn't be put back; exit status 1 when it needs a human.
    Status,
    /// Wrap every case key under the first key of the key file. May be broken off and run again, while the portal runs.
    Rewrap,
    /// Take the keys out of the key file that nothing is wrapped by any more.
    Prune,
}

pub async fn run(command: VaultCommand, config: &Config) -> Result<ExitCode> {
    let database = wiring::database_as_it_is(config).await?;
    let code = match command {
        VaultCommand::Status => tell(&database, config).await?,
        VaultCommand::Rewrap => rewrap(&database, config).await?,
        VaultCommand::Prune => prune(&database, config).await?,
    };
    database.close().await;
    Ok(code)
}

async fn rewrap(store: &dyn Store, config: &Config) -> Result<ExitCode> {
    let done = rotation::rewrap(store, &config.vault.key, &world::real()).await?;
    say::line(format!("{done} case keys wrapped again; all are wrapped by {}", config.vault.key.first_id()));
    if config.vault.key.ids().len() > 1 {
        say::line("`recant vault prune` takes the old keys out of the key file");
    }
    Ok(ExitCode::SUCCESS)
}

async fn prune(store: &dyn Store, config: &Config) -> Result<ExitCode> {
    let gone = rotation::dispensable(store, &config.vault.key).await?;
    let older = config.vault.key.ids().len() - 1;
    if !gone.is_empty() {
        key_file::prune(&config.vault.key_file, &gone)?;
        say::line(format!("{}: taken out {}", config.vault.key_file.display(), list(&gone)));
        say::line("Keep them elsewhere as long as you keep backups of the database from before.");
    }
    if gone.len() < older {
        say::line("other old keys are still needed: run `recant vault rewrap` first");
        return Ok(ExitCode::FAILURE);
    }
    if gone.is_empty() {
        say::line("there are no old keys");
    }
    Ok(ExitCode::SUCCESS)
}

fn list(ids: &[KeyId]) -> String {
    ids.iter().map(KeyId::to_string).collect::<Vec<_>>().join(", ")
}

async fn tell(store: &dyn Store, config: &Config) -> Result<ExitCode> {
    let (key, retention) = (&config.vault.key, config.vault.retention);
    let status = status::status(store, key, retention, world::real().now()).await?;
    say::table(&kept(&status, config));
    say::line("");
    say::table(&keys(&status.keys));
    say::line("");
    erasure(&status, config);
    if status.keys.iter().any(|key| !key.there) {
        say::problem(
            "a key is missing: put it back into the key file (vault.key_file), else what it wraps is lost",
        );
    }
    stuck(&status);
    Ok(if status.needs_a_human() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn kept(status: &Status, config: &Config) -> Vec<Vec<String>> {
    let row = |cells: [String; 4]| cells.to_vec();
    let mut rows = vec![["kept", "number", "bytes", "sealed content"].map(str::to_owned).to_vec()];
    for count in &status.copies {
        let state = format!("copies {}", count.state);
        rows.push(row([state, count.copies.to_string(), count.bytes.to_string(), count.kept.to_string()]));
    }
    let bodies = status.bodies;
    rows.push(row([
        "bodies".into(),
        bodies.count.to_string(),
        bodies.bytes.to_string(),
        bodies.count.to_string(),
    ]));
    if let Some((number, requested)) = status.oldest {
        rows.push(vec!["oldest".into(), number.to_string(), here(requested, config)]);
    }
    rows
}

fn keys(keys: &[KeyUse]) -> Vec<Vec<String>> {
    let mut rows = vec![["master key", "wraps", "where"].map(str::to_owned).to_vec()];
    for (at, key) in keys.iter().enumerate() {
        let id = key.id.map_or_else(|| "(id not kept)".to_owned(), |id| id.to_string());
        let place = match (key.there, key.id) {
            (false, _) => "MISSING from the key file",
            (true, None) => "one of the key file; `recant vault rewrap` names it",
            (true, Some(_)) if at == 0 => "first in the key file",
            (true, Some(_)) => "in the key file",
        };
        rows.push(vec![id, key.wraps.to_string(), place.to_owned()]);
    }
    rows
}

fn erasure(status: &Status, config: &Config) {
    let days = config.vault.retention.as_secs() / 86_400;
    say::line(format!(
        "{} ended cases are kept for {days} days; {} of them are due for erasure now",
        status.to_erase, status.due
    ));
    let rows: Vec<_> =
        status.next.iter().map(|(number, at)| vec![number.to_string(), here(*at, config)]).collect();
    say::table(&rows);
}

fn stuck(status: &Status) {
    if status.not_put_back.is_empty() {
        return;
    }
    say::line("");
    say::problem("couldn't be put back, and is kept until it can be:");
    let mut rows = vec![["case", "mailbox", "copies", "tries", "trouble"].map(str::to_owned).to_vec()];
    for kept in &status.not_put_back {
        rows.push(vec![
            kept.case.to_string(),
            kept.recipient.to_string(),
            kept.copies.to_string(),
            kept.attempts.to_string(),
            kept.trouble.map(|trouble| trouble.code().to_owned()).unwrap_or_default(),
        ]);
    }
    say::table(&rows);
}
