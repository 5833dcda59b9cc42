//! `recant audit verify`: walks the whole trail and says where its head is.

use super::say;
use crate::{config::Config, wiring};
use anyhow::Result;
use clap::Subcommand;
use domain::{
    audit::{Broken, Verifier},
    hex,
    store::{Store, StoreError},
};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check that no entry was changed, removed or put in between.
    Verify,
}

const BATCH: u32 = 1000;

pub async fn run(command: AuditCommand, config: &Config) -> Result<ExitCode> {
    let AuditCommand::Verify = command;
    let database = wiring::database_as_it_is(config).await?;
    let (verifier, broken) = verify(&database).await?;
    let (count, hash) = verifier.head();
    say::line(format!("{count} entries, head {}", hex::encode(&hash)));
    Ok(match broken {
        None => ExitCode::SUCCESS,
        Some(broken) => {
            say::problem(&format!("{broken}; the entries before it are sound"));
            ExitCode::FAILURE
        }
    })
}

/// As far as the trail is sound, and what ended it.
async fn verify(store: &dyn Store) -> Result<(Verifier, Option<Broken>), StoreError> {
    let mut verifier = Verifier::default();
    let mut tx = store.read().await?;
    loop {
        let batch = tx.trail_after(verifier.head().0, BATCH).await?;
        for entry in &batch {
            if let Err(broken) = verifier.check(entry) {
                return Ok((verifier, Some(broken)));
            }
        }
        if batch.is_empty() {
            return Ok((verifier, None));
        }
    }
}
