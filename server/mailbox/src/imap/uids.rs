//! Sets of UIDs (RFC 3501 §9, `sequence-set`), short however many there are.

use std::fmt;

/// Ascending, without neighbours that touch. Both ends belong to a range; the largest number stands for `*`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uids(Vec<(u32, u32)>);

impl Uids {
    pub fn one(uid: u32) -> Self {
        Self(vec![(uid, uid)])
    }

    /// `None` as the end: whatever comes.
    pub fn range(first: u32, last: Option<u32>) -> Self {
        Self(vec![(first, last.unwrap_or(u32::MAX))])
    }

    pub fn of(uids: impl IntoIterator<Item = u32>) -> Self {
        let mut sorted: Vec<u32> = uids.into_iter().collect();
        sorted.sort_unstable();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for uid in sorted {
            match ranges.last_mut() {
                Some((_, last)) if uid <= last.saturating_add(1) => *last = uid,
                _ => ranges.push((uid, uid)),
            }
        }
        Self(ranges)
    }

    /// None: not a set of numbers.
    pub fn parse(text: &str) -> Option<Self> {
        let ranges = text.split(',').map(|part| {
            let (first, last) = part.split_once(':').unwrap_or((part, part));
            let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
            Some((first.min(last), first.max(last)))
        });
        ranges.collect::<Option<_>>().map(Self)
    }

    /// Those from `first` up to before `end`.
    pub fn within(&self, first: u32, end: u32) -> Self {
        let Some(last) = end.checked_sub(1) else { return Self::default() };
        let cut = |(from, to): &(u32, u32)| ((*from).max(first), (*to).min(last));
        Self(self.0.iter().map(cut).filter(|(from, to)| from <= to).collect())
    }

    pub fn count(&self) -> u64 {
        self.0.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }

    pub fn contains(&self, uid: u32) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&uid))
    }

    /// One after the other, at most `most` of them.
    pub fn iter(&self, most: usize) -> impl Iterator<Item = u32> {
        self.0.iter().flat_map(|(first, last)| *first..=*last).take(most)
    }
}

impl fmt::Display for Uids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            match (first, last) {
                (first, last) if first == last => write!(f, "{first}")?,
                (first, &u32::MAX) => write!(f, "{first}:*")?,
                (first, last) => write!(f, "{first}:{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_a_range() {
        assert_eq!(Uids::of([9, 1, 2, 3, 7, 2]).to_string(), "1:3,7,9");
        assert_eq!(Uids::one(4).to_string(), "4");
        assert_eq!(Uids::range(5, None).to_string(), "5:*");
        assert_eq!(Uids::range(5, Some(8)).to_string(), "5:8");
    }

    #[test]
    fn what_a_server_writes_is_read() {
        let set = Uids::parse("41,43:45,50:48").unwrap();
        assert_eq!(set.iter(100).collect::<Vec<_>>(), [41, 43, 44, 45, 48, 49, 50]);
        assert!(set.contains(44) && !set.contains(42));
        assert_eq!(
            Uids::parse("1:4294967294").unwrap().iter(3).count(),
            3,
            "no server makes us count that far"
        );
        for wrong in ["", "1,", "a", "1:*", "-1"] {
            assert_eq!(Uids::parse(wrong), None, "{wrong}");
        }
    }
}
