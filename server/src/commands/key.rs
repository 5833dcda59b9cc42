//! `recant key`: the file with the keys that wrap what the vault keeps, and the key that signs the trail's checkpoints.

use super::say;
use crate::{key_file, signing_key, world};
use anyhow::Result;
use clap::Subcommand;
use std::{path::PathBuf, process::ExitCode};

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key in a new file that only you can read.
    New {
        file: PathBuf,
        /// A key that signs checkpoints of the trail, which will call the trail so: a name that nobody else uses,
        /// such as recant.example.com/trail. Its public half is printed, and written beside it as FILE.pub.
        #[arg(long, value_name = "NAME")]
        signing: Option<String>,
    },
    /// Put a fresh key before those in the file. They stay until `recant vault prune`.
    Rotate { file: PathBuf },
}

pub fn run(command: &KeyCommand) -> Result<ExitCode> {
    match command {
        KeyCommand::New { file, signing: Some(name) } => {
            let key = signing_key::make(file, name, &world::real())?;
            say::line(format!("{}: made. Give this to whoever checks the trail:", file.display()));
            say::line(key);
        }
        KeyCommand::New { file, signing: None } => {
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
