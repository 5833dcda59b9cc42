//! Which death comes next: points that nobody died at yet, then random moments.

use crate::{
    dice::Dice,
    points::{self, Lure},
};
use std::{collections::BTreeSet, fmt, time::Duration};

pub struct Planner {
    hit: BTreeSet<String>,
    /// Points are aimed at only when the campaign has to reach them.
    aims: bool,
    /// How often points were aimed at, so that one that doesn't come isn't tried for ever.
    tries: usize,
}

pub enum Plan {
    /// SIGKILL from outside.
    After(Duration),
    /// SIGKILL by its own hand.
    At { point: String, lure: Lure, passing: u32 },
}

impl Planner {
    pub fn new(aims: bool) -> Self {
        Self { hit: BTreeSet::new(), aims, tries: 0 }
    }

    pub fn hit(&mut self, point: &str) {
        self.hit.insert(point.to_owned());
    }

    /// Points reached, and all.
    pub fn score(&self) -> (usize, usize) {
        (self.hit.len(), points::all().count())
    }

    pub fn missing(&self) -> impl Iterator<Item = String> {
        points::all().map(|(name, _)| name).filter(|name| !self.hit.contains(name))
    }

    /// As long as there is no kill to spare the points come first; they come in the order of the list, and one
    /// that failed to come makes place for the next.
    pub fn next(&mut self, dice: &Dice, kills_left: usize) -> Plan {
        let open: Vec<_> = points::all().filter(|(name, _)| !self.hit.contains(name)).collect();
        let spare = kills_left.saturating_sub(open.len());
        if !self.aims {
            // Long enough for a bug to show.
            return Plan::After(Duration::from_millis(3_500 + dice.below(1_000)));
        }
        if open.is_empty() || (spare > 0 && dice.chance(20)) {
            return Plan::After(Duration::from_millis(60 + dice.below(900)));
        }
        // Those that need a death of their own go first: the others may come with them.
        let alone: Vec<_> = open.iter().filter(|(_, point)| !point.rides).collect();
        let candidates = if alone.is_empty() { open.iter().collect() } else { alone };
        self.tries += 1;
        let (name, point) = candidates[self.tries % candidates.len()];
        let passing = if point.lure == Lure::Any { 1 + u32::try_from(dice.below(2)).unwrap_or(0) } else { 1 };
        Plan::At { point: name.clone(), lure: point.lure, passing }
    }
}

impl Plan {
    pub fn point(&self) -> Option<(&str, u32)> {
        match self {
            Self::After(_) => None,
            Self::At { point, passing, .. } => Some((point, *passing)),
        }
    }

    /// None: until it dies by itself.
    pub fn delay(&self) -> Option<Duration> {
        match self {
            Self::After(delay) => Some(*delay),
            Self::At { .. } => None,
        }
    }

    pub fn lure(&self) -> Lure {
        match self {
            Self::After(_) => Lure::Nothing,
            Self::At { lure, .. } => *lure,
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(delay) => write!(f, "after {} ms", delay.as_millis()),
            Self::At { point, passing, .. } => write!(f, "{point}, passing {passing}"),
        }
    }
}
