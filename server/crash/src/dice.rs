//! Chance from a seed, for what the people of the office do and for when the worker dies.

use domain::world::Random as _;
use testkit::world::SeededRandom;

pub struct Dice(SeededRandom);

impl Dice {
    /// `part` keeps the throws of driver, client and each worker apart.
    pub fn new(seed: u64, part: u64) -> Self {
        Self(SeededRandom::new(seed.wrapping_mul(0x0100_0000_01b3).wrapping_add(part)))
    }

    /// 0 ≤ result < `end`; 0 when `end` is 0.
    pub fn below(&self, end: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes) % end.max(1)
    }

    pub fn chance(&self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&self, items: &'a [T]) -> Option<&'a T> {
        items.get(usize::try_from(self.below(items.len() as u64)).ok()?)
    }
}
