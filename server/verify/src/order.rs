//! The chain: are all entries there, once, in order, each as it was hashed and following the one before?

use crate::{
    Hash,
    entry::{Fact, GENESIS},
    finding::{Finding, Span},
};
use std::borrow::Cow;

/// The findings, and the entries by number, each once.
pub(crate) fn examine(facts: &[Fact]) -> (Vec<Finding>, Cow<'_, [Fact]>) {
    let findings = broken(facts);
    if findings.is_empty() && facts.is_sorted_by(|a, b| a.seq < b.seq) {
        return (findings, Cow::Borrowed(facts));
    }
    let (findings, kept) = disentangle(facts);
    (findings, Cow::Owned(kept))
}

fn disentangle(facts: &[Fact]) -> (Vec<Finding>, Vec<Fact>) {
    let mut findings = misplaced(facts);
    let mut sorted = facts.to_vec();
    sorted.sort_by_key(|fact| fact.seq);
    let groups: Vec<&[Fact]> = sorted.chunk_by(|a, b| a.seq == b.seq).collect();
    let mut kept: Vec<Fact> = Vec::with_capacity(groups.len());
    for (at, same) in groups.iter().enumerate() {
        let previous = kept.last().map_or(GENESIS, |last| last.hash);
        let next = groups.get(at + 1).copied().unwrap_or_default();
        let Some(fact) = most_fitting(same, previous, next) else { continue };
        if same.len() > 1 {
            findings.push(Finding::Twice(fact.seq));
        }
        kept.push(fact);
    }
    findings.extend(broken(&kept));
    (merged(findings), kept)
}

/// Of several with one number, the one that its neighbours know.
fn most_fitting(same: &[Fact], previous: Hash, next: &[Fact]) -> Option<Fact> {
    let strangeness = |fact: &&Fact| {
        let is_followed = next.iter().any(|next| next.previous == fact.hash);
        [fact.fits, fact.previous == previous, is_followed].into_iter().filter(|fits| !fits).count()
    };
    same.iter().min_by_key(strangeness).copied()
}

fn misplaced(facts: &[Fact]) -> Vec<Finding> {
    let mut highest = 0;
    let mut findings = Vec::new();
    for fact in facts {
        if fact.seq < highest {
            findings.push(Finding::Misplaced { seq: fact.seq, after: highest });
        }
        highest = highest.max(fact.seq);
    }
    findings
}

fn broken(facts: &[Fact]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut before: Option<&Fact> = None;
    for fact in facts {
        let (number, last) = before.map_or((0, GENESIS), |before| (before.seq, before.hash));
        // Whoever puts an entry in hashes it well; the one after it still follows the one before it.
        let skips = |before: &Fact| before.fits && fact.previous == before.previous;
        if fact.seq > number + 1 {
            findings.push(Finding::Missing(Span { first: number + 1, last: fact.seq - 1 }));
        } else if fact.previous != last && before.is_some_and(skips) {
            findings.push(Finding::PutIn(number));
        } else if fact.previous != last && fact.fits {
            findings.push(Finding::Unlinked(fact.seq));
        }
        if !fact.fits {
            findings.push(Finding::Changed(Span::one(fact.seq)));
        }
        before = Some(fact);
    }
    findings
}

/// Neighbours that were changed are one finding.
fn merged(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        match (merged.last_mut(), &finding) {
            (Some(Finding::Changed(span)), Finding::Changed(next)) if next.first == span.last + 1 => {
                span.last = next.last;
            }
            _ => merged.push(finding),
        }
    }
    merged
}
