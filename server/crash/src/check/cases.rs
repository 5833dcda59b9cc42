//! I1, I5, I7, I10: who agreed, when it stopped, how each target ended, which case a request became.

use super::{
    Findings,
    scene::{CaseFile, Scene, detail},
};
use crate::{
    files,
    journal::{Deed, Time},
    letters::Kind,
    office,
};
use domain::{
    case::{Target, TargetsDigest},
    org::{Recipient, RecipientKind},
    policy::Policy,
    shared::{Act, CaseNumber, CaseState, Outcome, Verdict},
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

/// Within which everything stops.
const MOMENT: Duration = Duration::from_secs(2);

pub(super) fn check(scene: &Scene<'_>, found: &mut Findings) {
    for file in &scene.cases {
        agreed(scene, file, found);
        for target in &file.targets {
            one_outcome(scene, file, target, found);
            outcome_is_true(scene, file, target, found);
        }
        if scene.at_rest {
            let state = file.case.state;
            found.unless(state.is_final(), || format!("I7: {} never ends: {state}", file.case.number));
        }
    }
    stopped(scene, found);
    answered(scene, found);
    numbered(scene, found);
}

/// I1, for the recall and for undoing it.
fn agreed(scene: &Scene<'_>, file: &CaseFile, found: &mut Findings) {
    let case = &file.case;
    let gone = |target: &Target| {
        use Outcome as O;
        let outcome = target.outcome;
        matches!(outcome, Some(O::RemovedUnread | O::RemovedRead | O::ReplacedUnread | O::ReplacedRead))
    };
    let recipients: Vec<Recipient> = file.targets.iter().map(|target| target.recipient.clone()).collect();
    let live = TargetsDigest::of(&case.message, &case.request, &recipients);
    let approved = |act, digest| {
        file.approvals.iter().any(|approval| {
            approval.act == act
                && approval.verdict == Verdict::Approved
                && approval.digest == digest
                && approval.approver == scene.boss
                && approval.approver != case.requester
        })
    };
    if file.was_executed() || file.targets.iter().any(gone) {
        let free = !case.decision.needs_approval() && is_free(file);
        found.unless(approved(Act::Recall, live) || free, || {
            format!("I1: {} acts without approval ({:?})", case.number, case.decision.reasons)
        });
    }
    if matches!(case.state, CaseState::Restoring | CaseState::Restored) {
        let asked = case.restoration.as_ref();
        let approved = asked.is_some_and(|asked| approved(Act::Restore, live.restoring(asked)));
        found.unless(approved, || format!("I1: {} is undone without approval", case.number));
    }
}

/// The policy in other words than the policy's.
fn is_free(file: &CaseFile) -> bool {
    let policy = Policy::default();
    let reads = file.case.request.intent.removes() && file.case.request.include_read;
    let age = file.case.created_at.since(file.case.message.sent_at);
    let inside = |target: &Target| matches!(target.recipient.kind, RecipientKind::Inside(_));
    !reads
        && file.targets.iter().all(inside)
        && file.targets.len() <= policy.free_mailboxes
        && age <= policy.free_age
}

/// I7: one outcome, the same in the row and in the trail; another one only if the recall was undone.
fn one_outcome(scene: &Scene<'_>, file: &CaseFile, target: &Target, found: &mut Findings) {
    let who = format!("{}: {}", file.case.number, target.address());
    let undone = file.trail.iter().find(|entry| entry.action == "case.restoring").map(|entry| entry.seq);
    let (mut first, mut second) = (BTreeSet::new(), BTreeSet::new());
    for entry in file.trail.iter().filter(|entry| entry.target == Some(target.id)) {
        if let ("target.settled", Some(outcome)) = (entry.action.as_str(), detail(entry)["outcome"].as_str())
        {
            let act = if undone.is_some_and(|undone| entry.seq > undone) { &mut second } else { &mut first };
            act.insert(outcome.to_owned());
        }
    }
    let ours = target.outcome.map(|outcome| outcome.code().to_owned());
    let last = if second.is_empty() { &first } else { &second };
    let fits = first.len() <= 1 && second.len() <= 1;
    let same = last.iter().all(|outcome| Some(outcome) == ours.as_ref());
    found.unless(fits && same, || format!("I7: {who} ended as {first:?}, then {second:?}; it is {ours:?}"));
    if scene.at_rest {
        found.unless(ours.is_some(), || format!("I7: {who} has no outcome"));
    }
}

/// An outcome says what the mailbox shows.
fn outcome_is_true(scene: &Scene<'_>, file: &CaseFile, target: &Target, found: &mut Findings) {
    let (Some(outcome), true) = (target.outcome, scene.at_rest) else { return };
    let owner = target.address().local();
    let letters = scene.letters.posted.iter().filter(|letter| {
        let about = files::message_id(&letter.bytes);
        letter.kind == Kind::Original && letter.owner == owner && about.as_deref() == Some(file.message_id())
    });
    for letter in letters {
        let there = scene.found(owner).iter().any(|file| files::serial(&file.bytes) == Some(letter.serial));
        let right = match outcome {
            Outcome::RemovedUnread
            | Outcome::RemovedRead
            | Outcome::ReplacedUnread
            | Outcome::ReplacedRead
            | Outcome::AlreadyGone
            | Outcome::NotFound => !there,
            Outcome::Restored | Outcome::Untouched | Outcome::Corrected | Outcome::OnLegalHold => {
                there || letter.deleted
            }
            Outcome::LeftRead | Outcome::Outside | Outcome::Failed => true,
        };
        found.unless(right, || {
            format!(
                "I7: {}: {owner} is {outcome}, but letter {} there: {there}",
                file.case.number, letter.serial
            )
        });
    }
}

/// I5: by the journal, which notes when the mail system was told to act.
fn stopped(scene: &Scene<'_>, found: &mut Findings) {
    for line in &scene.journal {
        let Deed::Removed { mailbox, message_id } = &line.deed else { continue };
        let about = scene.cases.iter().filter(|file| file.message_id() == message_id);
        for file in about.filter(|file| file.target_of(office::local(mailbox)).is_some()) {
            let late = since_end(scene, file, line.at).is_some_and(|late| late > MOMENT);
            found.unless(!late, || format!("I5: {}: removed in {mailbox} after the end", file.case.number));
        }
    }
    let mut off: Option<Timestamp> = None;
    for line in &scene.journal {
        match &line.deed {
            Deed::Stopped => off = Some(line.at.real),
            Deed::Started => off = None,
            Deed::Removed { .. } | Deed::PutBack { .. } | Deed::PutReplacement { .. } | Deed::Sent { .. } => {
                let late = off.is_some_and(|off| line.at.real.since(off) > MOMENT);
                found.unless(!late, || format!("I5: {:?} although the engine is stopped", line.deed));
            }
            _ => {}
        }
    }
}

/// How long after the case was taken back. By the real clock where the worker lived to tell; else it is another
/// life, and the office's clock will do.
fn since_end(scene: &Scene<'_>, file: &CaseFile, at: Time) -> Option<Duration> {
    let ours = file.case.number;
    let told = scene.journal.iter().find(|line| match line.deed {
        Deed::Withdrawn { number } | Deed::Refused { number } => number == ours,
        _ => false,
    });
    if let Some(told) = told {
        return Some(at.real.since(told.at.real));
    }
    let ends = ["case.withdrawn", "case.refused", "case.expired"];
    let end = file.trail.iter().find(|entry| ends.contains(&entry.action.as_str()))?;
    Some(at.office.since(end.at))
}

/// I10, and that what was answered is durable.
fn answered(scene: &Scene<'_>, found: &mut Findings) {
    let numbers: HashMap<String, CaseNumber> =
        scene.cases.iter().map(|file| (file.case.id.to_string(), file.case.number)).collect();
    let by_number: HashMap<CaseNumber, &CaseFile> =
        scene.cases.iter().map(|file| (file.case.number, file)).collect();
    let has = |number: &CaseNumber, action| by_number.get(number).is_some_and(|file| file.has(action));
    for line in &scene.journal {
        match &line.deed {
            Deed::Asked { draft, number } => found.unless(numbers.get(draft) == Some(number), || {
                format!("I10: draft {draft} was answered {number}, the case is {:?}", numbers.get(draft))
            }),
            Deed::Approved { number } | Deed::Refused { number } => found
                .unless(has(number, "approval.given"), || {
                    format!("I9: the decision on {number} was answered and is lost")
                }),
            Deed::Withdrawn { number } => found.unless(has(number, "case.withdrawn"), || {
                format!("I9: the withdrawal of {number} was answered and is lost")
            }),
            Deed::Allowed { what } => found.unless(false, || format!("I1: {what}")),
            _ => {}
        }
    }
}

/// Numbers run without gaps within a year: a case that was never made leaves none.
fn numbered(scene: &Scene<'_>, found: &mut Findings) {
    let mut years: BTreeMap<u16, BTreeSet<u32>> = BTreeMap::new();
    for file in &scene.cases {
        let number = file.case.number;
        let fresh = years.entry(number.year()).or_default().insert(number.serial());
        found.unless(fresh, || format!("I10: two cases are called {number}"));
    }
    for (year, serials) in years {
        let span = serials.last().zip(serials.first()).map_or(0, |(last, first)| last - first + 1);
        let count = u32::try_from(serials.len()).unwrap_or(u32::MAX);
        found.unless(span == count, || format!("I10: the numbers of {year} have gaps: {count} in {span}"));
    }
}
