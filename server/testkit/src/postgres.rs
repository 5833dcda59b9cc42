//! One throw-away Postgres for all tests that run at a time, whatever process they are in; each test gets a
//! database of its own. `RECANT_TEST_POSTGRES_URL` names a server to use instead.
//!
//! Who uses the server holds a shared lock, which the kernel gives back when the process ends, however it
//! ends. A small shell waits for the exclusive one, stops the server by its process id and removes its data.
//! There is no TCP port: the socket lies in a folder that only its owner may enter.

mod cluster;
mod own;

pub use own::OwnServer;

use anyhow::{Context, Result, anyhow, bail};
use cluster::Cluster;
use std::{
    env, fs,
    io::Read,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

pub struct Postgres {
    /// Where databases are made; `createdb` and `dropdb` take it.
    admin_url: String,
    bin: PathBuf,
    /// None: the server is somebody else's.
    _cluster: Option<Cluster>,
}

/// A fresh, empty database; removed when dropped.
pub struct Database {
    url: String,
    name: String,
    server: &'static Postgres,
}

impl Postgres {
    /// None when this machine has no Postgres, which is said once. With `RECANT_TEST_REQUIRE=1` that is an error.
    pub fn shared() -> Result<Option<&'static Self>> {
        static SHARED: OnceLock<Result<Option<Postgres>, String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| {
            let elsewhere = env::var("RECANT_TEST_POSTGRES_URL").ok();
            let required = env::var("RECANT_TEST_REQUIRE").is_ok_and(|value| value == "1");
            Self::find(server_programs(), elsewhere, required).map_err(|error| format!("{error:#}"))
        });
        shared.as_ref().map(Option::as_ref).map_err(|error| anyhow!("no Postgres for tests: {error}"))
    }

    fn find(bin: Option<PathBuf>, elsewhere: Option<String>, required: bool) -> Result<Option<Self>> {
        if let Some(admin_url) = elsewhere {
            return Ok(Some(Self { admin_url, bin: bin.unwrap_or_default(), _cluster: None }));
        }
        let Some(bin) = bin else {
            if required {
                bail!("initdb and pg_ctl are missing; install PostgreSQL or set RECANT_TEST_POSTGRES_URL");
            }
            say(
                "Postgres is not installed: its tests are left out (RECANT_TEST_REQUIRE=1 makes this an error)",
            );
            return Ok(None);
        };
        let cluster = Cluster::join(&cluster::usual_folder()?, &bin)?;
        Ok(Some(Self { admin_url: cluster.url("postgres"), bin, _cluster: Some(cluster) }))
    }

    pub fn create_database(&'static self) -> Result<Database> {
        let name = format!("recant_test_{}", unique()?);
        self.run("createdb", &[&name, "--template=template0"])?;
        let url = with_database(&self.admin_url, &name);
        Ok(Database { url, name, server: self })
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(self.bin.join(program));
        // Another server's settings in the environment must not lead us there.
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        let output = command
            .arg(format!("--maintenance-db={}", self.admin_url))
            .args(arguments)
            .output()
            .with_context(|| format!("{program} can't be started"))?;
        if !output.status.success() {
            bail!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }
}

impl Database {
    /// `postgres://…`, for sqlx and psql alike.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    /// A run makes hundreds of databases of 7 MB each. One that stays behind hurts nobody: the server goes too.
    fn drop(&mut self) {
        let _left = self.server.run("dropdb", &["--if-exists", "--force", &self.name]);
    }
}

#[expect(clippy::print_stderr, reason = "a test that was left out must not look like one that passed")]
fn say(line: &str) {
    eprintln!("testkit: {line}");
}

/// The newest installed server: distributions keep its programs out of the PATH.
fn server_programs() -> Option<PathBuf> {
    let asked = Command::new("pg_config").arg("--bindir").output().ok();
    let asked = asked.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    versions.sort_by_key(|path| version(path));
    let path = env::var_os("PATH").unwrap_or_default();
    let complete =
        |folder: &PathBuf| ["initdb", "pg_ctl", "createdb"].iter().all(|name| folder.join(name).is_file());
    versions.into_iter().rev().chain(asked).chain(env::split_paths(&path)).find(complete)
}

/// `/usr/lib/postgresql/15/bin` → 15.
fn version(bin: &Path) -> u32 {
    bin.parent().and_then(Path::file_name).and_then(|name| name.to_str()?.parse().ok()).unwrap_or(0)
}

/// Also among processes that share a server.
fn unique() -> Result<String> {
    let mut bytes = [0; 8];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:016x}", u64::from_le_bytes(bytes)))
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> String {
    let (place, settings) =
        url.split_once('?').map_or((url, None), |(place, settings)| (place, Some(settings)));
    let start = place.find("://").map_or(0, |at| at + 3);
    let end = place[start..].find('/').map_or(place.len(), |at| start + at);
    let settings = settings.map(|settings| format!("?{settings}")).unwrap_or_default();
    format!("{}/{name}{settings}", &place[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_keeps_everything_but_the_database() {
        for (url, other) in [
            ("postgres://u:p@h:5432/old?sslmode=disable", "postgres://u:p@h:5432/new?sslmode=disable"),
            ("postgres://h", "postgres://h/new"),
            (
                "postgres://postgres@localhost/postgres?host=/tmp/x",
                "postgres://postgres@localhost/new?host=/tmp/x",
            ),
        ] {
            assert_eq!(with_database(url, "new"), other);
        }
    }

    #[test]
    fn newest_version_is_a_number_not_a_word() {
        assert!(
            version(Path::new("/usr/lib/postgresql/15/bin"))
                > version(Path::new("/usr/lib/postgresql/9.6/bin"))
        );
        assert!(
            version(Path::new("/usr/lib/postgresql/15/bin"))
                > version(Path::new("/usr/lib/postgresql/9/bin"))
        );
    }

    #[test]
    fn missing_server_is_an_error_only_where_it_is_required() {
        assert!(Postgres::find(None, None, false).unwrap().is_none());
        assert!(Postgres::find(None, None, true).is_err());
        let elsewhere = Postgres::find(None, Some("postgres://h/x".into()), true).unwrap().unwrap();
        assert_eq!(elsewhere.admin_url, "postgres://h/x");
    }

    fn query(database: &Database, statement: &str) -> Result<String> {
        let output = Command::new(database.server.bin.join("psql"))
            .args([database.url(), "-XAtc", statement])
            .output()?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    #[test]
    fn each_test_has_a_database_of_its_own() {
        let Some(server) = Postgres::shared().unwrap() else { return };
        let (one, other) = (server.create_database().unwrap(), server.create_database().unwrap());
        query(&one, "CREATE TABLE 合同 (id int)").unwrap();
        assert_eq!(query(&one, "SELECT count(*) FROM 合同").unwrap(), "0");
        assert!(query(&other, "SELECT count(*) FROM 合同").is_err());
        assert_eq!(query(&other, "SHOW server_encoding").unwrap(), "UTF8");
    }

    #[test]
    fn database_goes_with_its_test() {
        let Some(server) = Postgres::shared().unwrap() else { return };
        let (kept, gone) = (server.create_database().unwrap(), server.create_database().unwrap());
        let count = format!("SELECT count(*) FROM pg_database WHERE datname = '{}'", gone.name);
        assert_eq!(query(&kept, &count).unwrap(), "1");
        drop(gone);
        assert_eq!(query(&kept, &count).unwrap(), "0");
    }
}
