//! What pressing the button would do, sentence by sentence, before anybody presses it.

use crate::{
    features::message::summary::Counts,
    i18n::{Text, fl},
    kit::Tone,
};
use domain::{
    case::outcome::correction_due,
    forecast::Finding,
    shared::{Intent, Outcome},
};

/// What was chosen, and what policy makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent answers to independent questions")]
pub struct Plan {
    pub intent: Intent,
    pub include_read: bool,
    pub has_letter: bool,
    pub needs_approval: bool,
    /// Unread copies are held while somebody decides.
    pub freezes: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub tone: Tone,
    pub sentence: String,
}

fn line(tone: Tone, sentence: String) -> Line {
    Line { tone, sentence }
}

/// `letters`: who would get the correction as new mail, from [`letters`].
pub fn lines(text: Text, plan: Plan, counts: Counts, letters: usize) -> Vec<Line> {
    let mut lines = if plan.intent.removes() { removing(text, plan, counts) } else { Vec::new() };
    if !plan.intent.removes() {
        lines.push(line(Tone::Plain, fl!(text, "check-correct-only")));
    } else if counts.outside > 0 {
        lines.push(outside(text, plan, counts.outside));
    }
    if counts.not_looked > 0 {
        lines.push(line(Tone::Warn, fl!(text, "check-slow", count = counts.not_looked)));
    }
    // How many get it isn't known before all have been looked at.
    if plan.has_letter && counts.not_looked == 0 {
        lines.push(letters_line(text, plan, letters));
    }
    lines
}

/// How many get the correction as new mail if the mailboxes stay as they were found.
pub fn letters<'a>(plan: Plan, findings: impl IntoIterator<Item = &'a Finding>) -> usize {
    if !plan.has_letter {
        return 0;
    }
    findings.into_iter().filter(|finding| correction_due(expected(plan, finding))).count()
}

/// The outcome a finding leads to.
fn expected(plan: Plan, finding: &Finding) -> Outcome {
    let replaces = plan.intent == Intent::RecallAndReplace;
    match finding {
        Finding::Outside => Outcome::Outside,
        _ if !plan.intent.removes() => Outcome::Corrected,
        Finding::Unread { .. } if replaces => Outcome::ReplacedUnread,
        Finding::Unread { .. } => Outcome::RemovedUnread,
        Finding::Read { .. } if !plan.include_read => Outcome::LeftRead,
        Finding::Read { .. } if replaces => Outcome::ReplacedRead,
        Finding::Read { .. } => Outcome::RemovedRead,
        Finding::NotFound { .. } => Outcome::NotFound,
        Finding::OnLegalHold => Outcome::OnLegalHold,
        // Nobody knows; a correction isn't promised for it.
        Finding::Trouble(_) | Finding::NotLooked => Outcome::Failed,
    }
}

fn removing(text: Text, plan: Plan, counts: Counts) -> Vec<Line> {
    let mut lines = Vec::new();
    if counts.unread > 0 {
        lines.push(line(Tone::Good, unread(text, plan, counts.unread)));
    }
    if counts.read > 0 && plan.include_read {
        lines.push(line(Tone::Warn, fl!(text, "check-read-taken", count = counts.read)));
    } else if counts.read > 0 {
        lines.push(line(Tone::Plain, fl!(text, "check-read-left", count = counts.read)));
    }
    let taken = counts.unread + if plan.include_read { counts.read } else { 0 };
    if plan.intent == Intent::RecallAndReplace && plan.has_letter && taken > 0 {
        let later = plan.needs_approval;
        let said = if later { fl!(text, "check-replaced-later") } else { fl!(text, "check-replaced") };
        lines.push(line(Tone::Good, said));
    }
    let others = [
        (counts.not_found, Tone::Plain, fl!(text, "check-not-found", count = counts.not_found)),
        (counts.hold, Tone::Plain, fl!(text, "check-hold", count = counts.hold)),
        (counts.trouble, Tone::Warn, fl!(text, "check-trouble", count = counts.trouble)),
    ];
    lines.extend(others.into_iter().filter(|(count, ..)| *count > 0).map(|(_, tone, said)| line(tone, said)));
    lines
}

fn unread(text: Text, plan: Plan, count: usize) -> String {
    match (plan.needs_approval, plan.freezes) {
        (false, _) => fl!(text, "check-unread-now", count = count),
        (true, true) => fl!(text, "check-unread-freeze", count = count),
        (true, false) => fl!(text, "check-unread-later", count = count),
    }
}

fn outside(text: Text, plan: Plan, count: usize) -> Line {
    if plan.has_letter {
        line(Tone::Plain, fl!(text, "check-outside-letter", count = count))
    } else {
        line(Tone::Warn, fl!(text, "check-outside-silent", count = count))
    }
}

fn letters_line(text: Text, plan: Plan, count: usize) -> Line {
    let sentence = match (plan.needs_approval, plan.intent.removes(), count) {
        (_, _, 0) => fl!(text, "check-letters-none"),
        (false, ..) => fl!(text, "check-letters-now", count = count),
        (true, true, _) => fl!(text, "check-letters-later", count = count),
        (true, false, _) => fl!(text, "check-letters-later-all", count = count),
    };
    line(Tone::Plain, sentence)
}

/// What the one button says.
pub fn button(text: Text, plan: Plan) -> String {
    match (plan.needs_approval, plan.intent) {
        (true, _) if plan.freezes => fl!(text, "check-button-freeze"),
        (true, _) => fl!(text, "check-button-approval"),
        (false, Intent::Recall) => fl!(text, "check-button-recall"),
        (false, Intent::RecallAndReplace) => fl!(text, "check-button-replace"),
        (false, Intent::CorrectOnly) => fl!(text, "check-button-correct"),
    }
}

#[cfg(test)]
mod tests;
