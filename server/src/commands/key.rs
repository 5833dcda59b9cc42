//! `recant key`: the file with the keys that wrap what the vault keeps.

use super::say;
use crate::{key_file, world};
use anyhow::Result;
use clap::Subcommand;
use std::{path::PathBuf, process::ExitCode};

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key in a new file that only you can read.
    New { file: PathBuf },
    /// Put a fresh key before those in the file. They stay until `recant vault prune`.
    Rotate { file: PathBuf },
}

pub fn run(command: &KeyCommand) -> Result<ExitCode> {
    match command {
        KeyCommand::New { file } => {
            key_file::make(file, &world::real())?;
            say::line(format!(
                "{}: made. Keep a copy in a safe place: without it nothing in the vault can be read.",
                file.display()
            ));
        }
        KeyCommand::Rotate { file } => {
            let ids = key_file::rotate(file, &world::real())?;
            let Some((first, older)) = ids.split_first() else { return Ok(ExitCode::FAILURE) };
            say::line(format!(
                "{}: wraps with {first} from now on; {} older kept. Copy the file to every machine that serves this portal and to your safe place, then run `recant vault rewrap`.",
                file.display(),
                older.len()
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}
