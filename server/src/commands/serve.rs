//! `recant serve`: runs until it is told to stop; told twice, it stops at once.

use crate::{
    boot::{Overrides, Running, boot},
    config::Config,
};
use anyhow::{Context as _, Result};
use std::process::ExitCode;
use tokio::signal::unix::{Signal, SignalKind, signal};

pub async fn run(config: &Config) -> Result<ExitCode> {
    let running = boot(config, Overrides::default()).await.context("the portal can't start")?;
    until_told(running).await
}

/// Ctrl-C or SIGTERM ends it cleanly.
pub async fn until_told(running: Running) -> Result<ExitCode> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    told(&mut interrupt, &mut terminate).await;
    tracing::info!("stopping; once more to stop at once");
    let in_time = tokio::select! {
        in_time = running.stop() => in_time,
        () = told(&mut interrupt, &mut terminate) => false,
    };
    Ok(if in_time { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn told(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
