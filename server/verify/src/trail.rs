//! A whole trail with its checkpoints, and what is wrong with it.

use crate::{
    Hash,
    checkpoint::Checkpoint,
    entry::Fact,
    finding::{Finding, Span, Which},
    note::{Distrust, Key},
    order, parallel, tree,
};

/// What there is to check, from an export or from a database.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// In the order in which they stand there.
    pub facts: Vec<Fact>,
    pub claims: Vec<Claim>,
    /// How many entries there should be, when somebody says so.
    pub count: Option<u64>,
    /// What was found already, while reading.
    pub findings: Vec<Finding>,
}

/// A checkpoint's text, unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub text: String,
    /// Kept apart from the trail: none of the export's own.
    pub file: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub findings: Vec<Finding>,
    pub entries: u64,
    /// Of the tree over all entries.
    pub root: Hash,
    /// Checkpoints that are signed and fit.
    pub checkpoints: u64,
    /// The size of the largest of them.
    pub covered: u64,
}

/// A claim that could be read.
struct Read {
    checkpoint: Checkpoint,
    which: Which,
}

impl Trail {
    /// With no key at all, signatures aren't looked at.
    pub fn examine(&self, keys: &[Key]) -> Report {
        let (chain, facts) = order::examine(&self.facts);
        let leaves = leaves(&facts);
        let (mut read, distrusted) = self.read(keys);
        read.sort_by_key(|claim| claim.checkpoint.size);
        let known = leaves.len() as u64;
        let sizes: Vec<u64> =
            read.iter().map(|claim| claim.checkpoint.size.min(known)).chain([known]).collect();
        let mut roots: Vec<Hash> = tree::growth(&leaves, &sizes).iter().map(tree::Frontier::root).collect();
        let root = roots.pop().unwrap_or_default();
        let last = facts.last().map_or(0, |fact| fact.seq);
        let mut findings = self.findings.clone();
        findings.extend(self.cut_off(last));
        findings.extend(chain);
        findings.extend(distrusted);
        let fits = fitting(&read, &roots, known);
        findings.extend(unfit(&read, &fits, last, &findings));
        let covered =
            read.iter().zip(&fits).filter(|(_, fits)| **fits).map(|(claim, _)| claim.checkpoint.size);
        Report {
            entries: facts.len() as u64,
            root,
            checkpoints: fits.iter().filter(|fits| **fits).count() as u64,
            covered: covered.max().unwrap_or(0),
            findings,
        }
    }

    fn cut_off(&self, last: i64) -> Option<Finding> {
        let count = self.count?;
        let expected = i64::try_from(count).unwrap_or(i64::MAX);
        (expected > last).then_some(Finding::CutOff(Span { first: last + 1, last: expected }, count))
    }

    fn read(&self, keys: &[Key]) -> (Vec<Read>, Vec<Finding>) {
        let read =
            parallel::map(&self.claims, |claims| claims.iter().map(|claim| claim.read(keys)).collect());
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for claim in read {
            match claim {
                Ok(read) => good.push(read),
                Err(finding) => bad.push(finding),
            }
        }
        (good, bad)
    }
}

impl Claim {
    fn read(&self, keys: &[Key]) -> Result<Read, Finding> {
        let mut which = Which { size: None, file: self.file.clone() };
        let checkpoint: Checkpoint = match self.text.parse() {
            Ok(checkpoint) => checkpoint,
            Err(why) => return Err(Finding::NoCheckpoint { which, why }),
        };
        which.size = Some(checkpoint.size);
        if keys.is_empty() {
            return Ok(Read { checkpoint, which });
        }
        match checkpoint.note.signed_by(keys) {
            Ok(key) if key.name() == checkpoint.origin => Ok(Read { checkpoint, which }),
            Ok(_) => Err(Finding::OtherLog { which, origin: checkpoint.origin }),
            Err(why @ (Distrust::Forged(_) | Distrust::Foreign(_))) => {
                Err(Finding::Distrusted { which, why })
            }
        }
    }
}

/// Of the entries up to the first gap: a tree is over entries without gaps.
fn leaves(facts: &[Fact]) -> Vec<Hash> {
    (1..).zip(facts).take_while(|(seq, fact)| *seq == fact.seq).map(|(_, fact)| fact.leaf).collect()
}

fn fitting(read: &[Read], roots: &[Hash], known: u64) -> Vec<bool> {
    let fits = |claim: &Read, root: &Hash| claim.checkpoint.size <= known && claim.checkpoint.root == *root;
    read.iter().zip(roots).map(|(claim, root)| fits(claim, root)).collect()
}

/// What the checkpoints that don't fit tell, as narrowly as the others allow: one finding for each place where
/// checkpoints are kept. They come with the smallest first.
fn unfit(read: &[Read], fits: &[bool], last: i64, findings: &[Finding]) -> Vec<Finding> {
    let number = |size: u64| i64::try_from(size).unwrap_or(i64::MAX);
    let is_cut_off = findings.iter().any(|finding| matches!(finding, Finding::CutOff(..)));
    // The largest that fits, of all and of each place.
    let sound = read.iter().zip(fits).filter(|(_, fits)| **fits).map(|(claim, _)| claim);
    let all = sound.clone().map(|claim| claim.checkpoint.size).max().unwrap_or(0);
    let mut told: Vec<Finding> = Vec::new();
    let mut places: Vec<(&Option<String>, bool)> = Vec::new();
    for (claim, _) in read.iter().zip(fits).filter(|(_, fits)| !**fits) {
        let (size, which) = (claim.checkpoint.size, claim.which.clone());
        let is_beyond = number(size) > last;
        if places.contains(&(&claim.which.file, is_beyond)) {
            continue;
        }
        places.push((&claim.which.file, is_beyond));
        let agreed = |one: &&Read| one.checkpoint.size < size && (size > all || one.which.file == which.file);
        let agreed = sound.clone().filter(agreed).map(|one| one.checkpoint.size).max().unwrap_or(0);
        let span = Span { first: number(agreed) + 1, last: number(size) };
        if is_beyond && !(is_cut_off && which.file.is_none()) {
            let missing = Span { first: last + 1, last: number(size) };
            told.push(Finding::RolledBack { which, missing });
        } else if !is_beyond && size <= all {
            told.push(Finding::OtherHistory { which, span });
        } else if !is_beyond && !findings.iter().filter_map(Finding::span).any(|place| place.meets(span)) {
            // Otherwise the chain has said more exactly what it is.
            told.push(Finding::Rewritten { which, span });
        }
    }
    told
}
