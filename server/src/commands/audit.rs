//! `recant audit`: the whole trail checked, or written out for somebody who checks it elsewhere.

use super::say;
use crate::{
    config::{Audit, Config},
    wiring, world,
};
use anyhow::{Context as _, Result};
use clap::Subcommand;
use domain::{
    audit::Head,
    hex,
    store::{Store, StoreError, Tx},
    verify::{
        checkpoint,
        export::{self, Line},
        finding::{Finding, entries},
        text::base64,
        trail::{Claim, Trail},
    },
};
use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
};

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check that no entry was changed, removed or put in between, and that the checkpoints fit.
    Verify,
    /// Write the trail as JSON lines, to be checked with `recant-verify` by anybody.
    Export {
        /// Standard output by itself.
        file: Option<PathBuf>,
    },
}

const BATCH: u32 = 1000;

pub async fn run(command: AuditCommand, config: &Config) -> Result<ExitCode> {
    let database = wiring::database_as_it_is(config).await?;
    match command {
        AuditCommand::Verify => verify(&database, config.audit.as_ref()).await,
        AuditCommand::Export { file: None } => {
            write(&database, &mut BufWriter::new(io::stdout())).await?;
            Ok(ExitCode::SUCCESS)
        }
        AuditCommand::Export { file: Some(path) } => {
            let unusable = || format!("{} can't be written", path.display());
            let mut file = BufWriter::new(File::create(&path).with_context(unusable)?);
            let count = write(&database, &mut file).await.with_context(unusable)?;
            file.get_ref().sync_all().with_context(unusable)?;
            say::line(format!("{}: {}", path.display(), entries(count)));
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn verify(store: &dyn Store, audit: Option<&Audit>) -> Result<ExitCode> {
    let mut tx = store.read().await?;
    let (mut trail, head) = read(tx.as_mut()).await?;
    let keys = match audit {
        Some(audit) => {
            trail.claims.extend(kept(audit)?);
            vec![audit.signer.key()?]
        }
        None => vec![],
    };
    let mut report = trail.examine(&keys);
    if report.findings.is_empty() && head.tree.root() != report.root {
        report.findings.push(Finding::Tree);
    }
    let (count, last) = (entries(report.entries), trail.facts.last().map_or(head.hash, |fact| fact.hash));
    say::line(format!("{count}, head {}, root {}", hex::encode(&last), base64(&report.root)));
    say::line(format!("{} checkpoints fit, the last of {}", report.checkpoints, entries(report.covered)));
    for finding in &report.findings {
        say::problem(&finding.to_string());
    }
    Ok(if report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the database says, and what it says its end is.
async fn read(tx: &mut dyn Tx) -> Result<(Trail, Head), StoreError> {
    let head = tx.trail_head().await?;
    let mut trail = Trail { count: Some(head.seq.unsigned_abs()), ..Trail::default() };
    loop {
        let last = trail.facts.last().map_or(0, |fact| fact.seq);
        let batch = tx.trail_after(last, BATCH).await?;
        if batch.is_empty() {
            break;
        }
        trail.facts.extend(batch.iter().map(|entry| entry.as_exported().fact()));
    }
    let mut size = 0;
    loop {
        let batch = tx.checkpoints_after(size, BATCH).await?;
        let Some(last) = batch.last() else { return Ok((trail, head)) };
        size = last.size;
        trail.claims.extend(batch.into_iter().map(|one| Claim { text: one.text, file: None }));
    }
}

/// The checkpoints that this machine keeps outside the database.
fn kept(audit: &Audit) -> Result<Vec<Claim>> {
    let file = &audit.checkpoint_file;
    if !file.exists() {
        return Ok(vec![]);
    }
    let text = fs::read_to_string(file).with_context(|| format!("{} can't be read", file.display()))?;
    let name = file.display().to_string();
    Ok(checkpoint::texts(&text).into_iter().map(|text| Claim { text, file: Some(name.clone()) }).collect())
}

/// How many entries; all of one moment.
async fn write(store: &dyn Store, to: &mut impl Write) -> Result<u64> {
    let mut tx = store.read().await?;
    let head = tx.trail_head().await?;
    let mut checkpoints = Vec::new();
    loop {
        let batch = tx.checkpoints_after(checkpoints.last().map_or(0, |(size, _)| *size), BATCH).await?;
        if batch.is_empty() {
            break;
        }
        checkpoints.extend(batch.into_iter().map(|one| (one.size, one.text)));
    }
    let count = head.seq.unsigned_abs();
    let about = export::Head {
        format: export::FORMAT.into(),
        entries: count,
        checkpoints: checkpoints.len() as u64,
        at: world::real().now().0,
    };
    export::write(to, &Line::Head(about))?;
    let mut last = 0;
    loop {
        let batch = tx.trail_after(last, BATCH).await?;
        let Some(end) = batch.last() else { break };
        last = end.seq;
        for entry in &batch {
            export::write(to, &Line::Entry(entry.as_exported()))?;
        }
    }
    for (_, text) in checkpoints {
        export::write(to, &Line::Checkpoint(text.into()))?;
    }
    to.flush()?;
    Ok(count)
}
