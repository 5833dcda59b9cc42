//! What the search form asks for, as typed and as the store understands it.

use crate::local_path::escape;
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use domain::{
    search::{Field, Node, Parsed, Query, Search, Term, midnight, parse},
    sent::SentFilter,
    time::Timestamp,
};

/// Longer than a query that is read to its end, so that one that is too long is told.
const MOST_CHARS: usize = 600;

/// The query of `/sent`, every field as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// In the language of [`domain::search`].
    pub words: String,
    /// A name or an address among the recipients.
    pub who: String,
    /// `2026-11-23`, inclusive.
    pub from: String,
    /// Inclusive.
    pub until: String,
    /// `yes`: only with an attachment.
    pub file: String,
    /// `with`, `without`, or anything else for both.
    pub case: String,
    /// From 1.
    pub page: u64,
    /// The address of the mailbox; empty for one's own.
    pub of: String,
}

impl Typed {
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let field = |name: &str| get(name).unwrap_or_default().chars().take(MOST_CHARS).collect::<String>();
        Self {
            words: field("q"),
            who: field("who"),
            from: field("from"),
            until: field("until"),
            file: field("file"),
            case: field("case"),
            page: field("page").parse().unwrap_or(1).clamp(1, 1_000_000),
            of: field("of"),
        }
    }

    /// Something is searched for, so an empty list means "nothing fits".
    pub fn is_narrowed(&self) -> bool {
        *self != Self { page: self.page, ..self.all() }
    }

    /// The same mailbox, and nothing searched for.
    pub fn all(&self) -> Self {
        Self { of: self.of.clone(), ..Self::default() }
    }

    /// More than the words is set.
    pub fn has_conditions(&self) -> bool {
        *self != Self { page: self.page, words: self.words.clone(), ..self.all() }
    }

    pub fn parsed(&self) -> Parsed {
        parse(&self.words)
    }

    /// A day that isn't one is left out: browsers send real dates, and the field shows what was typed.
    pub fn filter(&self, words: Query, now: Timestamp, zone: Tz) -> SentFilter {
        let mut parts: Vec<Node> = words.root.into_iter().collect();
        parts.extend(self.recipient());
        if self.file == "yes" {
            parts.push(Node::Term(Term::HasAttachment));
        }
        let query = Query { root: Node::all(parts), threads: words.threads };
        SentFilter {
            search: Search::new(&query, now, zone),
            from: date(&self.from).map(|day| midnight(day, zone)),
            until: date(&self.until)
                .and_then(|day| day.checked_add_days(Days::new(1)))
                .map(|day| midnight(day, zone)),
            has_case: match self.case.as_str() {
                "with" => Some(true),
                "without" => Some(false),
                _ => None,
            },
        }
    }

    /// To, Cc or Bcc: who types no operators doesn't mean one of them.
    fn recipient(&self) -> Option<Node> {
        let text = self.who.trim();
        let words =
            |field| Node::Term(Term::Words { field: Some(field), text: text.to_owned(), quoted: false });
        if text.is_empty() { None } else { Node::any([Field::To, Field::Cc, Field::Bcc].map(words).into()) }
    }

    /// The address of another page of the same search.
    pub fn link(&self, page: u64) -> String {
        let query = self.query(page);
        if query.is_empty() { "/sent".to_owned() } else { format!("/sent?{query}") }
    }

    fn query(&self, page: u64) -> String {
        let page = page.to_string();
        let fields = [
            ("of", &self.of),
            ("q", &self.words),
            ("who", &self.who),
            ("from", &self.from),
            ("until", &self.until),
            ("file", &self.file),
            ("case", &self.case),
            ("page", &page),
        ];
        let query: Vec<String> = fields
            .into_iter()
            .filter(|(name, value)| !value.is_empty() && (*name, value.as_str()) != ("page", "1"))
            .map(|(name, value)| format!("{name}={}", escape(value)))
            .collect();
        query.join("&")
    }
}

fn date(text: &str) -> Option<NaiveDate> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::search::Wanted;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn typed(fields: &[(&str, &str)]) -> Typed {
        Typed::read(|name| {
            fields.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn filter(fields: &[(&str, &str)]) -> SentFilter {
        let typed = typed(fields);
        typed.filter(typed.parsed().query, Timestamp(0), ZONE)
    }

    #[test]
    fn words_and_whole_days_in_the_organisation_s_zone() {
        let filter = filter(&[
            ("q", " 合同　final "),
            ("from", "2026-02-01"),
            ("until", "2026-02-01"),
            ("case", "with"),
        ]);
        let words = ["合同", "final"].map(|word| Wanted::Word(word.into()));
        assert_eq!(filter.search.wanted(), Wanted::All(words.into()));
        assert_eq!(filter.has_case, Some(true));
        let (Some(from), Some(until)) = (filter.from, filter.until) else { panic!("{filter:?}") };
        assert_eq!(until.0 - from.0, 24 * 3_600_000);
        assert_eq!(from.utc().to_rfc3339(), "2026-01-31T16:00:00+00:00");
    }

    #[test]
    fn fields_join_what_was_typed() {
        let joined = filter(&[("q", "合同 in:thread"), ("who", "mei"), ("file", "yes")]).search;
        let written = parse("合同 (to:mei OR cc:mei OR bcc:mei) has:attachment in:thread").query;
        assert_eq!(joined, Search::new(&written, Timestamp(0), ZONE));
        assert_eq!(filter(&[("who", " ")]), SentFilter::default());
    }

    #[test]
    fn nonsense_asks_for_everything() {
        let odd = [("from", "yesterday"), ("until", "2026-02-31"), ("case", "?"), ("page", "-3")];
        assert_eq!(filter(&odd), SentFilter::default());
        assert_eq!(typed(&odd).page, 1);
        assert!(!typed(&[("page", "7")]).is_narrowed());
        assert!(typed(&[("q", "7")]).is_narrowed() && !typed(&[("q", "7")]).has_conditions());
    }

    #[test]
    fn paging_keeps_the_search() {
        let search = typed(&[("q", "a&b 合"), ("case", "with"), ("page", "2")]);
        assert_eq!(search.link(3), "/sent?q=a%26b%20%E5%90%88&case=with&page=3");
        assert_eq!(Typed::default().link(1), "/sent");
    }

    #[test]
    fn the_mailbox_stays_and_is_no_condition() {
        let shared = typed(&[("of", "info@x.test"), ("q", "a")]);
        assert_eq!(shared.link(1), "/sent?of=info%40x.test&q=a");
        assert_eq!(shared.all().link(1), "/sent?of=info%40x.test");
        assert!(shared.is_narrowed() && !shared.all().is_narrowed() && !shared.has_conditions());
    }
}
