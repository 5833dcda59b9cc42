//! One line of the log: who opened which message, and when.
//!
//! `Nov 24 23:39:38 imap(mei@x.test)<86><t1J>: Info: flag_change: box=INBOX, uid=1, msgid=<m@x.test>, flags=(\Seen)`;
//! over syslog it has another beginning. Folders, Message-IDs and keywords are other people's words: each part is
//! taken from where the server puts it, not from where it may be found, too.

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use domain::time::Timestamp;

/// A human's ways to mail; what rules do at delivery isn't reading.
const WAYS: [&str; 2] = ["imap(", "pop3("];
/// Longer Message-IDs are cut off by the server, to end in `...`.
const CUT: usize = 70;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening<'l> {
    /// As the server calls the mailbox.
    pub user: &'l str,
    message: &'l str,
}

impl<'l> Opening<'l> {
    /// None: it is something else. `\Deleted` beside `\Seen` is what removals leave, our own first of all.
    pub fn read(line: &'l str) -> Option<Self> {
        let (head, fields) = line.split_once("flag_change: box=")?;
        let (fields, flags) = fields.trim_end().strip_suffix(')')?.rsplit_once(", flags=(")?;
        let has = |flag: &str| flags.split_ascii_whitespace().any(|known| known == flag);
        if !has("\\Seen") || has("\\Deleted") {
            return None;
        }
        let user = WAYS.iter().find_map(|way| head.split_once(way))?.1.split_once(')')?.0;
        Some(Self { user, message: message(fields)? })
    }

    pub fn is_of(&self, id: &str) -> bool {
        let inner = self.message.strip_prefix('<').unwrap_or(self.message);
        match inner.strip_suffix("...") {
            Some(start) if start.len() >= CUT => id.starts_with(start),
            _ => inner.strip_suffix('>').unwrap_or(inner) == id,
        }
    }
}

/// What stands behind the first `, uid=1, msgid=`.
fn message(fields: &str) -> Option<&str> {
    fields.match_indices(", uid=").find_map(|(at, word)| {
        let number = &fields[at + word.len()..];
        let behind = number.trim_start_matches(|c: char| c.is_ascii_digit());
        if behind.len() == number.len() { None } else { behind.strip_prefix(", msgid=").map(str::trim) }
    })
}

