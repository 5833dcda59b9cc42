//! A real Dovecot of its own for one test: Maildir, IMAP, LMTP, one administrator who may act for everybody.
//!
//! It lives in a temporary folder on free loopback ports and ends when it is dropped. Needs root, because
//! Dovecot changes users; the mail belongs to uid 5000, which needs no account.

mod tuned;

use crate::{
    imap::ImapClient,
    lmtp::Lmtp,
    program::{Log, certify, free_ports, is_root, left_out},
};
use anyhow::{Context, Result};
use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Owner of all mail.
const MAIL_ID: u32 = 5000;
/// In the master's first line of the log, written when it listens.
const UP: &str = " starting up for ";

pub struct Dovecot {
    pub imap_port: u16,
    /// TLS from the first byte, for `localhost`.
    pub imaps_port: u16,
    pub lmtp_port: u16,
    master: Child,
    log: Log,
    mail: tempfile::TempDir,
    folder: tempfile::TempDir,
}

/// How it is set up.
#[derive(Clone, Copy)]
struct Setup<'a> {
    /// None: beside everything else.
    mail: Option<&'a Path>,
    /// Settings that come after the usual ones, and count more.
    more: &'a str,
}

impl Dovecot {
    pub const PASSWORD: &str = "secret";
    /// Logs in as `user*admin` or with an authorisation identity (RFC 4616).
    pub const ADMIN: (&str, &str) = ("admin", "admin-secret");

    /// Waits until it answers. None when this machine can't run it, which is said; with
    /// `RECANT_TEST_REQUIRE=1` that is an error.
    pub fn start(users: &[&str]) -> Result<Option<Self>> {
        Self::with(users, Setup { mail: None, more: "" })
    }

    fn with(users: &[&str], setup: Setup<'_>) -> Result<Option<Self>> {
        let programs = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot"];
        match programs.into_iter().find(|path| Path::new(path).exists()) {
            None => left_out("Dovecot is not installed"),
            Some(_) if !is_root()? => left_out("Dovecot needs root"),
            Some(program) => Self::run(program, users, setup).map(Some),
        }
    }

    /// Below it lies `{domain}/{local}/Maildir`.
    pub fn mail_root(&self) -> PathBuf {
        self.mail.path().to_owned()
    }

    pub fn maildir(&self, user: &str) -> PathBuf {
        let (local, domain) = user.split_once('@').unwrap_or((user, ""));
        self.mail_root().join(domain).join(local).join("Maildir")
    }

    /// The certificate to trust (PEM).
    pub fn authority(&self) -> Result<Vec<u8>> {
        Ok(fs::read(self.folder.path().join("cert.pem"))?)
    }

    /// All it says, with the lines of its plugin `mail_log`.
    pub fn log_file(&self) -> PathBuf {
        self.folder.path().join("dovecot.log")
    }

    /// Until that stands in the log file.
    pub fn says(&self, sign: &str) -> Result<()> {
        self.log.wait_for(sign)
    }

    /// A client that is logged in as that person.
    pub fn client(&self, user: &str) -> Result<ImapClient> {
        let mut client = ImapClient::connect(self.imap_port)?;
        client.login(user, Self::PASSWORD)?;
        Ok(client)
    }

    /// Delivers one message over LMTP; an error when one recipient is refused.
    pub fn deliver(&self, from: &str, recipients: &[&str], raw: &[u8]) -> Result<()> {
        Lmtp::connect(self.lmtp_port)?.deliver(from, recipients, raw)
    }

    fn run(program: &str, users: &[&str], setup: Setup<'_>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("dovecot").tempdir()?;
        let dir = folder.path();
        // Dovecot's other users pass through.
        fs::set_permissions(dir, fs::Permissions::from_mode(0o755))?;
        for sub in ["run", "state"] {
            fs::create_dir(dir.join(sub))?;
        }
        let mail = tempfile::Builder::new().prefix("mail").tempdir_in(setup.mail.unwrap_or(dir))?;
        chown(mail.path(), Some(MAIL_ID), Some(MAIL_ID))?;
        certify(dir)?;
        let ports = free_ports()?;
        fs::write(
            dir.join("users"),
            users.iter().map(|user| account(user, Self::PASSWORD)).collect::<String>(),
        )?;
        fs::write(dir.join("admins"), account(Self::ADMIN.0, Self::ADMIN.1))?;
        fs::write(dir.join("dovecot.conf"), config(dir, mail.path(), ports) + setup.more)?;
        let mut command = Command::new(program);
        command
            .arg("-F")
            .arg("-c")
            .arg(dir.join("dovecot.conf"))
            // Times in its log say no zone.
            .env("TZ", "UTC")
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut master = command.spawn().with_context(|| format!("starting {program}"))?;
        let log = master.stderr.take().context("no pipe for the log")?;
        let log = Log::kept(log, fs::File::create(dir.join("dovecot.log"))?);
        let [imap_port, lmtp_port, over_tls] = ports;
        let dovecot = Self { imap_port, imaps_port: over_tls, lmtp_port, master, log, mail, folder };
        dovecot.log.wait_for(UP)?;
        // It listens by now; the greeting comes as soon as a process has taken the connection.
        ImapClient::connect(dovecot.imap_port)?;
        Lmtp::connect(dovecot.lmtp_port)?;
        Ok(dovecot)
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.log.end(&mut self.master);
    }
}

fn account(user: &str, password: &str) -> String {
    format!("{user}:{{PLAIN}}{password}:{MAIL_ID}:{MAIL_ID}::::\n")
}

fn config(dir: &Path, mail: &Path, [imap, lmtp, secure]: [u16; 3]) -> String {
    include_str!("dovecot.conf")
        .replace("$D", &dir.display().to_string())
        .replace("$MAIL", &mail.display().to_string())
        .replace("$IMAP", &imap.to_string())
        .replace("$SECURE", &secure.to_string())
        .replace("$LMTP", &lmtp.to_string())
        .replace("$ID", &MAIL_ID.to_string())
}
