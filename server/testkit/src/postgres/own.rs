//! A server that one test has for itself, to take it away and give it back.

use super::{
    cluster::{Cluster, Commits},
    say, server_programs,
};
use anyhow::{Result, bail};
use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

pub struct OwnServer {
    cluster: Cluster,
    commits: Commits,
    bin: PathBuf,
    /// Goes after the server.
    folder: Option<tempfile::TempDir>,
}

impl OwnServer {
    /// None when this machine has no Postgres, as with [`super::Postgres::shared`].
    pub fn start() -> Result<Option<Self>> {
        let folder = tempfile::tempdir()?;
        let mut own = Self::start_in(folder.path())?;
        if let Some(own) = &mut own {
            own.folder = Some(folder);
        }
        Ok(own)
    }

    /// Below an empty folder of the caller's choice.
    pub fn start_in(folder: &Path) -> Result<Option<Self>> {
        let Some(bin) = server_programs() else {
            if env::var("RECANT_TEST_REQUIRE").is_ok_and(|value| value == "1") {
                bail!("initdb and pg_ctl are missing; install PostgreSQL");
            }
            say("Postgres is not installed: a test with a server of its own is left out");
            return Ok(None);
        };
        fs::set_permissions(folder, fs::Permissions::from_mode(0o711))?;
        let cluster = Cluster::join(&folder.join("server"), &bin)?;
        Ok(Some(Self { cluster, commits: Commits::InMemory, bin, folder: None }))
    }

    /// One that waits for its disk, as in production: for measurements.
    pub fn durable_in(folder: &Path) -> Result<Option<Self>> {
        let mut own = Self::start_in(folder)?;
        if let Some(own) = &mut own {
            own.commits = Commits::OnDisk;
            own.take_away()?;
            own.give_back()?;
        }
        Ok(own)
    }

    pub fn url(&self) -> String {
        self.cluster.url("postgres")
    }

    /// At once, as when it loses power.
    pub fn take_away(&self) -> Result<()> {
        self.cluster.stop(&self.bin)
    }

    pub fn give_back(&self) -> Result<()> {
        self.cluster.start_again(&self.bin, self.commits)
    }
}

impl Drop for OwnServer {
    /// Before its folder goes. One that was taken away already has nothing to stop.
    fn drop(&mut self) {
        let _ = self.cluster.stop(&self.bin);
    }
}
