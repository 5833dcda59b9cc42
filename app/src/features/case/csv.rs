//! Tables for spreadsheets: RFC 4180 with CRLF, UTF-8 with a byte order mark (else Excel breaks Chinese), and
//! no cell that a spreadsheet would run as a formula.

use super::progress::corrections;
use crate::show;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono_tz::Tz;
use domain::{
    case::{Approval, Correction, ReadBy, Target, view::CaseView},
    ids::PersonId,
    mail::EmailAddress,
    org::RecipientKind,
    shared::{Act, CaseNumber, Verdict},
    time::Timestamp,
};

pub const COLUMNS: [&str; 25] = [
    "case",
    "recipient",
    "address",
    "kind",
    "via",
    "state",
    "outcome",
    "trouble",
    "folder",
    "read_copies",
    "read_known_by",
    "opened_at",
    "read_evidence",
    "searched_folders",
    "updated_at",
    "correction",
    "correction_in_place",
    "correction_message_id",
    "correction_attempts",
    "correction_problem",
    "correction_sent_at",
    "restore_asked_by",
    "restore_asked_at",
    "restore_approved_by",
    "restore_approved_at",
];

/// Excel takes it as the sign of UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// One line a target, in the order of the page.
pub fn report(view: &CaseView, zone: Tz) -> String {
    let head = COLUMNS.map(str::to_owned).to_vec();
    let restored = restoration(view, zone);
    let corrections = corrections(view);
    let lines = view.targets.iter().map(|target| {
        let mailed = corrections.get(&target.id).copied();
        line(view.case.number, target, mailed, &restored, zone)
    });
    table(std::iter::once(head).chain(lines))
}

fn line(
    number: CaseNumber,
    target: &Target,
    mailed: Option<&Correction>,
    restored: &[String],
    zone: Tz,
) -> Vec<String> {
    let (recipient, detail) = (&target.recipient, &target.detail);
    let kind = match recipient.kind {
        RecipientKind::Inside(_) => "inside",
        RecipientKind::Unknown => "unknown",
        RecipientKind::Outside => "outside",
    };
    let via: Vec<&str> = recipient.via.iter().map(EmailAddress::as_str).collect();
    let cells = [
        number.to_string(),
        recipient.name.clone(),
        recipient.address.to_string(),
        kind.to_owned(),
        via.join(" "),
        target.state.code().to_owned(),
        target.outcome.map_or("", |outcome| outcome.code()).to_owned(),
        detail.trouble.map_or("", |trouble| trouble.code()).to_owned(),
        detail.folder.as_ref().map(ToString::to_string).unwrap_or_default(),
        detail.read_copies.to_string(),
        target.read_by().map_or("", read_by).to_owned(),
        moment(detail.opened_at, zone),
        detail.evidence.code().to_owned(),
        detail.searched.len().to_string(),
        show::machine(target.updated_at, zone),
    ];
    let mailed = mailed.map_or_else(Default::default, |one| correction(one, zone));
    cells.into_iter().chain(mailed).chain(restored.iter().cloned()).collect()
}

fn read_by(by: ReadBy) -> &'static str {
    match by {
        ReadBy::Mark => "mark",
        ReadBy::Log(_) => "log",
    }
}

fn correction(correction: &Correction, zone: Tz) -> [String; 6] {
    [
        correction.state.code().to_owned(),
        correction.in_place.to_string(),
        correction.message_id.to_string(),
        correction.attempts.to_string(),
        correction.problem.clone(),
        moment(correction.sent_at, zone),
    ]
}

/// Of the whole case: who last asked to have the mail put back, and who agreed.
fn restoration(view: &CaseView, zone: Tz) -> Vec<String> {
    let address = |person: PersonId| view.directory.person(person).map(|person| person.address.to_string());
    let asked = view.case.restoration.as_ref();
    let agreed = |given: &&Approval| given.act == Act::Restore && given.verdict == Verdict::Approved;
    let agreed = view.approvals.iter().find(agreed);
    vec![
        asked.and_then(|asked| address(asked.by)).unwrap_or_default(),
        moment(asked.map(|asked| asked.at), zone),
        agreed.and_then(|given| address(given.approver)).unwrap_or_default(),
        moment(agreed.map(|given| given.decided_at), zone),
    ]
}

pub fn moment(at: Option<Timestamp>, zone: Tz) -> String {
    at.map(|at| show::machine(at, zone)).unwrap_or_default()
}

