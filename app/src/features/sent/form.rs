//! What the search form asks for, as typed and as the store understands it.

use crate::local_path::escape;
use chrono::{Days, NaiveDate, TimeZone};
use chrono_tz::Tz;
use domain::{
    search::{self, parse},
    sent::SentFilter,
    time::Timestamp,
};

const MOST_CHARS: usize = 200;

/// The query of `/sent`, every field as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    pub words: String,
    /// `2026-11-23`, inclusive.
    pub from: String,
    /// Inclusive.
    pub until: String,
    /// `with`, `without`, or anything else for both.
    pub case: String,
    /// From 1.
    pub page: u64,
}

impl Search {
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let field = |name: &str| get(name).unwrap_or_default().chars().take(MOST_CHARS).collect::<String>();
        Self {
            words: field("q"),
            from: field("from"),
            until: field("until"),
            case: field("case"),
            page: field("page").parse().unwrap_or(1).clamp(1, 1_000_000),
        }
    }

    /// Something is searched for, so an empty list means "nothing fits".
    pub fn is_narrowed(&self) -> bool {
        *self != Self { page: self.page, ..Self::default() }
    }

    /// A day that isn't one is left out: browsers send real dates, and the field shows what was typed.
    pub fn filter(&self, now: Timestamp, zone: Tz) -> SentFilter {
        SentFilter {
            search: search::Search::new(&parse(&self.words).query, now, zone),
            from: date(&self.from).and_then(|day| midnight(day, zone)),
            until: date(&self.until)
                .and_then(|day| day.checked_add_days(Days::new(1)))
                .and_then(|day| midnight(day, zone)),
            has_case: match self.case.as_str() {
                "with" => Some(true),
                "without" => Some(false),
                _ => None,
            },
        }
    }

    /// The address of another page of the same search.
    pub fn link(&self, page: u64) -> String {
        let page = page.to_string();
        let fields = [
            ("q", &self.words),
            ("from", &self.from),
            ("until", &self.until),
            ("case", &self.case),
            ("page", &page),
        ];
        let query: Vec<String> = fields
            .into_iter()
            .filter(|(name, value)| !value.is_empty() && (*name, value.as_str()) != ("page", "1"))
            .map(|(name, value)| format!("{name}={}", escape(value)))
            .collect();
        if query.is_empty() { "/sent".to_owned() } else { format!("/sent?{}", query.join("&")) }
    }
}

fn date(text: &str) -> Option<NaiveDate> {
    text.trim().parse().ok()
}

/// The first instant of the day there; where the clock skips midnight, the next that exists.
fn midnight(day: NaiveDate, zone: Tz) -> Option<Timestamp> {
    let hours = (0..3).filter_map(|hour| day.and_hms_opt(hour, 0, 0));
    hours
        .filter_map(|at| zone.from_local_datetime(&at).earliest())
        .map(|at| Timestamp(at.timestamp_millis()))
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn search(fields: &[(&str, &str)]) -> Search {
        Search::read(|name| {
            fields.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn words_and_whole_days_in_the_organisation_s_zone() {
        let filter = search(&[
            ("q", " 合同　final "),
            ("from", "2026-02-01"),
            ("until", "2026-02-01"),
            ("case", "with"),
        ])
        .filter(Timestamp(0), ZONE);
        assert!(filter.search != search::Search::default());
        assert_eq!(filter.has_case, Some(true));
        let (Some(from), Some(until)) = (filter.from, filter.until) else { panic!("{filter:?}") };
        assert_eq!(until.0 - from.0, 24 * 3_600_000);
        assert_eq!(from.utc().to_rfc3339(), "2026-01-31T16:00:00+00:00");
    }

    #[test]
    fn nonsense_asks_for_everything() {
        let odd = search(&[("from", "yesterday"), ("until", "2026-02-31"), ("case", "?"), ("page", "-3")]);
        assert_eq!(odd.filter(Timestamp(0), ZONE), SentFilter::default());
        assert_eq!(odd.page, 1);
        assert!(!search(&[("page", "7")]).is_narrowed());
    }

    #[test]
    fn paging_keeps_the_search() {
        let search = search(&[("q", "a&b 合"), ("case", "with"), ("page", "2")]);
        assert_eq!(search.link(3), "/sent?q=a%26b%20%E5%90%88&case=with&page=3");
        assert_eq!(Search::default().link(1), "/sent");
    }
}
