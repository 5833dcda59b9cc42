//! When a task that failed is tried again, and when it is given up.

use std::time::Duration;

/// After so many failed tries a target or correction ends as failed. Releasing is never given up.
pub const MAX_ATTEMPTS: u32 = 6;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(10);

/// Doubles from one second to ten minutes; a longer wait that the mail system asks for is obeyed.
pub fn delay(attempts: u32, asked: Option<Duration>) -> Duration {
    let doubled = FIRST.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1))).min(LONGEST);
    asked.map_or(doubled, |asked| asked.max(doubled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_obey() {
        let waits: Vec<u64> = (1..=6).map(|attempts| delay(attempts, None).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32]);
        assert_eq!(delay(100, None), LONGEST);
        assert_eq!(delay(1, Some(Duration::from_mins(20))), Duration::from_mins(20));
    }
}
