//! The targets of a case by how they stand: those that need somebody first, and how many there are of each kind. A
//! case may have thousands of targets, so each kind is put into words once. Pure.

use super::{
    advice::{self, Around},
    progress::corrections,
};
use crate::{
    i18n::{Text, fl},
    kit::Tone,
    labels,
};
use domain::{
    case::{Target, view::CaseView},
    org::RecipientKind,
    shared::{Outcome, TargetState, Task, Trouble, progress::ProgressGroup},
};
use std::collections::HashMap;

/// Everything of a target that its label and colour depend on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Kind {
    outcome: Option<Outcome>,
    task: Option<Task>,
    state: TargetState,
    trouble: Option<Trouble>,
    outside: bool,
    tried: bool,
    on_hold: bool,
    looked: Looked,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Looked {
    NotYet,
    InVain,
    Seen,
}

impl Kind {
    fn of(view: &CaseView, target: &Target) -> Self {
        Self {
            on_hold: advice::is_on_hold(view, target),
            outcome: target.outcome,
            task: target.task,
            state: target.state,
            trouble: target.detail.trouble,
            outside: target.recipient.kind == RecipientKind::Outside,
            tried: target.attempts > 0,
            looked: match (target.detail.seen_there, target.detail.searched.is_empty()) {
                (true, _) => Looked::Seen,
                (false, false) => Looked::InVain,
                (false, true) => Looked::NotYet,
            },
        }
    }
}

pub struct Grouped<'a> {
    /// The most urgent first; alike ones in the order they were asked for.
    pub targets: Vec<&'a Target>,
    /// In the same order, by label.
    pub groups: Vec<ProgressGroup>,
}

pub fn of(text: Text, view: &CaseView) -> Grouped<'_> {
    let corrections = corrections(view);
    let mut kinds: HashMap<Kind, (String, Tone)> = HashMap::new();
    let mut ranked = Vec::with_capacity(view.targets.len());
    let mut counted: Vec<(String, Tone, usize)> = Vec::new();
    for target in &view.targets {
        let (label, tone) = kinds.entry(Kind::of(view, target)).or_insert_with(|| {
            let said = advice::of(text, target, Around::of(view, target, ""));
            (said.label, said.tone)
        });
        let mailed = corrections.get(&target.id).map(|correction| labels::correction_tone(correction.state));
        ranked.push((urgency(*tone, target.detail.trouble, mailed), target));
        match counted.iter_mut().find(|(known, of, _)| known == label && of == tone) {
            Some((_, _, count)) => *count += 1,
            None => counted.push((label.clone(), *tone, 1)),
        }
    }
    // Both sorts keep the order of what is alike.
    ranked.sort_by_key(|(urgency, _)| *urgency);
    counted.sort_by_key(|(_, tone, _)| rank(*tone));
    let group = |(label, tone, count): (String, Tone, usize)| ProgressGroup {
        said: fl!(text, "live-group", label = label, count = count),
        tone: tone.code().to_owned(),
    };
    Grouped {
        targets: ranked.into_iter().map(|(_, target)| target).collect(),
        groups: counted.into_iter().map(group).collect(),
    }
}

/// The smaller, the sooner somebody should look.
fn urgency(tone: Tone, trouble: Option<Trouble>, mailed: Option<Tone>) -> u8 {
    let troubled = if trouble.is_some() { rank(Tone::Warn) } else { u8::MAX };
    // A correction that is out, or on its way, makes nothing urgent.
    let unsent = mailed.map_or(u8::MAX, rank);
    let unsent = if unsent <= rank(Tone::Warn) { unsent } else { u8::MAX };
    rank(tone).min(troubled).min(unsent)
}

fn rank(tone: Tone) -> u8 {
    match tone {
        Tone::Bad => 0,
        Tone::Warn => 1,
        Tone::Busy => 2,
        Tone::Plain => 3,
        Tone::Good => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{target, view};
    use super::*;
    use domain::shared::Language;

    #[test]
    fn what_needs_somebody_stands_first_and_each_kind_is_counted() {
        let mut partly = target(4, Some(Outcome::RemovedUnread));
        partly.detail.trouble = Some(Trouble::PartlyUnreadable);
        let targets = vec![
            target(1, Some(Outcome::RemovedUnread)),
            target(2, Some(Outcome::NotFound)),
            target(3, Some(Outcome::RemovedUnread)),
            partly,
            target(5, Some(Outcome::Failed)),
        ];
        let view = view(targets, vec![]);
        let grouped = of(Text::of(Language::English), &view);
        let names: Vec<&str> = grouped.targets.iter().map(|target| target.recipient.name.as_str()).collect();
        assert_eq!(names, ["P5", "P2", "P4", "P1", "P3"]);
        let groups: Vec<(&str, &str)> =
            grouped.groups.iter().map(|group| (group.said.as_str(), group.tone.as_str())).collect();
        assert_eq!(groups, [("Failed: 1", "bad"), ("Not found: 1", "warn"), ("Recalled unread: 3", "good")]);
    }

    #[test]
    fn a_correction_that_is_lost_is_urgent_and_one_that_is_out_is_not() {
        let bad = rank(Tone::Bad);
        assert_eq!(urgency(Tone::Plain, None, Some(Tone::Bad)), bad);
        assert_eq!(urgency(Tone::Good, None, Some(Tone::Good)), rank(Tone::Good));
        assert_eq!(urgency(Tone::Good, None, Some(Tone::Busy)), rank(Tone::Good));
    }
}
