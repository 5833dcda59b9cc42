//! A real Dovecot of its own for one test: Maildir, IMAP, LMTP, one administrator who may act for everybody.
//!
//! It lives in a temporary folder on free loopback ports and ends when it is dropped. Needs root, because
//! Dovecot changes users; the mail belongs to uid 5000, which needs no account.

use crate::imap::ImapClient;
use anyhow::{Context, Result, bail};
use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Owner of all mail.
const MAIL_ID: u32 = 5000;
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Dovecot {
    pub imap_port: u16,
    pub lmtp_port: u16,
    master: Child,
    folder: tempfile::TempDir,
}

impl Dovecot {
    pub const PASSWORD: &str = "secret";
    /// Logs in as `user*admin` or with an authorisation identity (RFC 4616).
    pub const ADMIN: (&str, &str) = ("admin", "admin-secret");

    /// Waits until it answers. None when this machine can't run it, which is said; with
    /// `RECANT_TEST_REQUIRE=1` that is an error.
    pub fn start(users: &[&str]) -> Result<Option<Self>> {
        let program = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot"]
            .into_iter()
            .find(|path| Path::new(path).exists());
        let lacking = match program {
            None => "Dovecot is not installed",
            Some(_) if fs::metadata("/proc/self")?.uid() != 0 => "Dovecot needs root",
            Some(program) => return Self::run(program, users).map(Some),
        };
        if env::var("RECANT_TEST_REQUIRE").is_ok_and(|value| value == "1") {
            bail!("{lacking}");
        }
        say(&format!("{lacking}: its tests are left out (RECANT_TEST_REQUIRE=1 makes this an error)"));
        Ok(None)
    }

    /// Below it lies `{domain}/{local}/Maildir`.
    pub fn mail_root(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    pub fn maildir(&self, user: &str) -> PathBuf {
        let (local, domain) = user.split_once('@').unwrap_or((user, ""));
        self.mail_root().join(domain).join(local).join("Maildir")
    }

    /// A client that is logged in as that person.
    pub fn client(&self, user: &str) -> Result<ImapClient> {
        let mut client = ImapClient::connect(self.imap_port)?;
        client.login(user, Self::PASSWORD)?;
        Ok(client)
    }

    /// Delivers one message over LMTP (RFC 2033); an error when one recipient is refused.
    pub fn deliver(&self, from: &str, recipients: &[&str], raw: &[u8]) -> Result<()> {
        let mut lmtp = Lmtp::connect(self.lmtp_port)?;
        lmtp.command("LHLO test")?;
        lmtp.command(&format!("MAIL FROM:<{from}>"))?;
        for recipient in recipients {
            lmtp.command(&format!("RCPT TO:<{recipient}>"))?;
        }
        lmtp.command("DATA")?;
        lmtp.0.get_mut().write_all(&transparent(raw))?;
        recipients.iter().try_for_each(|_| lmtp.answer("the message"))
    }

    fn run(program: &str, users: &[&str]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("dovecot").tempdir()?;
        let dir = folder.path();
        // Dovecot's other users pass through.
        fs::set_permissions(dir, fs::Permissions::from_mode(0o755))?;
        for sub in ["run", "state", "mail"] {
            fs::create_dir(dir.join(sub))?;
        }
        chown(dir.join("mail"), Some(MAIL_ID), Some(MAIL_ID))?;
        let ports = free_ports()?;
        fs::write(
            dir.join("users"),
            users.iter().map(|user| account(user, Self::PASSWORD)).collect::<String>(),
        )?;
        fs::write(dir.join("admins"), account(Self::ADMIN.0, Self::ADMIN.1))?;
        fs::write(dir.join("dovecot.conf"), config(dir, ports))?;
        let mut command = Command::new(program);
        command.arg("-F").arg("-c").arg(dir.join("dovecot.conf")).stdout(Stdio::null()).stderr(Stdio::null());
        let master = command.spawn().with_context(|| format!("starting {program}"))?;
        let mut dovecot = Self { imap_port: ports[0], lmtp_port: ports[1], master, folder };
        dovecot.wait_until_it_answers()?;
        Ok(dovecot)
    }

    fn wait_until_it_answers(&mut self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answered = ImapClient::connect(self.imap_port).and_then(|_| Lmtp::connect(self.lmtp_port));
            let ended = self.master.try_wait()?;
            match answered {
                Ok(_) => return Ok(()),
                Err(error) if ended.is_some() || Instant::now() > deadline => {
                    let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                    return Err(error.context(format!("Dovecot doesn't answer; its log: {log}")));
                }
                Err(_) => thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}

impl Drop for Dovecot {
    /// The master ends its own processes; waiting keeps them from writing into a folder that goes away.
    fn drop(&mut self) {
        let asked = Command::new("kill").arg(self.master.id().to_string()).status();
        let deadline = Instant::now() + PATIENCE;
        while asked.is_ok() && Instant::now() < deadline {
            match self.master.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(10)),
                _ => return,
            }
        }
        let _ = self.master.kill();
        let _ = self.master.wait();
    }
}

struct Lmtp(BufReader<TcpStream>);

impl Lmtp {
    fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut lmtp = Self(BufReader::new(stream));
        lmtp.answer("connecting")?;
        Ok(lmtp)
    }

    fn command(&mut self, command: &str) -> Result<()> {
        self.0.get_mut().write_all(format!("{command}\r\n").as_bytes())?;
        self.answer(command)
    }

    fn answer(&mut self, to: &str) -> Result<()> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line)? == 0 {
                bail!("LMTP hung up after {to}");
            }
            match (line.as_bytes().first(), line.as_bytes().get(3)) {
                (Some(b'2' | b'3'), Some(b'-')) => {}
                (Some(b'2' | b'3'), _) => return Ok(()),
                _ => bail!("LMTP after {to}: {}", line.trim_end()),
            }
        }
    }
}

/// CRLF line ends, dots doubled at the start of a line, and the end (RFC 5321 §4.5.2).
fn transparent(raw: &[u8]) -> Vec<u8> {
    let mut sent = Vec::with_capacity(raw.len() + 100);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.first() == Some(&b'.') {
            sent.push(b'.');
        }
        sent.extend_from_slice(line);
        sent.extend_from_slice(b"\r\n");
    }
    sent.extend_from_slice(b".\r\n");
    sent
}

/// Both are held while both are chosen, so that they differ.
fn free_ports() -> Result<[u16; 2]> {
    let (one, other) = (TcpListener::bind(("127.0.0.1", 0))?, TcpListener::bind(("127.0.0.1", 0))?);
    Ok([one.local_addr()?.port(), other.local_addr()?.port()])
}

fn account(user: &str, password: &str) -> String {
    format!("{user}:{{PLAIN}}{password}:{MAIL_ID}:{MAIL_ID}::::\n")
}

fn config(dir: &Path, [imap, lmtp]: [u16; 2]) -> String {
    include_str!("dovecot.conf")
        .replace("$D", &dir.display().to_string())
        .replace("$IMAP", &imap.to_string())
        .replace("$LMTP", &lmtp.to_string())
        .replace("$ID", &MAIL_ID.to_string())
}

#[expect(clippy::print_stderr, reason = "a test that was left out must not look like one that passed")]
fn say(line: &str) {
    eprintln!("testkit: {line}");
}
