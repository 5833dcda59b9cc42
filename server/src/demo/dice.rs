//! Chance from a seed: `SplitMix64` (Steele, Lea, Flood 2014), written out so that the demo stays the same,
//! byte for byte, whatever version of a library is installed. Not for secrets.

#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// `label` keeps the parts of the demo apart: a change in one leaves the others as they were.
    pub fn new(seed: u64, label: &str) -> Self {
        let mixed = label.bytes().fold(seed ^ 0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        Self(mixed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 ≤ result < `end`; 0 when `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from + 1)
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(u64::try_from(len).unwrap_or(1))).unwrap_or(0)
    }

    /// `items` isn't empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            let other = self.index(end + 1);
            items.swap(end, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_label_give_the_same_numbers_for_ever() {
        let numbers = |seed, label| {
            let mut dice = Dice::new(seed, label);
            [dice.next(), dice.below(10), dice.between(3, 4)]
        };
        assert_eq!(numbers(7, "people"), numbers(7, "people"));
        assert_ne!(numbers(7, "people"), numbers(8, "people"));
        assert_ne!(numbers(7, "people"), numbers(7, "mails"));
        assert_eq!(
            Dice(0).next(),
            0xE220_A839_7B1D_CDAF,
            "the reference implementation's first number for 0"
        );
    }

    #[test]
    fn shuffling_loses_nothing() {
        let mut items: Vec<u64> = (0..50).collect();
        Dice::new(1, "").shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
