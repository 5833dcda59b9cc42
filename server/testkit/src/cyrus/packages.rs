//! Cyrus' programs, unpacked beside the system: installed, its package would take Dovecot's place.

use anyhow::{Context, Result, bail};
use std::{
    env,
    ffi::OsStr,
    fs::{self, File},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
};

/// `saslpasswd2` makes the accounts; the modules know PLAIN.
const WANTED: [&str; 3] = ["cyrus-imapd", "sasl2-bin", "libsasl2-modules"];
/// The rest of what they want is another program's business: a mail transport, awk.
const NEEDED: [&str; 3] = ["cyrus", "sasl2", "lib"];

/// A root folder with everything in it; made once for all tests and runs.
pub fn unpacked() -> Result<PathBuf> {
    let folder = cache()?;
    fs::create_dir_all(&folder)?;
    let lock = File::create(folder.join("lock"))?;
    lock.lock()?;
    let root = folder.join(WANTED.join("+"));
    if !root.exists() {
        let fresh = tempfile::tempdir_in(&folder)?;
        let made = fetch(fresh.path())?;
        fs::rename(made, &root)?;
    }
    Ok(root)
}

/// Readable for the user that Cyrus runs as, and writable for nobody else: programs are run from there.
fn cache() -> Result<PathBuf> {
    if fs::metadata("/proc/self")?.uid() == 0 {
        return Ok("/var/cache/recant-tests/cyrus".into());
    }
    let home = env::var_os("HOME").context("there is no HOME to keep them in")?;
    Ok(Path::new(&home).join(".cache/recant-tests/cyrus"))
}

/// As apt is configured on this machine; nothing is installed.
fn fetch(folder: &Path) -> Result<PathBuf> {
    let simulated = ["--simulate", "--no-install-recommends", "install"];
    let plan = run(folder, "apt-get", simulated.into_iter().chain(WANTED))?;
    let names: Vec<&str> = plan.lines().filter_map(new).collect();
    let options = ["-o", "APT::Sandbox::User=root", "-o", "Acquire::http::Timeout=20", "download"];
    run(folder, "apt-get", options.into_iter().chain(names))?;
    let root = folder.join("root");
    fs::create_dir(&root)?;
    for entry in fs::read_dir(folder)? {
        let package = entry?.path();
        if package.extension() == Some(OsStr::new("deb")) {
            run(folder, "dpkg-deb", ["-x".as_ref(), package.as_os_str(), root.as_os_str()])?;
        }
    }
    if !root.join("usr/lib/cyrus/bin/master").exists() {
        bail!("Debian's packages don't hold what was expected");
    }
    Ok(root)
}

/// `Inst libical3 (3.0.16-1+b1 …)`; what would only be renewed has its present version in brackets first.
fn new(line: &str) -> Option<&str> {
    let (name, rest) = line.strip_prefix("Inst ")?.split_once(' ')?;
    (rest.starts_with('(') && NEEDED.iter().any(|start| name.starts_with(start))).then_some(name)
}

fn run<S: AsRef<OsStr>>(
    folder: &Path,
    program: &str,
    arguments: impl IntoIterator<Item = S>,
) -> Result<String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("LC_ALL", "C");
    let output = command.output().with_context(|| format!("{program} can't be run"))?;
    if !output.status.success() {
        bail!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_fetched_and_nothing_else() {
        let plan = "Remv dovecot-imapd [1:2.3]\nInst exim4-base (4.96 Debian:12)\nInst libical3 (3.0 Debian:12)\n\
            Inst libsasl2-2 [2.1] (2.1+u1 Debian:12)\nInst cyrus-imapd (3.6 Debian:12)\nConf libical3 (3.0)";
        assert_eq!(plan.lines().filter_map(new).collect::<Vec<_>>(), ["libical3", "cyrus-imapd"]);
    }
}