pub fn table(lines: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = BYTE_ORDER_MARK.to_owned();
    for line in lines {
        let cells: Vec<String> = line.iter().map(|cell| quoted(&harmless(cell))).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// Spreadsheets run what begins like a formula, also behind blanks and tabs; an apostrophe makes it text.
fn harmless(cell: &str) -> String {
    let dangerous = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let begins = cell.starts_with(['\t', '\r', '\n']) || cell.trim_start().starts_with(dangerous);
    if begins { format!("'{cell}") } else { cell.to_owned() }
}

/// RFC 4180 §2, rules 5 to 7.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ') {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// As a file to keep. `name` is ours: letters, digits, `-`, `.`.
pub fn download(name: &str, text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(cells: &[&str]) -> String {
        let line = cells.iter().map(|cell| (*cell).to_owned()).collect();
        table(std::iter::once(line)).trim_start_matches(BYTE_ORDER_MARK).to_owned()
    }

    #[test]
    fn quotes_commas_and_line_breaks_survive() {
        assert_eq!(cells(&["a", "b,c", "d\"e", "f\r\ng", ""]), "a,\"b,c\",\"d\"\"e\",\"f\r\ng\",\r\n");
    }

    #[test]
    fn formulas_become_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"] {
            let line = cells(&[formula]);
            assert!(line.trim_start_matches('"').starts_with('\''), "{line:?}");
        }
        assert_eq!(cells(&["合同 = 附件"]), "合同 = 附件\r\n");
    }

    #[test]
    fn it_begins_with_the_mark_excel_wants() {
        let text = table(std::iter::once(vec!["收件人".to_owned()]));
        assert_eq!(text.as_bytes()[..3], [0xEF, 0xBB, 0xBF]);
    }

    #[test]
    fn each_line_has_every_column() {
        let mut one = super::super::sample::target(1, None);
        one.recipient.name = "=HYPERLINK(\"http://evil.test\")".into();
        let view = super::super::sample::view(vec![one], vec![]);
        let text = report(&view, chrono_tz::UTC);
        let lines: Vec<&str> = text.trim_start_matches(BYTE_ORDER_MARK).split_terminator("\r\n").collect();
        assert_eq!(lines[0], COLUMNS.join(","));
        assert_eq!(
            lines[1],
            "R-2026-000042,\"'=HYPERLINK(\"\"http://evil.test\"\")\",p1@x.test,inside,,waiting,,,,0,,,flags,0,1970-01-01T00:00:00+00:00,,,,,,,,,,"
        );
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn how_reading_is_known_has_its_columns() {
        let mut marked = super::super::sample::target(1, None);
        marked.detail.read_copies = 1;
        let mut opened = marked.clone();
        opened.detail.opened_at = Some(Timestamp(0));
        opened.detail.evidence = domain::mail_system::ReadEvidence::FlagsAndLog;
        let text = report(&super::super::sample::view(vec![marked, opened], vec![]), chrono_tz::UTC);
        assert!(text.contains(",1,mark,,flags,0,"), "{text}");
        assert!(text.contains(",1,log,1970-01-01T00:00:00+00:00,flags_and_log,0,"), "{text}");
    }

    #[test]
    fn putting_back_is_told_on_each_line() {
        use super::super::sample::{CASE, person, somebody, target, view};
        let mut view = view(vec![target(1, None), target(2, None)], vec![]);
        let people = vec![somebody(1, "林青"), somebody(9, "王磊")];
        view.directory = std::sync::Arc::new(domain::org::Directory::new(people, vec![], vec![]));
        view.case.restoration =
            Some(domain::case::Restoration { by: person(1), note: "秘密".into(), at: Timestamp(0) });
        view.approvals = vec![Approval {
            id: domain::ids::ApprovalId(uuid::Uuid::nil()),
            case: CASE,
            approver: person(9),
            act: Act::Restore,
            verdict: Verdict::Approved,
            comment: String::new(),
            digest: view.digest(),
            decided_at: Timestamp(60_000),
        }];
        let text = report(&view, chrono_tz::UTC);
        let end = ",p1@x.test,1970-01-01T00:00:00+00:00,p9@x.test,1970-01-01T00:01:00+00:00\r\n";
        assert_eq!(text.matches(end).count(), 2, "{text}");
        assert!(!text.contains("秘密"), "the reason is for those who read mail");
    }
}
