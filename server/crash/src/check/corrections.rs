//! I6, and the same for notifications: nobody gets two, nobody is forgotten, and nobody gets one that wasn't approved.

use super::{
    Findings,
    scene::{CaseFile, Scene},
};
use crate::{files, office};
use domain::{case::Correction, notify::Notification, shared::CorrectionState};
use std::collections::{HashMap, HashSet};

pub(super) fn check(scene: &Scene<'_>, found: &mut Findings) {
    let arrived = arrived(scene);
    for file in &scene.cases {
        let mut recipients = HashSet::new();
        for correction in &file.corrections {
            let to = correction.to.address.to_string();
            found.unless(recipients.insert(to.clone()), || {
                format!("I6: {} has two corrections for {to}", file.case.number)
            });
            one(scene, file, correction, &arrived, found);
        }
        for notification in &file.notifications {
            told(scene, file, notification, &arrived, found);
        }
    }
}

/// How often each correction arrived, by Message-ID and recipient. Those that were read and deleted count.
fn arrived(scene: &Scene<'_>) -> HashMap<(String, String), usize> {
    let mut arrived: HashMap<(String, String), usize> = HashMap::new();
    for (owner, files) in &scene.mailboxes {
        for id in files.iter().filter_map(|file| files::message_id(&file.bytes)) {
            *arrived.entry((office::address(owner), id)).or_default() += 1;
        }
    }
    for ((owner, id), count) in &scene.letters.corrections_deleted {
        *arrived.entry((office::address(owner), id.clone())).or_default() += count;
    }
    for mail in &scene.outbox {
        let text = String::from_utf8_lossy(&mail.bytes);
        let to = text.lines().find_map(|line| line.strip_prefix("To: ")).unwrap_or_default();
        let to = to.rsplit('<').next().unwrap_or(to).trim_end_matches('>').to_owned();
        *arrived.entry((to, files::message_id(&mail.bytes).unwrap_or_default())).or_default() += 1;
    }
    arrived
}

/// A notification arrives once, or not at all.
fn told(
    scene: &Scene<'_>,
    file: &CaseFile,
    notification: &Notification,
    arrived: &HashMap<(String, String), usize>,
    found: &mut Findings,
) {
    let (id, to) = (notification.message_id.to_string(), notification.to.address.to_string());
    let count = arrived.get(&(to.clone(), id)).copied().unwrap_or(0);
    let right = match notification.state {
        CorrectionState::Sent => count == 1,
        CorrectionState::Unneeded | CorrectionState::Failed => count == 0,
        CorrectionState::Unconfirmed => count <= 1,
        CorrectionState::Planned | CorrectionState::Queued | CorrectionState::Sending => {
            count <= 1 && !scene.at_rest
        }
    };
    found.unless(right, || {
        let (kind, state) = (notification.kind, notification.state);
        format!("I6: {}: {kind} to {to} ({state}) arrived {count} times", file.case.number)
    });
}

fn one(
    scene: &Scene<'_>,
    file: &CaseFile,
    correction: &Correction,
    arrived: &HashMap<(String, String), usize>,
    found: &mut Findings,
) {
    let id = correction.message_id.to_string();
    let to = correction.to.address.to_string();
    let count = arrived.get(&(to.clone(), id.clone())).copied().unwrap_or(0);
    let anywhere: usize = arrived.iter().filter(|((_, other), _)| *other == id).map(|(_, count)| count).sum();
    let who = format!("{}: the correction to {to} ({})", file.case.number, correction.state);
    found.unless(count <= 1, || format!("I6: {who} arrived {count} times"));
    found.unless(anywhere == count, || format!("I6: {who} went to somebody else"));
    let approved = file.was_executed();
    found.unless(count == 0 || approved, || format!("I1: {who} left without approval"));
    let right = match correction.state {
        CorrectionState::Sent => count == 1,
        CorrectionState::Unneeded | CorrectionState::Failed => count == 0,
        CorrectionState::Unconfirmed => true,
        CorrectionState::Planned | CorrectionState::Queued | CorrectionState::Sending => !scene.at_rest,
    };
    found.unless(right, || format!("I6: {who} arrived {count} times"));
}
