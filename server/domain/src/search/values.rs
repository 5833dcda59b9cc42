//! Dates, spans of time and sizes as people write them.

use super::{
    query::{Day, Span, Unit},
    runs::folded,
};
use chrono::NaiveDate;

/// `2026-11-24`, `2026/11/24`, `2026.11.24`, `20261124`, `2026年11月24日`; without day or month, the first.
pub(super) fn day(text: &str) -> Option<Day> {
    let text = folded(text);
    match text.as_str() {
        "today" | "今天" | "今日" => return Some(Day::Today),
        "yesterday" | "昨天" | "昨日" => return Some(Day::Yesterday),
        _ => {}
    }
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = if text.len() == 8 && is_digits(&text) {
        vec![&text[..4], &text[4..6], &text[6..]]
    } else {
        text.trim_end_matches(['年', '月', '日', '号']).split(['-', '/', '.', '年', '月']).collect()
    };
    let (year, rest) = parts.split_first()?;
    let short = |part: &&str| is_digits(part) && part.len() <= 2;
    if year.len() != 4 || !is_digits(year) || rest.len() > 2 || !rest.iter().all(short) {
        return None;
    }
    let number = |at: usize| rest.get(at).map_or(Some(1), |part| part.parse().ok());
    NaiveDate::from_ymd_opt(year.parse().ok()?, number(0)?, number(1)?).map(Day::On)
}

/// `7d`, `2w`, `3m`, `1y`, `12h`; `7天`, `2周`, `3个月`, `1年`, `12小时`.
pub(super) fn span(text: &str) -> Option<Span> {
    let text = folded(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let count: u32 = text[..digits].parse().ok().filter(|count| *count <= 9999)?;
    let unit = match &text[digits..] {
        "h" | "hour" | "hours" | "小时" | "个小时" | "小時" => Unit::Hours,
        "d" | "day" | "days" | "天" | "日" => Unit::Days,
        "w" | "week" | "weeks" | "周" | "星期" | "个星期" | "週" => Unit::Weeks,
        "m" | "month" | "months" | "月" | "个月" | "個月" => Unit::Months,
        "y" | "year" | "years" | "年" => Unit::Years,
        _ => return None,
    };
    Some(Span { count, unit })
}

/// `5M`, `1.5MB`, `500k`, `20000`; a thousand bytes are a K, as everywhere in the portal.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let text = folded(text);
    let number = text.trim_end_matches(char::is_alphabetic);
    let unit: u64 = match text[number.len()..].trim_end_matches('b') {
        "" => 1,
        "k" => 1_000,
        "m" => 1_000_000,
        "g" => 1_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || fraction.len() > 3 {
        return None;
    }
    let thousandths: u64 = format!("{fraction:0<3}").parse().ok()?;
    let bytes = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    bytes.checked_add(thousandths * unit / 1000).filter(|bytes| *bytes <= 1_000_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_many_shapes() {
        let november = NaiveDate::from_ymd_opt(2026, 11, 4).map(Day::On);
        for text in ["2026-11-04", "2026/11/4", "2026.11.4", "20261104", "2026年11月4日", "２０２６年11月4号"]
        {
            assert_eq!(day(text), november, "{text}");
        }
        assert_eq!(day("2026年11月"), NaiveDate::from_ymd_opt(2026, 11, 1).map(Day::On));
        assert_eq!(day("2026"), NaiveDate::from_ymd_opt(2026, 1, 1).map(Day::On));
        assert_eq!(day("今天"), Some(Day::Today));
        for text in ["", "2026-13-01", "2026-02-30", "26-1-1", "2026-1-1-1", "2026-", "soon", "-2026", "日"]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn spans_and_sizes() {
        assert_eq!(span("7d").map(|span| span.to_string()).as_deref(), Some("7d"));
        assert_eq!(span("３个月").map(|span| span.to_string()).as_deref(), Some("3m"));
        for text in ["", "d", "7", "-1d", "7 d", "99999d", "1.5y", "7合"] {
            assert_eq!(span(text), None, "{text}");
        }
        assert_eq!(
            ["5M", "1.5mb", "500K", "20000", "0"].map(bytes),
            [5_000_000, 1_500_000, 500_000, 20_000, 0].map(Some)
        );
        for text in ["", "M", "1.2.3M", "5X", "-1", "99999999999999999999G", "1.M", "1.1234M", "合"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }
}
