//! Which cases the helpdesk looks for: from the address's query to the store's filter, and back. Pure.

use chrono::{Days, NaiveDate, TimeZone};
use chrono_tz::Tz;
use domain::{
    case::CaseFilter,
    ids::PersonId,
    org::{Directory, Person},
    shared::{CaseNumber, CaseState},
    time::Timestamp,
};

/// As typed; shown again in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    pub number: String,
    pub person: String,
    pub from: String,
    pub until: String,
    pub state: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Number,
    From,
    Until,
    State,
    /// The end lies before the beginning.
    Order,
}

impl Typed {
    /// `get` answers with one value of the query.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let field =
            |name| get(name).map(|value| value.trim().chars().take(200).collect()).unwrap_or_default();
        Self {
            number: field("number"),
            person: field("person"),
            from: field("from"),
            until: field("until"),
            state: field("state"),
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn filter(&self, directory: &Directory, zone: Tz) -> Result<CaseFilter, Wrong> {
        let number = given(&self.number).map(str::parse::<CaseNumber>).transpose();
        let state = given(&self.state).map(str::parse::<CaseState>).transpose();
        let from = given(&self.from).map(|text| midnight(text, 0, zone).ok_or(Wrong::From)).transpose()?;
        // People mean the whole last day.
        let until = given(&self.until).map(|text| midnight(text, 1, zone).ok_or(Wrong::Until)).transpose()?;
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            return Err(Wrong::Order);
        }
        Ok(CaseFilter {
            number: number.map_err(|_| Wrong::Number)?,
            requesters: given(&self.person).map(|text| ids(directory, text)),
            states: state.map_err(|_| Wrong::State)?.into_iter().collect(),
            from,
            until,
        })
    }

    /// For links: `number=…&person=…`, only what was given.
    pub fn query(&self) -> String {
        let fields = [
            ("number", &self.number),
            ("person", &self.person),
            ("from", &self.from),
            ("until", &self.until),
            ("state", &self.state),
        ];
        let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> =
            given.map(|(name, value)| format!("{name}={}", crate::local_path::escape(value))).collect();
        pairs.join("&")
    }
}

fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The beginning of the day so many days after `text` (`YYYY-MM-DD`) in the organisation's zone. Where clocks
/// skip midnight, the first moment after it.
fn midnight(text: &str, days: u64, zone: Tz) -> Option<Timestamp> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.checked_add_days(Days::new(days))?;
    let at = |hour| zone.from_local_datetime(&day.and_hms_opt(hour, 0, 0)?).earliest();
    (0..3).find_map(at).map(|start| Timestamp(start.timestamp_millis()))
}

/// Whoever has this in their name or one of their addresses. Nobody: an empty list, which finds nothing.
fn ids(directory: &Directory, text: &str) -> Vec<PersonId> {
    matching(directory, text).into_iter().map(|person| person.id).collect()
}

pub fn matching<'a>(directory: &'a Directory, text: &str) -> Vec<&'a Person> {
    let wanted = text.trim().to_lowercase();
    let has = |person: &&Person| {
        let addresses = std::iter::once(&person.address).chain(&person.aliases);
        let mut words =
            addresses.map(|address| address.as_str().to_owned()).chain([person.name.to_lowercase()]);
        words.any(|word| word.contains(&wanted))
    };
    directory.people().into_iter().filter(has).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::case::sample::somebody;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        Typed::read(|name| pairs.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned()))
    }

    fn directory() -> Directory {
        Directory::new(vec![somebody(1, "林青"), somebody(2, "Bob")], vec![], vec![])
    }

    fn filter(pairs: &[(&str, &str)]) -> Result<CaseFilter, Wrong> {
        typed(pairs).filter(&directory(), ZONE)
    }

    #[test]
    fn nothing_typed_finds_everything() {
        assert_eq!(filter(&[("number", " ")]), Ok(CaseFilter::default()));
        assert!(typed(&[]).is_empty());
    }

    #[test]
    fn days_are_whole_days_of_the_organisation_s_zone() {
        let found = filter(&[("from", "2026-11-23"), ("until", "2026-11-23")]).unwrap();
        assert_eq!(found.from.unwrap().utc().to_rfc3339(), "2026-11-22T16:00:00+00:00");
        assert_eq!(found.until.unwrap().utc().to_rfc3339(), "2026-11-23T16:00:00+00:00");
    }

    #[test]
    fn people_are_found_by_a_part_of_name_or_address() {
        let people = |text| filter(&[("person", text)]).unwrap().requesters.unwrap().len();
        assert_eq!([people("林"), people("BOB"), people("x.test"), people("nobody")], [1, 1, 2, 0]);
    }

    #[test]
    fn what_can_not_be_read_is_named() {
        for (pairs, wrong) in [
            ([("number", "42")].as_slice(), Wrong::Number),
            (&[("from", "gestern")], Wrong::From),
            (&[("until", "2026-13-01")], Wrong::Until),
            (&[("state", "lost")], Wrong::State),
            (&[("from", "2026-11-24"), ("until", "2026-11-23")], Wrong::Order),
        ] {
            assert_eq!(filter(pairs), Err(wrong));
        }
    }

    #[test]
    fn links_carry_what_was_typed() {
        let pairs = [("person", "林 & co"), ("state", "finished")];
        assert_eq!(typed(&pairs).query(), "person=%E6%9E%97%20%26%20co&state=finished");
    }
}
