//! A real Cyrus of its own for one test: IMAP, LMTP, one administrator who may act for everybody, and one who only
//! runs the server.
//!
//! It lives in a temporary folder on free loopback ports and ends when it is dropped. Its packages come from the
//! machine's package sources; whoever can't reach them goes without.

mod packages;

use crate::{
    imap::ImapClient,
    lmtp::Lmtp,
    program::{Log, free_ports, is_root, say},
};
use anyhow::{Context, Result, bail};
use std::{
    env,
    ffi::OsString,
    fs,
    io::Write,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Said by a script that Cyrus starts when it listens.
const UP: &str = "listening";
/// In the folder of one Cyrus.
const FOLDERS: [&str; 6] = ["lib", "lib/socket", "proc", "lock", "spool", "sieve"];

/// What installations differ in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Whoever signs in gets a mailbox.
    pub autocreate: bool,
    /// Folders lie below the inbox, with dots between the levels, as in old installations.
    pub dots: bool,
}

impl Settings {
    fn separator(self) -> char {
        if self.dots { '.' } else { '/' }
    }

    fn lines(self) -> String {
        let yes = if self.dots { "no" } else { "yes" };
        let quota = if self.autocreate { 0 } else { -1 };
        format!("unixhierarchysep: {yes}\naltnamespace: {yes}\nautocreate_quota: {quota}\n")
    }
}

pub struct Cyrus {
    pub imap_port: u16,
    pub lmtp_port: u16,
    master: Child,
    log: Log,
    _folder: tempfile::TempDir,
}

impl Cyrus {
    pub const PASSWORD: &str = "secret";
    /// One of `proxyservers`: signs in with an authorisation identity (RFC 4616), and is then that person.
    pub const ADMIN: (&str, &str) = ("admin", "admin-secret");
    /// One of `admins`: sees mailboxes as `user/…`, under an identity of its own.
    pub const KEEPER: (&str, &str) = ("cyrus", "keeper-secret");

    /// Waits until it answers. None when its packages can't be had, which is said, also under
    /// `RECANT_TEST_REQUIRE=1`: a machine away from the network can't be blamed.
    pub fn start(users: &[&str]) -> Result<Option<Self>> {
        Self::with(users, Settings::default())
    }

    pub fn with(users: &[&str], settings: Settings) -> Result<Option<Self>> {
        match packages::unpacked() {
            Ok(root) => Self::run(&Programs { root }, users, settings).map(Some),
            Err(error) => {
                say(&format!("Cyrus' packages can't be had, its tests are left out: {error:#}"));
                Ok(None)
            }
        }
    }

    /// A client that is logged in as that person.
    pub fn client(&self, user: &str) -> Result<ImapClient> {
        self.signed_in((user, Self::PASSWORD))
    }

    /// A client of the one who runs the server.
    pub fn keeper(&self) -> Result<ImapClient> {
        self.signed_in(Self::KEEPER)
    }

    /// Delivers one message over LMTP; an error when one recipient is refused.
    pub fn deliver(&self, from: &str, recipients: &[&str], raw: &[u8]) -> Result<()> {
        Lmtp::connect(self.lmtp_port)?.deliver(from, recipients, raw)
    }

    fn signed_in(&self, (user, password): (&str, &str)) -> Result<ImapClient> {
        let mut client = ImapClient::connect(self.imap_port)?;
        client.login(user, password)?;
        Ok(client)
    }

    fn run(programs: &Programs, users: &[&str], settings: Settings) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("cyrus").tempdir()?;
        let dir = folder.path();
        let ports = free_ports()?;
        configure(dir, programs, ports, settings)?;
        for (user, password) in
            users.iter().map(|user| (*user, Self::PASSWORD)).chain([Self::ADMIN, Self::KEEPER])
        {
            programs.make_account(dir, user, password)?;
        }
        hand_over(dir)?;
        let mut command = programs.command("usr/lib/cyrus/bin/master")?;
        command.arg("-C").arg(dir.join("imapd.conf")).arg("-M").arg(dir.join("cyrus.conf"));
        command.arg("-p").arg(dir.join("master.pid")).arg("-D");
        // It ends by signalling its whole process group.
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut master = command.spawn().context("starting Cyrus")?;
        let log = Log::of(master.stdout.take().context("no pipe for the log")?);
        let [imap_port, lmtp_port] = ports;
        let cyrus = Self { imap_port, lmtp_port, master, log, _folder: folder };
        cyrus.log.wait_for(UP)?;
        let mut keeper = cyrus.keeper()?;
        for user in users {
            keeper.create(&format!("user{}{user}", settings.separator()))?;
        }
        Ok(cyrus)
    }
}

