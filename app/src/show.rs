//! Times, sizes and names as people read them. Plain functions and the views that place them.

use crate::i18n::{Text, fl};
use chrono::{DateTime, Datelike};
use chrono_tz::Tz;
use domain::{mail::NamedAddress, shared::Language, time::Timestamp};
use leptos::prelude::*;

/// `2026-11-23T10:57:00+08:00`, for `<time datetime>`.
pub fn machine(at: Timestamp, zone: Tz) -> String {
    at.utc().with_timezone(&zone).to_rfc3339()
}

/// As near as needed: "Today 10:57", "23 Nov 10:57", "23 Nov 2025 10:57".
pub fn near(text: Text, at: Timestamp, now: Timestamp, zone: Tz) -> String {
    let (then, today) = (at.utc().with_timezone(&zone), now.utc().with_timezone(&zone));
    let time = then.format("%H:%M").to_string();
    if then.date_naive() == today.date_naive() {
        return fl!(text, "frame-today", time = time);
    }
    format!("{} {time}", day(text.language, &then, then.year() != today.year()))
}

/// Always with the year: for reports and headers.
pub fn full(text: Text, at: Timestamp, zone: Tz) -> String {
    let then = at.utc().with_timezone(&zone);
    format!("{} {}", day(text.language, &then, true), then.format("%H:%M:%S"))
}

/// With the year, to the minute: for mails, which are read any time.
pub fn minute(text: Text, at: Timestamp, zone: Tz) -> String {
    let then = at.utc().with_timezone(&zone);
    format!("{} {}", day(text.language, &then, true), then.format("%H:%M"))
}

fn day(language: Language, at: &DateTime<Tz>, year: bool) -> String {
    let pattern = match (language, year) {
        (Language::Chinese, true) => "%Y年%-m月%-d日",
        (Language::Chinese, false) => "%-m月%-d日",
        (Language::English, true) => "%-d %b %Y",
        (Language::English, false) => "%-d %b",
    };
    at.format(pattern).to_string()
}

/// Bytes, in units people know: "3.4 MB".
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut unit) = (bytes.div_ceil(100), 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    if tenths >= 100 {
        format!("{} {}", tenths / 10, UNITS[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

/// In groups of three digits.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Its first three digits, rounded up: what is counted towards it never goes beyond.
pub fn about(total: u64) -> String {
    let digits = total.checked_ilog10().unwrap_or(0);
    let unit = 10_u64.pow(digits.saturating_sub(2));
    count(total.div_ceil(unit).saturating_mul(unit))
}

/// The name, or the address where there is none.
pub fn who(named: &NamedAddress) -> String {
    if named.name.is_empty() { named.address.to_string() } else { named.name.clone() }
}

/// So many names of a list are shown.
const SHOWN: usize = 3;

fn comma(language: Language) -> &'static str {
    if language == Language::Chinese { "、" } else { ", " }
}

/// The first three and how many more.
pub fn first_few(text: Text, names: &[String]) -> String {
    let comma = comma(text.language);
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(comma);
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => fl!(text, "frame-and-more", shown = shown, more = more),
    }
}

/// As [`first_few`], of names with something in them that stands out.
pub fn first_few_views(text: Text, mut names: Vec<AnyView>) -> AnyView {
    const HERE: &str = "\u{fffc}";
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let sentence = match more {
        0 => HERE.to_owned(),
        more => fl!(text, "frame-and-more", shown = HERE, more = more),
    };
    let (before, after) = sentence.split_once(HERE).unwrap_or_default();
    let mut shown = Vec::new();
    // An empty text would be rendered as a blank.
    let words = |text: &str| (!text.is_empty()).then(|| text.to_owned().into_any());
    shown.extend(words(before));
    for (at, name) in names.into_iter().enumerate() {
        shown.extend(words(if at > 0 { comma(text.language) } else { "" }));
        shown.push(name);
    }
    shown.extend(words(after));
    shown.into_any()
}

/// A moment, short; the full time on hovering.
#[component]
pub fn When(text: Text, at: Timestamp, now: Timestamp, zone: Tz) -> impl IntoView {
    view! { <time datetime=machine(at, zone) title=full(text, at, zone)>{near(text, at, now, zone)}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_769_994_000_000); // 2026-02-02 09:00 in Shanghai
    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    #[test]
    fn as_near_as_needed_in_the_organisation_s_zone() {
        let shown = |language, back_hours: i64| {
            near(Text::of(language), Timestamp(NOW.0 - back_hours * 3_600_000), NOW, ZONE)
        };
        assert_eq!(shown(Language::English, 1), "Today 08:00");
        assert_eq!(shown(Language::Chinese, 1), "今天 08:00");
        assert_eq!(shown(Language::English, 10), "1 Feb 23:00");
        assert_eq!(shown(Language::Chinese, 24 * 40), "2025年12月24日 09:00");
        assert_eq!(full(Text::of(Language::English), NOW, ZONE), "2 Feb 2026 09:00:00");
        assert_eq!(minute(Text::of(Language::Chinese), NOW, ZONE), "2026年2月2日 09:00");
        assert_eq!(machine(NOW, ZONE), "2026-02-02T09:00:00+08:00");
    }

    #[test]
    fn sizes_are_short() {
        let shown = [0, 999, 1000, 12_345, 999_999, 3_400_000, 30_000_000].map(size);
        assert_eq!(shown, ["0 B", "999 B", "1.0 KB", "12 KB", "1.0 MB", "3.4 MB", "30 MB"]);
    }

    #[test]
    fn large_numbers_are_grouped_and_rounded_up() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 7, 999, 1_001, 30_964].map(about), ["0", "7", "999", "1,010", "31,000"]);
        assert_eq!(about(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn long_lists_are_counted() {
        let names: Vec<String> = ["林青", "王", "Bob", "Eve"].map(String::from).into();
        assert_eq!(first_few(Text::of(Language::Chinese), &names), "林青、王、Bob，另有 1 个");
        assert_eq!(first_few(Text::of(Language::English), &names[..2]), "林青, 王");
        let views = |names: &[String]| names.iter().cloned().map(IntoAny::into_any).collect::<Vec<_>>();
        for language in Language::ALL {
            let text = Text::of(language);
            for names in [&names[..], &names[..2]] {
                let shown = Owner::new().with(|| first_few_views(text, views(names)).to_html());
                assert_eq!(shown.replace("<!>", ""), first_few(text, names));
            }
        }
    }
}
