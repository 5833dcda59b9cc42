//! The key that signs the trail's checkpoints: its secret half for the portal, its public one for whoever checks.

use anyhow::{Context as _, Result};
use domain::{
    verify::note::{Key, Signer},
    world::World,
};
use std::{fs::OpenOptions, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};
use zeroize::Zeroizing;

/// The secret half in `file`, the public one in `file.pub`. Never over a file that is there.
pub fn make(file: &Path, name: &str, world: &World) -> Result<Key> {
    let signer = Signer::new(name, world.bytes())?;
    let key = signer.key()?;
    write(file, 0o600, &Zeroizing::new(signer.secret()?))?;
    let mut public = file.as_os_str().to_owned();
    public.push(".pub");
    write(Path::new(&public), 0o644, &key.to_string())?;
    Ok(key)
}

fn write(file: &Path, mode: u32, line: &str) -> Result<()> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(file);
    let mut key_file = opened.with_context(|| format!("{} can't be made", file.display()))?;
    key_file.write_all(line.as_bytes())?;
    key_file.write_all(b"\n")?;
    Ok(key_file.sync_all()?)
}
