//! A real Postfix of its own for one test: takes mail over SMTP, opens groups to any depth, delivers to the domain's
//! mailboxes over LMTP. Mail to anybody else is taken and thrown away.
//!
//! It lives in a temporary folder on a free loopback port and ends when it is dropped. Needs root, and the two
//! accounts that its package makes.

use crate::program::{Log, certify, free_ports, is_root, say};
use anyhow::{Context, Result};
use std::{
    fmt::Write as _,
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::Path,
    process::{Child, Command, Stdio},
};

/// In the master's first line of the log, written when it listens.
const UP: &str = "daemon started";
/// In the last line about a message.
const GONE: &str = ": removed";

pub struct Postfix {
    /// Offers STARTTLS, for `localhost`.
    pub port: u16,
    program: &'static str,
    master: Child,
    log: Log,
    folder: tempfile::TempDir,
}

/// Whom it knows.
#[derive(Clone, Copy, Debug)]
pub struct House<'a> {
    pub domain: &'a str,
    /// Of the server with the mailboxes.
    pub lmtp_port: u16,
    pub mailboxes: &'a [&'a str],
    /// Each with its members: mailboxes, groups, outsiders.
    pub groups: &'a [(&'a str, &'a [&'a str])],
}

/// One recipient of one message, as the log tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delivery {
    pub to: String,
    /// The address that was asked for, where that was a group.
    pub through: Option<String>,
    /// Such as `sent (250 2.0.0 …)`.
    pub status: String,
}

impl Postfix {
    /// Waits until it listens. None when this machine can't run it, which is said.
    pub fn start(house: House<'_>) -> Result<Option<Self>> {
        let programs = ["/usr/sbin/postfix", "/usr/local/sbin/postfix"];
        match programs.into_iter().find(|path| Path::new(path).exists()) {
            None => {
                say("Postfix is not installed: its tests are left out");
                Ok(None)
            }
            Some(_) if !is_root()? => {
                say("Postfix needs root: its tests are left out");
                Ok(None)
            }
            Some(program) => Self::run(program, house).map(Some),
        }
    }

    /// The certificate to trust (PEM).
    pub fn authority(&self) -> Result<Vec<u8>> {
        Ok(fs::read(self.folder.path().join("cert.pem"))?)
    }

    /// Waits until it took so many messages with this Message-ID and has nothing more to do for them; how each
    /// recipient ended, sorted.
    pub fn deliveries(&self, message_id: &str, messages: usize) -> Result<Vec<Delivery>> {
        loop {
            let log = fs::read_to_string(self.folder.path().join("postfix.log"))?;
            let ours = |line: &&str| line.ends_with(&format!(" message-id=<{message_id}>"));
            let names: Vec<&str> = log.lines().filter(ours).filter_map(queue_id).collect();
            let about = |line: &&str| queue_id(line).is_some_and(|name| names.contains(&name));
            let lines: Vec<&str> = log.lines().filter(about).collect();
            if lines.iter().filter(|line| line.ends_with(GONE)).count() >= messages {
                let mut deliveries: Vec<Delivery> =
                    lines.iter().filter_map(|line| Delivery::read(line)).collect();
                deliveries.sort();
                return Ok(deliveries);
            }
            self.log.wait_for("").with_context(|| format!("waiting for {message_id} to be delivered"))?;
        }
    }

    fn run(program: &'static str, house: House<'_>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("postfix").tempdir()?;
        let [port] = free_ports()?;
        configure(folder.path(), house, port)?;
        let mut command = Command::new(program);
        command.arg("-c").arg(folder.path().join("etc")).arg("start-fg");
        let (pipe, writer) = std::io::pipe()?;
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let master = command.spawn().with_context(|| format!("starting {program}"))?;
        // The pipe ends with the last process only if we keep no end of it.
        drop(command);
        let log = Log::kept(pipe, fs::File::create(folder.path().join("postfix.log"))?);
        let postfix = Self { port, program, master, log, folder };
        postfix.log.wait_for(UP)?;
        Ok(postfix)
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let mut stop = Command::new(self.program);
        stop.arg("-c").arg(self.folder.path().join("etc")).arg("stop");
        stop.stdout(Stdio::null()).stderr(Stdio::null());
        self.log.end_by(stop, &mut self.master);
    }
}

impl Delivery {
    /// `… 4dXy: to=<bob@x>, orig_to=<all@x>, relay=…, delay=…, dsn=2.0.0, status=sent (…)`
    fn read(line: &str) -> Option<Self> {
        let (_, to) = line.split_once(": to=<")?;
        let (_, status) = line.split_once(", status=")?;
        let until_bracket = |text: &str| text.split('>').next().unwrap_or_default().to_owned();
        let through = line.split_once(", orig_to=<").map(|(_, address)| until_bracket(address));
        Some(Self { to: until_bracket(to), through, status: status.to_owned() })
    }
}

/// `Nov 25 03:12:11 mx postfix/cleanup[7]: 4dXy: …`
fn queue_id(line: &str) -> Option<&str> {
    line.split(": ").nth(1)
}

fn configure(dir: &Path, house: House<'_>, port: u16) -> Result<()> {
    // Postfix' other users pass through.
    fs::set_permissions(dir, fs::Permissions::from_mode(0o755))?;
    for sub in ["etc", "spool", "data"] {
        fs::create_dir(dir.join(sub))?;
    }
    chown(dir.join("data"), Some(account("postfix")?), None)?;
    certify(dir)?;
    let filled = |text: &str| {
        text.replace("$DOMAIN", house.domain)
            .replace("$D", &dir.display().to_string())
            .replace("$LMTP", &house.lmtp_port.to_string())
            .replace("$SMTP", &port.to_string())
    };
    let (mut mailboxes, mut groups) = (String::new(), String::new());
    for mailbox in house.mailboxes {
        writeln!(mailboxes, "{mailbox} here")?;
    }
    for (group, members) in house.groups {
        writeln!(groups, "{group} {}", members.join(", "))?;
    }
    for (name, text) in [
        ("main.cf", filled(include_str!("postfix/main.cf"))),
        ("master.cf", filled(include_str!("postfix/master.cf"))),
        ("mailboxes", mailboxes),
        ("groups", groups),
    ] {
        fs::write(dir.join("etc").join(name), text)?;
    }
    Ok(())
}

/// Its number.
fn account(name: &str) -> Result<u32> {
    let accounts = fs::read_to_string("/etc/passwd")?;
    let fields = accounts.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let fields = fields.with_context(|| format!("there is no user {name}"))?;
    fields.split(':').nth(1).context("no uid")?.parse().context("a uid that is no number")
}
