use super::*;
use chrono::DateTime;
use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
};
use tempfile::TempDir;

/// 2026-02-02T01:00:00Z, before which nothing is written here.
const START: Timestamp = Timestamp(1_769_994_000_000);

struct Server {
    log: ReadLog,
    folder: TempDir,
}

impl Server {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = ReadLog::new(folder.path().join("mail.log"), Tz::UTC);
        Self { log, folder }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("mail.log")
    }

    fn writes(&self, text: &str) {
        append(&self.file(), text);
    }

    fn is_rotated(&self) {
        fs::rename(self.file(), self.folder.path().join("mail.log.1")).unwrap();
    }

    fn told(&self, user: &str, since: i64) -> Told {
        self.log.ask(user, &"m@x.test".parse().unwrap(), at(since)).unwrap()
    }
}

fn append(file: &Path, text: &str) {
    let mut open = OpenOptions::new().create(true).append(true).open(file).unwrap();
    open.write_all(text.as_bytes()).unwrap();
    // As if the last line had just been written.
    let text = fs::read_to_string(file).unwrap();
    let zoned = |line: &str| DateTime::parse_from_rfc3339(line.split(' ').next()?).ok();
    if let Some(time) = text.lines().rev().find_map(zoned) {
        open.set_modified(time.into()).unwrap();
    }
}

fn at(minute: i64) -> Timestamp {
    Timestamp(START.0 + minute * 60_000)
}

fn line(minute: i64, what: &str) -> String {
    format!("{} mx dovecot: {what}\n", at(minute).utc().format("%Y-%m-%dT%H:%M:%S+00:00"))
}

fn change(minute: i64, user: &str, id: &str, flags: &str) -> String {
    line(minute, &format!("imap({user})<1><a>: flag_change: box=INBOX, uid=1, msgid=<{id}>, flags=({flags})"))
}

fn opened(minute: i64, complete: bool) -> Told {
    Told { opened_at: Some(at(minute)), complete }
}

const UNOPENED: Told = Told { opened_at: None, complete: true };

#[test]
fn whoever_opened_it_has_although_it_is_unread_again() {
    let server = Server::new();
    server.writes(&line(0, "master: starting up"));
    server.writes(&change(5, "Mei@x.test", "m@x.test", "\\Seen \\Recent"));
    server.writes("\u{fffd}\0garbage\n\n");
    server.writes(&change(6, "mei@x.test", "m@x.test", ""));
    server.writes(&change(7, "mei@x.test", "m@x.test", "\\Seen"));
    server.writes(&change(7, "lin@x.test", "other@x.test", "\\Seen"));
    assert_eq!(server.told("mei@x.test", 1), opened(5, true), "the first time");
    assert_eq!(server.told("lin@x.test", 1), UNOPENED);
    let half = change(8, "lin@x.test", "m@x.test", "\\Seen");
    server.writes(&half[..half.len() - 3]);
    assert_eq!(server.told("lin@x.test", 1), UNOPENED, "still being written");
    server.writes(&half[half.len() - 3..]);
    assert_eq!(server.told("lin@x.test", 1), opened(8, true), "what came since");
}

#[test]
fn a_rotation_hides_nothing() {
    let server = Server::new();
    server.writes(&line(0, "master: starting up"));
    server.writes(&change(5, "mei@x.test", "m@x.test", "\\Seen"));
    assert_eq!(server.told("lin@x.test", 1), UNOPENED);
    server.writes(&change(6, "lin@x.test", "m@x.test", "\\Seen"));
    server.is_rotated();
    server.writes(&line(10, "imap-login: Info: Login"));
    for user in ["mei@x.test", "lin@x.test"] {
        assert!(server.told(user, 1).opened_at.is_some(), "{user}");
    }
    let afresh = Server { log: ReadLog::new(server.file(), Tz::UTC), folder: server.folder };
    assert_eq!(afresh.told("lin@x.test", 1), opened(6, true));
    // Twice: what was in it is gone, and so is certainty.
    afresh.is_rotated();
    afresh.writes(&line(20, "imap-login: Info: Login"));
    afresh.is_rotated();
    afresh.writes(&line(30, "imap-login: Info: Login"));
    assert_eq!(afresh.told("bo@x.test", 1), Told { opened_at: None, complete: false });
    assert_eq!(afresh.told("bo@x.test", 25), UNOPENED, "for a younger mail it is enough");
}

#[test]
fn only_what_is_younger_than_the_mail_is_read() {
    let server = Server::new();
    // The same mail, opened long before it came in: as nobody reads that far back, nobody sees it.
    let mut text = change(0, "mei@x.test", "m@x.test", "\\Seen");
    for minute in 0..20_000 {
        text +=
            &line(minute, "imap(bo@x.test)<1><a>: Info: Disconnected: Logged out in=500 out=5107 deleted=0");
    }
    text += &change(20_000, "lin@x.test", "m@x.test", "\\Seen");
    server.writes(&text);
    assert_eq!(server.told("mei@x.test", 15_000), UNOPENED);
    assert_eq!(server.told("lin@x.test", 15_000), opened(20_000, true));
    assert_eq!(server.told("mei@x.test", 0), opened(0, true), "asked for an older one, it is read again");
}

#[test]
fn a_line_without_end_is_passed_over() {
    let server = Server::new();
    server.writes(&line(0, "master: starting up"));
    server.writes(&"x".repeat(200_000));
    server.writes(&change(4, "bo@x.test", "m@x.test", "\\Seen"));
    server.writes(&change(5, "mei@x.test", "m@x.test", "\\Seen"));
    assert_eq!(server.told("mei@x.test", 1), opened(5, true));
    assert_eq!(server.told("bo@x.test", 1), UNOPENED);
}

#[test]
fn times_of_another_zone_are_noticed() {
    let server = Server::new();
    server.writes(&line(0, "master: starting up"));
    server.writes("Feb 02 09:05:00 imap(mei@x.test)<1><a>: Info: Disconnected\n");
    // 01:05 in London, 09:05 in Shanghai.
    let written = OpenOptions::new().append(true).open(server.file()).unwrap();
    written.set_modified(std::time::UNIX_EPOCH + Duration::from_millis(at(5).0.unsigned_abs())).unwrap();
    assert!(server.log.check().unwrap_err().contains("are its times in UTC?"));
    assert_eq!(ReadLog::new(server.file(), Tz::Asia__Shanghai).check(), Ok(()));
}

#[test]
fn a_log_that_is_missing_or_empty_proves_nothing() {
    let server = Server::new();
    assert!(server.log.ask("mei@x.test", &"m@x.test".parse().unwrap(), START).is_err());
    assert!(server.log.check().unwrap_err().contains("mail.log can't be read"));
    server.writes("");
    assert_eq!(server.told("mei@x.test", 0), Told { opened_at: None, complete: false });
    assert_eq!(server.log.check(), Ok(()));
}
