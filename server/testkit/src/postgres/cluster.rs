//! The server itself: made by the first process, joined by the others, gone with the last.

use anyhow::{Context, Result, bail};
use std::{
    env,
    fs::{self, DirBuilder, File, Permissions},
    io,
    os::unix::{
        fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Waits until no process uses the server, then ends it. The lock is held until all is removed, so that
/// whoever comes meanwhile starts afresh. The lock file itself stays: removing it would let somebody lock its
/// successor while we are still removing. A server that never started leaves nothing to stop.
const SUPERVISOR: &str = r#"
exec 9<"$FOLDER/users"
flock -x 9
file=$FOLDER/cluster/data/postmaster.pid
pid=$(head -n 1 "$file" 2>/dev/null)
[ -n "$pid" ] && kill -QUIT "$pid" && while [ -e "$file" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
rm -rf "$FOLDER/cluster"
"#;

const SETTINGS: &str = "-c max_connections=400 -c listen_addresses= -c unix_socket_permissions=0700";

/// When is something committed?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commits {
    /// Nothing survives the test run, so nothing is written through to the disk. What was committed survives the
    /// server, though: a test takes it away.
    InMemory,
    /// As in production.
    OnDisk,
}

/// This process's share in the server.
pub struct Cluster {
    folder: PathBuf,
    /// Holds the shared lock; closed, and with that given back, by the kernel at the latest.
    _users: File,
    /// In the process that started the server.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests wait for its end"))]
    supervisor: Option<Child>,
}

/// The same for all processes of one user.
pub fn usual_folder() -> Result<PathBuf> {
    Ok(env::temp_dir().join(format!("recant-test-postgres-{}", own_uid()?)))
}

impl Cluster {
    pub fn join(folder: &Path, bin: &Path) -> Result<Self> {
        let users = loop {
            if let Some(users) = enter(folder)? {
                break users;
            }
        };
        let starting = File::create(folder.join("starting"))?;
        starting.lock()?;
        let owner = Owner::find()?;
        let supervisor = if is_running(folder, bin, &owner)? {
            None
        } else {
            let supervisor = supervise(folder)?;
            start(folder, bin, &owner)?;
            Some(supervisor)
        };
        Ok(Self { folder: folder.to_owned(), _users: users, supervisor })
    }

    /// As when the machine loses power, or somebody stops the service: nothing is finished, nobody is told.
    pub fn stop(&self, bin: &Path) -> Result<()> {
        self.control(bin, &["stop", "-m", "immediate", "-w", "-s"])
    }

    pub fn start_again(&self, bin: &Path, commits: Commits) -> Result<()> {
        let place = self.folder.join("cluster");
        let (settings, log) = (settings(&place, commits), place.join("log"));
        self.control(bin, &["start", "-w", "-s", "-o", &settings, "-l", &log.to_string_lossy()])
    }

    fn control(&self, bin: &Path, arguments: &[&str]) -> Result<()> {
        let data = self.folder.join("cluster/data");
        finish(Owner::find()?.command(&bin.join("pg_ctl")).args(arguments).arg("-D").arg(data))
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.folder.join("cluster").display())
    }
}

/// None: the folder was removed between opening its lock and getting it.
fn enter(folder: &Path) -> Result<Option<File>> {
    let made = DirBuilder::new().recursive(true).mode(0o711).create(folder);
    made.with_context(|| format!("can't make {}", folder.display()))?;
    if fs::symlink_metadata(folder)
        .is_ok_and(|folder| !folder.is_dir() || own_uid().ok() != Some(folder.uid()))
    {
        bail!("{} belongs to somebody else", folder.display());
    }
    let path = folder.join("users");
    let users = match File::options().create(true).append(true).open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    users.lock_shared()?;
    let same =
        fs::metadata(&path).is_ok_and(|now| users.metadata().is_ok_and(|mine| mine.ino() == now.ino()));
    Ok(same.then_some(users))
}

fn is_running(folder: &Path, bin: &Path, owner: &Owner) -> Result<bool> {
    let data = folder.join("cluster/data");
    Ok(data.exists()
        && owner.command(&bin.join("pg_ctl")).arg("status").arg("-D").arg(data).output()?.status.success())
}

/// In a process group of its own: Ctrl-C at the terminal ends the tests, and the supervisor then cleans up.
fn supervise(folder: &Path) -> Result<Child> {
    Command::new("sh")
        .args(["-c", SUPERVISOR])
        .env("FOLDER", folder)
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("can't start sh")
}

fn start(folder: &Path, bin: &Path, owner: &Owner) -> Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o711))?;
    let place = folder.join("cluster");
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    DirBuilder::new().mode(0o700).create(&place)?;
    chown(&place, owner.uid, owner.gid)?;
    let data = place.join("data");
    finish(owner.command(&bin.join("initdb")).arg("-D").arg(&data).args([
        "--no-sync",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--username=postgres",
    ]))?;
    let settings = settings(&place, Commits::InMemory);
    // -w: returns when the server answers.
    let mut pg_ctl = owner.command(&bin.join("pg_ctl"));
    pg_ctl.args(["start", "-w", "-s", "-o", &settings, "-D"]).arg(&data).arg("-l").arg(place.join("log"));
    finish(&mut pg_ctl).with_context(|| fs::read_to_string(place.join("log")).unwrap_or_default())
}

