//! `recant key new FILE`: the key that seals what the vault keeps, or one that signs the trail's checkpoints.

use super::say;
use crate::world;
use anyhow::{Context as _, Result};
use clap::Subcommand;
use domain::{
    hex,
    verify::note::{Key, Signer},
    world::World,
};
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
    New {
        file: PathBuf,
        /// A key that signs checkpoints of the trail, which will call the trail so: a name that nobody else uses,
        /// such as recant.example.com/trail. Its public half is printed, and written beside it as FILE.pub.
        #[arg(long, value_name = "NAME")]
        signing: Option<String>,
    },
}

pub fn run(command: &KeyCommand) -> Result<ExitCode> {
    let KeyCommand::New { file, signing } = command;
    if let Some(name) = signing {
        let key = make_signing(file, name, &world::real())?;
        say::line(format!("{}: made. Give this to whoever checks the trail:", file.display()));
        say::line(key);
        return Ok(ExitCode::SUCCESS);
    }
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
    write(file, 0o600, &Zeroizing::new(hex::encode(key.as_slice())))
}

/// The secret half in `file`, the public one in `file.pub`.
pub fn make_signing(file: &Path, name: &str, world: &World) -> Result<Key> {
    let signer = Signer::new(name, world.bytes())?;
    let key = signer.key()?;
    write(file, 0o600, &Zeroizing::new(signer.secret()?))?;
    let mut public = file.as_os_str().to_owned();
    public.push(".pub");
    write(Path::new(&public), 0o644, &key.to_string())?;
    Ok(key)
}

fn write(file: &Path, mode: u32, line: &str) -> Result<()> {
    let mut new = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(file)
        .with_context(|| format!("{} can't be made", file.display()))?;
    new.write_all(line.as_bytes())?;
    new.write_all(b"\n")?;
    Ok(new.sync_all()?)
}
