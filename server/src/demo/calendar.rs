//! When people write: working hours of a company in China, and dates as its mails write them.

use super::dice::Dice;
use chrono::{DateTime, Datelike, FixedOffset, Timelike, Utc, Weekday};
use domain::time::Timestamp;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// China Standard Time.
const EAST: i32 = 8 * 3600;
/// How far back the demo goes.
const SPAN: i64 = 61 * DAY;
/// The stories alone are newer than this.
const NEWEST: i64 = 40 * 60;

fn local(at: Timestamp) -> DateTime<FixedOffset> {
    // The offset is a constant within range; UTC is only what the types ask for.
    FixedOffset::east_opt(EAST).map_or_else(|| at.utc().fixed_offset(), |zone| at.utc().with_timezone(&zone))
}

/// RFC 5322 §3.3.
pub fn header_date(at: Timestamp) -> String {
    local(at).format("%a, %d %b %Y %H:%M:%S %z").to_string()
}

/// `11月28日`, `28 November`.
pub fn day(at: Timestamp, english: bool) -> String {
    let local = local(at);
    if english {
        local.format("%-d %B").to_string()
    } else {
        format!("{}月{}日", local.month(), local.day())
    }
}

/// `2026-11-28 09:05`, for quotations.
pub fn minute(at: Timestamp) -> String {
    local(at).format("%Y-%m-%d %H:%M").to_string()
}

pub fn year(at: Timestamp) -> i32 {
    local(at).year()
}

pub fn week(at: Timestamp) -> u32 {
    local(at).iso_week().week()
}

/// UTC, for `Received` lines of the mail servers.
pub fn utc(at: Timestamp) -> String {
    DateTime::<Utc>::format(&at.utc(), "%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// Friday, 18:00, not after `now`. Everyday mail is told from there, so that whenever the demo is started the dice
/// meet the same weekdays and fall the same way; only the stories are told from this minute.
pub fn last_friday(now: Timestamp) -> Timestamp {
    // 1970-01-01 was a Thursday.
    let first = DAY + 18 * HOUR - i64::from(EAST);
    Timestamp::from_secs(first + (now.secs() - first).div_euclid(7 * DAY) * 7 * DAY)
}

/// A moment of the last two months at which somebody might write.
pub fn moment(now: Timestamp, dice: &mut Dice) -> Timestamp {
    loop {
        let ago = NEWEST + seconds(dice, SPAN - NEWEST);
        let at = Timestamp::from_secs(now.secs() - ago);
        if dice.chance(busy(at)) {
            return at;
        }
    }
}

/// Minutes to a day later, within hours in which people answer; None: not before the demo's newest mail.
pub fn answer(after: Timestamp, now: Timestamp, dice: &mut Dice) -> Option<Timestamp> {
    let mut at = after.secs() + 4 * 60 + seconds(dice, 5 * HOUR);
    while !dice.chance(busy(Timestamp::from_secs(at)).max(3)) {
        at += 20 * 60 + seconds(dice, 2 * HOUR);
    }
    (at <= now.secs() - NEWEST).then_some(Timestamp::from_secs(at))
}

fn seconds(dice: &mut Dice, end: i64) -> i64 {
    i64::try_from(dice.below(u64::try_from(end).unwrap_or(1))).unwrap_or(0)
}

/// Per cent of the busiest hour.
fn busy(at: Timestamp) -> u64 {
    let local = local(at);
    let hour = match local.hour() {
        9..=11 | 14..=16 => 100,
        17 => 80,
        8 | 13 => 50,
        12 | 18 => 30,
        19..=21 => 12,
        7 | 22 => 5,
        _ => 1,
    };
    if matches!(local.weekday(), Weekday::Sat | Weekday::Sun) { hour / 12 } else { hour }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_769_994_000_000);

    #[test]
    fn dates_are_written_in_the_companys_zone() {
        assert_eq!(header_date(NOW), "Mon, 02 Feb 2026 09:00:00 +0800");
        assert_eq!((day(NOW, false), day(NOW, true)), ("2月2日".to_owned(), "2 February".to_owned()));
        assert_eq!((minute(NOW), week(NOW), year(NOW)), ("2026-02-02 09:00".to_owned(), 6, 2026));
        assert_eq!(utc(NOW), "Mon, 02 Feb 2026 01:00:00 +0000");
    }

    #[test]
    fn most_is_written_at_work_and_nothing_in_the_future() {
        let mut dice = Dice::new(1, "calendar");
        let moments: Vec<Timestamp> = (0..500).map(|_| moment(NOW, &mut dice)).collect();
        let at_work = moments.iter().filter(|at| busy(**at) >= 30).count();
        assert!(at_work > 420, "{at_work}");
        assert!(moments.iter().all(|at| at.secs() <= NOW.secs() - NEWEST && at.secs() >= NOW.secs() - SPAN));
        for at in moments {
            if let Some(answer) = answer(at, NOW, &mut dice) {
                assert!(answer > at && answer < NOW);
            }
        }
    }
}