fn settings(place: &Path, commits: Commits) -> String {
    let through = if commits == Commits::OnDisk { "on" } else { "off" };
    format!(
        "-c fsync={through} -c full_page_writes={through} {SETTINGS} -c unix_socket_directories='{}'",
        place.display()
    )
}

fn finish(command: &mut Command) -> Result<()> {
    let output =
        command.output().with_context(|| format!("can't run {}", command.get_program().display()))?;
    if !output.status.success() {
        bail!("{}: {}", command.get_program().display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// Who runs the server: we, or a user without rights when we are root, as Postgres demands.
struct Owner {
    uid: Option<u32>,
    gid: Option<u32>,
}

impl Owner {
    fn find() -> Result<Self> {
        if own_uid()? != 0 {
            return Ok(Self { uid: None, gid: None });
        }
        let users = fs::read_to_string("/etc/passwd")?;
        let ids = |name: &str| {
            let mut fields =
                users.lines().map(|line| line.split(':')).find(|line| line.clone().next() == Some(name))?;
            Some((fields.nth(2)?.parse().ok()?, fields.next()?.parse().ok()?))
        };
        let (uid, gid) = ids("postgres").or_else(|| ids("nobody")).context("no user to run Postgres as")?;
        Ok(Self { uid: Some(uid), gid: Some(gid) })
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // Not in the folder of the tests, which the server's user may not enter.
        command.current_dir("/").stdin(Stdio::null()).env("LC_ALL", "C.UTF-8");
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        if let (Some(uid), Some(gid)) = (self.uid, self.gid) {
            command.uid(uid).gid(gid);
        }
        command
    }
}

fn own_uid() -> Result<u32> {
    Ok(fs::metadata("/proc/self").context("test databases need /proc")?.uid())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::server_programs;

    /// What the end of a process does to its locks, dropping does here.
    #[test]
    fn server_lives_as_long_as_somebody_uses_it() {
        let Some(bin) = server_programs() else { return };
        let folder = tempfile::tempdir().unwrap();
        let mut first = Cluster::join(folder.path(), &bin).unwrap();
        let second = Cluster::join(folder.path(), &bin).unwrap();
        assert!(second.supervisor.is_none(), "the second process starts no server");
        let pid = fs::read_to_string(folder.path().join("cluster/data/postmaster.pid")).unwrap();
        let process = Path::new("/proc").join(pid.lines().next().unwrap());

        let mut supervisor = first.supervisor.take().unwrap();
        drop(first);
        let owner = Owner::find().unwrap();
        assert!(is_running(folder.path(), &bin, &owner).unwrap());
        assert!(supervisor.try_wait().unwrap().is_none());

        drop(second);
        supervisor.wait().unwrap();
        // Without an init that collects it, a name without a command line stays.
        let command = fs::read(process.join("cmdline")).unwrap_or_default();
        assert!(command.is_empty(), "the server is gone");
        assert!(!folder.path().join("cluster").exists(), "and its data");
    }

    #[test]
    fn next_run_finds_no_trace_of_the_last() {
        let Some(bin) = server_programs() else { return };
        let parent = tempfile::tempdir().unwrap();
        fs::set_permissions(parent.path(), Permissions::from_mode(0o711)).unwrap();
        let folder = parent.path().join("pg");
        for _ in 0..2 {
            let mut cluster = Cluster::join(&folder, &bin).unwrap();
            let mut supervisor = cluster.supervisor.take().expect("started anew");
            drop(cluster);
            supervisor.wait().unwrap();
        }
    }

    #[test]
    fn folder_of_somebody_else_is_not_entered() {
        if own_uid().unwrap() != 0 {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        chown(folder.path(), Some(65534), None).unwrap();
        assert!(enter(folder.path()).is_err());
    }
}