/// `latest`: no line is younger, so that it says the year where the line doesn't.
pub fn time(line: &str, latest: Timestamp, zone: Tz) -> Option<Timestamp> {
    let word = line.split(' ').next()?;
    if let Ok(time) = DateTime::parse_from_rfc3339(word) {
        return Some(Timestamp(time.timestamp_millis()));
    }
    let here = |text: &str, pattern| {
        let time = NaiveDateTime::parse_from_str(text, pattern).ok()?.and_local_timezone(zone).earliest()?;
        Some(Timestamp(time.timestamp_millis()))
    };
    if let Some(time) = line.get(..19).and_then(|text| here(text, "%Y-%m-%d %H:%M:%S")) {
        return Some(time);
    }
    let (text, latest) = (line.get(..15)?, latest.utc() + TimeDelta::days(1));
    let mut times = [latest.year(), latest.year() - 1]
        .into_iter()
        .filter_map(|year| here(&format!("{year} {text}"), "%Y %b %d %H:%M:%S"));
    times.find(|time| time.utc() <= latest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const LONG: &str =
        "PH0PR10MB5581ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789A@namprd10.prod.outlook.com";

    #[rstest]
    #[case(
        r"Nov 24 23:39:38 imap(mei@x.test)<86><t1J>: Info: flag_change: box=INBOX, uid=1, msgid=<m@x.test>, flags=(\Seen \Recent)"
    )]
    #[case(
        r"2026-11-24T23:39:38.1+08:00 mx dovecot: imap(mei@x.test)<86><t1J>: flag_change: box=a, b, uid=17, msgid= <m@x.test>, flags=($Tag \Seen)"
    )]
    #[case("pop3(mei@x.test): Info: flag_change: box=INBOX, uid=1, msgid=m@x.test, flags=(\\Seen)\r\n")]
    fn an_opening(#[case] line: &str) {
        let opening = Opening::read(line).unwrap();
        assert_eq!(opening.user, "mei@x.test");
        assert!(opening.is_of("m@x.test") && !opening.is_of("am@x.test") && !opening.is_of("m@x.tes"));
    }

    #[rstest]
    #[case::unmarked(
        r"imap(mei@x.test)<1>: Info: flag_change: box=INBOX, uid=1, msgid=<m@x.test>, flags=(\Recent)"
    )]
    #[case::taken_by_us(
        r"imap(mei@x.test)<1>: Info: flag_change: box=INBOX, uid=1, msgid=<m@x.test>, flags=(\Deleted \Seen)"
    )]
    #[case::by_a_rule(
        r"lmtp(mei@x.test)<1>: Info: flag_change: box=INBOX, uid=1, msgid=<m@x.test>, flags=(\Seen)"
    )]
    #[case::saved("lmtp(mei@x.test)<1>: Info: msgid=<m@x.test>: saved mail to INBOX")]
    #[case::no_message(r"imap(mei@x.test)<1>: Info: flag_change: box=INBOX, uid=1, flags=(\Seen)")]
    #[case::cut_off(r"imap(mei@x.test)<1>: Info: flag_change: box=INBOX, uid=1, msgid=<m@x.test>, fla")]
    #[case::nothing("")]
    fn no_opening(#[case] line: &str) {
        assert_eq!(Opening::read(line), None);
    }

    #[test]
    fn a_sender_s_words_open_nobody_else_s_message() {
        let line = r"imap(mei@x.test)<1>: flag_change: box=INBOX, uid=2, msgid=<a, uid=3, msgid=<m@x.test>, flags=(\Seen)>, flags=(\Seen)";
        let opening = Opening::read(line).unwrap();
        assert!(!opening.is_of("m@x.test"), "{opening:?}");
    }

    #[test]
    fn a_long_id_is_known_by_its_beginning() {
        let line =
            |id: &str| format!(r"imap(a)<1>: flag_change: box=INBOX, uid=2, msgid=<{id}..., flags=(\Seen)");
        assert!(Opening::read(&line(&LONG[..76])).unwrap().is_of(LONG));
        assert!(!Opening::read(&line(&LONG[..20])).unwrap().is_of(LONG), "the server doesn't cut so early");
    }

    #[rstest]
    #[case("2026-02-02T09:00:00.250+08:00 mx dovecot: x", "2026-02-02T01:00:00.250Z")]
    #[case("2026-02-02 09:00:00 imap(a): x", "2026-02-02T01:00:00Z")]
    #[case("Feb 02 09:00:00 imap(a): x", "2026-02-02T01:00:00Z")]
    #[case("Feb  2 09:00:00 mx dovecot: x", "2026-02-02T01:00:00Z")]
    #[case("Dec 31 23:00:00 mx dovecot: x", "2025-12-31T15:00:00Z")]
    fn times_as_servers_write_them(#[case] line: &str, #[case] meant: &str) {
        let latest = DateTime::parse_from_rfc3339("2026-02-02T12:00:00Z").unwrap();
        let time = time(line, Timestamp(latest.timestamp_millis()), Tz::Asia__Shanghai).unwrap();
        assert_eq!(time.utc(), DateTime::parse_from_rfc3339(meant).unwrap());
    }

    #[test]
    fn garbage_has_no_time() {
        for line in ["", "x", "Feb 30 09:00:00 x", "时间：九点，邮件已读，一切正常", "2026-13-01 09:00:00"]
        {
            assert_eq!(time(line, Timestamp(1_769_994_000_000), Tz::UTC), None, "{line}");
        }
    }
}
