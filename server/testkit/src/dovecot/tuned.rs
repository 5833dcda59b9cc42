//! A Dovecot for benches: as durable as by default, tuned for many mailboxes (`tuned.conf`); and what its administrator
//! does with `doveadm`.

use super::{Dovecot, Setup};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Command, Stdio},
};

impl Dovecot {
    /// As [`Dovecot::start`], with the mail of all users below `place`, which [`Dovecot::may_keep_mail_in`].
    pub fn tuned(users: &[&str], place: &Path) -> Result<Option<Self>> {
        let setup = Setup { mail: Some(place), more: include_str!("tuned.conf") };
        let Some(dovecot) = Self::with(users, setup)? else { return Ok(None) };
        // The first sign-in waits some seconds for the penalty that is switched off.
        users.first().map(|user| dovecot.client(user)).transpose()?;
        Ok(Some(dovecot))
    }

    /// Its users must be able to walk there: what is below somebody's closed home won't do.
    pub fn may_keep_mail_in(place: &Path) -> Result<bool> {
        for folder in place.canonicalize()?.ancestors() {
            if fs::metadata(folder)?.mode() & 0o001 == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What `doveadm` answers.
    pub fn doveadm(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("doveadm");
        command.arg("-c").arg(self.folder.path().join("dovecot.conf")).args(arguments);
        let output = command.stdin(Stdio::null()).output().context("running doveadm")?;
        if !output.status.success() {
            bail!("doveadm {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim_end());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
