//! `recant key new FILE`: the key that seals what the vault keeps.

use super::say;
use crate::world;
use anyhow::{Context as _, Result};
use clap::Subcommand;
use domain::{hex, world::World};
use std::{
    fs::OpenOptions,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
};
use zeroize::Zeroizing;

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key in a new file that only you can read.
    New { file: PathBuf },
}

pub fn run(command: &KeyCommand) -> Result<ExitCode> {
    let KeyCommand::New { file } = command;
    make(file, &world::real())?;
    say::line(format!(
        "{}: made. Keep a copy in a safe place: without it nothing in the vault can be read.",
        file.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Never over a file that is there: it may be the only copy of a key in use.
pub fn make(file: &Path, world: &World) -> Result<()> {
    let key = Zeroizing::new(world.bytes::<32>());
    let line = Zeroizing::new(hex::encode(key.as_slice()) + "\n");
    let mut made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .with_context(|| format!("{} can't be made", file.display()))?;
    made.write_all(line.as_bytes())?;
    Ok(made.sync_all()?)
}
