//! What a failed step means to the caller of the port.

use super::answer::{Kind, Status};
use domain::mail_system::MailError;
use std::{io, time::Duration};

/// The server said no. `doing` is in the error; nothing that was sent is.
pub fn refused(doing: &str, status: &Status) -> MailError {
    let told = told(doing, status);
    match status.code.as_str() {
        "OVERQUOTA" | "TOOBIG" => MailError::Full(told),
        "UNAVAILABLE" | "INUSE" | "SERVERBUG" | "LIMIT" | "THROTTLED" | "EXPUNGEISSUED" => {
            later(told, status)
        }
        "NONEXISTENT" => MailError::Gone,
        "NOPERM" | "CONTACTADMIN" | "PRIVACYREQUIRED" | "CANNOT" | "READ-ONLY" => MailError::Denied(told),
        // Cyrus and older servers give no code.
        "" if status.text.to_lowercase().contains("does not exist") => MailError::Gone,
        "" if status.text.to_lowercase().contains("quota") => MailError::Full(told),
        _ if status.kind == Kind::Bye => later(told, status),
        _ if backoff(&status.text).is_some() => later(told, status),
        _ => MailError::Other(told),
    }
}

pub fn told(doing: &str, status: &Status) -> String {
    let code = if status.code.is_empty() { String::new() } else { format!("[{}] ", status.code) };
    format!("{doing}: the server says {code}{}", if status.text.is_empty() { "no" } else { &status.text })
}

/// Does it ask us to do less?
pub fn is_throttling(status: &Status) -> bool {
    matches!(status.code.as_str(), "LIMIT" | "THROTTLED" | "UNAVAILABLE" | "INUSE")
        || backoff(&status.text).is_some()
}

pub fn unavailable(doing: &str, error: &io::Error) -> MailError {
    MailError::Unavailable { reason: format!("{doing}: {error}"), retry_after: None }
}

fn later(reason: String, status: &Status) -> MailError {
    MailError::Unavailable { reason, retry_after: backoff(&status.text) }
}

/// No standard says how long to wait; Exchange writes `Suggested Backoff Time: 299961 milliseconds`.
fn backoff(text: &str) -> Option<Duration> {
    let text = text.to_ascii_lowercase();
    let millis = text.split_once("backoff time:")?.1.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::{
        answer::{Answer, Untagged},
        wire::Message,
    };
    use rstest::rstest;

    fn status(line: &str) -> Status {
        match Answer::read(&Message { bytes: line.into(), literals: vec![] }) {
            Answer::Tagged(_, status) | Answer::Untagged(Untagged::Status(status)) => status,
            other => panic!("{other:?}"),
        }
    }

    #[rstest]
    #[case("a NO [OVERQUOTA] Quota exceeded", "Full", true)]
    #[case("a NO Over Quota", "Full", true)]
    #[case("a NO [LIMIT] Maximum number of connections from user+IP exceeded", "Unavailable", true)]
    #[case("a NO [THROTTLED] slowly", "Unavailable", true)]
    #[case("a NO [UNAVAILABLE] Internal error", "Unavailable", true)]
    #[case("* BYE Shutting down", "Unavailable", true)]
    #[case("a BAD User is throttled. Suggested Backoff Time: 5000 milliseconds", "Unavailable", true)]
    #[case("a NO [NOPERM] Permission denied", "Denied", false)]
    #[case("a NO [NONEXISTENT] no such folder", "Gone", true)]
    #[case("a NO Mailbox does not exist", "Gone", true)]
    #[case("a BAD syntax", "Other", false)]
    fn codes_have_a_meaning(#[case] line: &str, #[case] meant: &str, #[case] passing: bool) {
        let error = refused("storing", &status(line));
        assert!(format!("{error:?}").starts_with(meant), "{error:?}");
        assert_eq!(error.is_passing(), passing);
    }

    #[test]
    fn the_server_s_wish_is_passed_on() {
        let error = refused("x", &status("a NO throttled, Suggested Backoff Time: 5000 milliseconds"));
        let MailError::Unavailable { retry_after, .. } = error else { panic!("{error:?}") };
        assert_eq!(retry_after, Some(Duration::from_secs(5)));
    }
}
