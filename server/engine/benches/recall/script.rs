//! The administrator's script, `administrator.py`, as a child of this process.

use crate::house::House;
use domain::mail::MessageId;
use std::{
    io::Write,
    process::{Command, Stdio},
};
use testkit::dovecot::Dovecot;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/recall/administrator.py");

/// How many copies it removed, and how many seconds it took, without the start of Python.
pub fn purge(house: &House, id: &MessageId) -> (usize, f64) {
    let authority = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&authority, house.dovecot.authority().unwrap()).unwrap();
    let mut command = Command::new("python3");
    command.arg(SCRIPT);
    if house.tls {
        command.arg(house.dovecot.imaps_port.to_string()).arg(authority.path());
    } else {
        command.arg(house.dovecot.imap_port.to_string()).arg("");
    }
    command.arg(id.bracketed()).env("RECANT_BENCH_SECRET", Dovecot::ADMIN.1);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(house.colleagues.join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the script failed");
    let said = String::from_utf8(output.stdout).unwrap();
    let (removed, seconds) = said.trim().split_once(' ').unwrap();
    (removed.parse().unwrap(), seconds.parse().unwrap())
}
