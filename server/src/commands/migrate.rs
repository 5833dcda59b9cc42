//! `recant migrate`.

use super::say;
use crate::{config::Config, wiring};
use anyhow::{Context as _, Result};
use std::process::ExitCode;

pub async fn run(config: &Config) -> Result<ExitCode> {
    let database = wiring::database(config).await.context("the database can't be brought up to date")?;
    say::line(format!("database: {}", database.schema_state().await?));
    database.close().await;
    Ok(ExitCode::SUCCESS)
}
