//! What the forms of a case say. Pure.

use serde::{Deserialize, Serialize};
use shared::{CaseNumber, Verdict};

/// Typed by the approver who decides, or by the requester who asks to have mail put back: nobody does both on one
/// page. Waits when it could not be accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    pub words: String,
}

/// A decision as posted. The digest stays text: what it must equal is the domain's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub number: CaseNumber,
    pub digest: String,
    pub verdict: Verdict,
    pub comment: String,
}

/// None: not from our page.
pub fn decided(number: &str, digest: String, verdict: &str, comment: String) -> Option<Decided> {
    Some(Decided { number: number.parse().ok()?, digest, verdict: verdict.parse().ok()?, comment })
}

/// The page a form of this case stands on. What can't be read leads to the list.
pub fn page_of(number: &str) -> String {
    number.parse::<CaseNumber>().map_or_else(|_| "/cases".to_owned(), |number| format!("/cases/{number}"))
}

/// The index of the page asked for in a query, from 0; people count from 1.
pub fn page_index(query: Option<&str>) -> u64 {
    query.and_then(|page| page.parse::<u64>().ok()).map_or(0, |page| page.clamp(1, 100_000) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_needs_a_case_and_a_verdict() {
        let read = |number, verdict| decided(number, "00".into(), verdict, "ok".into());
        assert_eq!(read("R-2026-000042", "refused").map(|decided| decided.verdict), Some(Verdict::Refused));
        assert_eq!(read("R-2026-000042", "maybe"), None);
        assert_eq!(read("../sent", "approved"), None);
    }

    #[test]
    fn forms_lead_back_to_pages_of_ours_only() {
        assert_eq!(page_of("r-2026-42"), "/cases/R-2026-000042");
        for number in ["", "//evil.test", "R-2026-1/../../x"] {
            assert_eq!(page_of(number), "/cases");
        }
    }

    #[test]
    fn pages_are_counted_from_one() {
        assert_eq!([None, Some("0"), Some("1"), Some("3"), Some("x")].map(page_index), [0, 0, 0, 2, 0]);
    }
}