impl Drop for Cyrus {
    fn drop(&mut self) {
        self.log.end(&mut self.master);
    }
}

struct Programs {
    root: PathBuf,
}

impl Programs {
    /// With the libraries that were unpacked beside it.
    fn command(&self, program: &str) -> Result<Command> {
        let (mut libraries, mut modules) = (OsString::new(), OsString::new());
        for place in ["usr/lib", "lib"] {
            for entry in fs::read_dir(self.root.join(place)).into_iter().flatten() {
                let entry = entry?;
                let path = entry.path();
                if path.to_string_lossy().ends_with("-linux-gnu") {
                    let system = Path::new("/").join(place).join(entry.file_name());
                    for folder in [&path, &system] {
                        modules.push(folder.join("sasl2"));
                        modules.push(":");
                    }
                    libraries.push(path);
                    libraries.push(":");
                }
            }
        }
        let mut command = Command::new(self.root.join(program));
        // Modules that the system has weren't unpacked.
        command.env("LD_LIBRARY_PATH", libraries).env("SASL_PATH", modules);
        Ok(command)
    }

    /// Whoever has no domain belongs to the server itself.
    fn make_account(&self, dir: &Path, user: &str, password: &str) -> Result<()> {
        let (name, realm) = user.split_once('@').unwrap_or((user, "localhost"));
        let mut command = self.command("usr/sbin/saslpasswd2")?;
        command.args(["-p", "-c", "-f"]).arg(dir.join("sasldb2")).args(["-u", realm, name]);
        let mut making = command.stdin(Stdio::piped()).spawn().context("starting saslpasswd2")?;
        making.stdin.take().context("no pipe for the password")?.write_all(password.as_bytes())?;
        if !making.wait()?.success() {
            bail!("saslpasswd2 makes no account for {user}");
        }
        Ok(())
    }
}

fn configure(dir: &Path, programs: &Programs, [imap, lmtp]: [u16; 2], settings: Settings) -> Result<()> {
    for sub in FOLDERS {
        fs::create_dir(dir.join(sub))?;
    }
    let bin = programs.root.join("usr/lib/cyrus/bin");
    for (name, text) in
        [("imapd.conf", include_str!("cyrus/imapd.conf")), ("cyrus.conf", include_str!("cyrus/cyrus.conf"))]
    {
        let text = text
            .replace("$D", &dir.display().to_string())
            .replace("$BIN", &bin.display().to_string())
            .replace("$IMAP", &imap.to_string())
            .replace("$LMTP", &lmtp.to_string())
            .replace("$USER", &owner()?)
            .replace("$MORE", &settings.lines());
        fs::write(dir.join(name), text)?;
    }
    Ok(fs::write(dir.join("up.sh"), format!("echo {UP}\nexec tail -f /dev/null\n"))?)
}

/// Cyrus refuses to run as root.
fn owner() -> Result<String> {
    if is_root()? {
        return Ok("mail".to_owned());
    }
    env::var("USER").context("nobody knows as whom Cyrus should run: set USER")
}

/// To the user that Cyrus changes to.
fn hand_over(dir: &Path) -> Result<()> {
    if !is_root()? {
        return Ok(());
    }
    fs::set_permissions(dir, fs::Permissions::from_mode(0o755))?;
    let accounts = fs::read_to_string("/etc/passwd")?;
    let fields =
        accounts.lines().find_map(|line| line.strip_prefix("mail:")).context("there is no user mail")?;
    let mut ids = fields.split(':').skip(1).map(str::parse);
    let (uid, gid) = (ids.next().context("no uid")??, ids.next().context("no gid")??);
    for sub in FOLDERS.iter().chain(&["sasldb2", ""]) {
        chown(dir.join(sub), Some(uid), Some(gid))?;
    }
    Ok(())
}
