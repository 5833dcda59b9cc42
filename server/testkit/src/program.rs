//! Servers that a test starts: whether they can run, what they say, how they end, where they listen, who they are.

use anyhow::{Context, Result, bail};
use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write, sink},
    net::TcpListener,
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Child, Command},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(30);

/// What the master and all its processes say, line by line; it ends when the last of them does.
pub struct Log(Receiver<String>);

impl Log {
    pub fn of(pipe: impl Read + Send + 'static) -> Self {
        Self::kept(pipe, sink())
    }

    /// Also written elsewhere, each line before it is told here.
    pub fn kept(pipe: impl Read + Send + 'static, mut copy: impl Write + Send + 'static) -> Self {
        let (line, lines) = channel();
        // Reads to the end even when nobody listens any more: a full pipe would hold it up.
        thread::spawn(move || {
            for text in BufReader::new(pipe).lines().map_while(Result::ok) {
                let _ = writeln!(copy, "{text}");
                let _ = line.send(text);
            }
        });
        Self(lines)
    }

    pub fn wait_for(&self, sign: &str) -> Result<()> {
        let (deadline, mut said) = (Instant::now() + PATIENCE, String::new());
        loop {
            match self.0.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) if line.contains(sign) => return Ok(()),
                Ok(line) => said = said + &line + "\n",
                Err(RecvTimeoutError::Timeout) => bail!("it doesn't come up; it says: {said}"),
                Err(RecvTimeoutError::Disconnected) => bail!("it has ended; it says: {said}"),
            }
        }
    }

    /// The program ends its own processes; waiting for all of them keeps them from writing into a folder that goes
    /// away.
    pub fn end(&self, program: &mut Child) {
        let mut kill = Command::new("kill");
        kill.arg(program.id().to_string());
        self.end_by(kill, program);
    }

    /// By a command of its own.
    pub fn end_by(&self, mut stop: Command, program: &mut Child) {
        let asked = stop.status();
        if !asked.is_ok_and(|status| status.success() && self.wait_for_the_end()) {
            let _ = program.kill();
        }
        let _ = program.wait();
    }

    /// False: it took too long.
    fn wait_for_the_end(&self) -> bool {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.0.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(error) => return error == RecvTimeoutError::Disconnected,
            }
        }
    }
}

/// All are held while all are chosen, so that they differ.
pub fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let held: Vec<TcpListener> =
        (0..N).map(|_| TcpListener::bind(("127.0.0.1", 0))).collect::<Result<_, _>>()?;
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(&held) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}

/// For `localhost`, for three days, signed by itself: `cert.pem` and `key.pem`.
pub fn certify(dir: &Path) -> Result<()> {
    let request = "[req]\ndistinguished_name = name\nx509_extensions = use\nprompt = no\n[name]\nCN = localhost\n\
        [use]\nbasicConstraints = critical,CA:FALSE\nsubjectAltName = DNS:localhost,IP:127.0.0.1\n";
    fs::write(dir.join("request.cnf"), request)?;
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
        .args(["-days", "3", "-config", "request.cnf", "-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(dir)
        .output()
        .context("running openssl")?;
    if !made.status.success() {
        bail!("openssl: {}", String::from_utf8_lossy(&made.stderr));
    }
    Ok(())
}

pub fn is_root() -> Result<bool> {
    Ok(fs::metadata("/proc/self")?.uid() == 0)
}

/// A server that can't run here leaves its tests out; with `RECANT_TEST_REQUIRE=1` that is an error.
pub fn left_out<T>(lacking: &str) -> Result<Option<T>> {
    if env::var("RECANT_TEST_REQUIRE").is_ok_and(|value| value == "1") {
        bail!("{lacking}");
    }
    say(&format!("{lacking}: its tests are left out (RECANT_TEST_REQUIRE=1 makes this an error)"));
    Ok(None)
}

#[expect(clippy::print_stderr, reason = "a test that was left out must not look like one that passed")]
pub fn say(line: &str) {
    eprintln!("testkit: {line}");
}
