//! I4, I9: each effect has its entry before and its entry after, and the trail is one unbroken chain that only
//! grows.

use super::{
    Findings,
    scene::{CaseFile, Kept, Scene},
};
use crate::{journal::Deed, office};
use anyhow::Result;
use domain::{
    audit::{Checkpoint, Head},
    case::{Correction, state, state::Event},
    shared::{CaseState, CopyState, CorrectionState},
    store::Store,
};

/// Follows the chain from check to check: an entry that was there once must stay.
#[derive(Default)]
pub struct Auditor(Head);

impl Auditor {
    pub(super) async fn follow(&mut self, store: &dyn Store, found: &mut Findings) -> Result<()> {
        let Head { seq, hash, ref tree } = self.0;
        let mut signed =
            store.read().await?.checkpoints_after(tree.size().saturating_sub(1), 1_000_000).await?;
        let mut tx = store.read().await?;
        if seq > 0 {
            let kept = tx.trail_after(seq - 1, 1).await?.first().is_some_and(|entry| entry.hash == hash);
            found.unless(kept, || format!("I9: the trail lost entry {seq} or changed it"));
        }
        for entry in tx.trail_after(seq, 1_000_000).await? {
            let sound = entry.as_exported().expected_hash() == entry.hash;
            let follows = entry.seq == self.0.seq + 1 && entry.previous == self.0.hash;
            found.unless(sound && follows, || format!("I9: the trail is broken at entry {}", entry.seq));
            self.compare(&mut signed, found);
            self.0.grow(&entry);
        }
        self.compare(&mut signed, found);
        found.unless(signed.is_empty(), || {
            let (there, signed) = (self.0.seq, signed.last().map(|last| last.size));
            format!("I9: {there} entries are there, {signed:?} were signed")
        });
        let head = tx.trail_head().await?;
        found.unless(head == self.0, || format!("I9: the tree's head at {} is another one", head.seq));
        Ok(())
    }

    /// What was signed of this many entries is their tree.
    fn compare(&self, signed: &mut Vec<Checkpoint>, found: &mut Findings) {
        let tree = &self.0.tree;
        if signed.first().is_some_and(|next| next.size == tree.size()) {
            let checkpoint = signed.remove(0);
            found.unless(checkpoint.root == tree.root(), || {
                format!("I9: the checkpoint of {} entries has another root", checkpoint.size)
            });
        }
    }
}

pub(super) fn check(scene: &Scene<'_>, found: &mut Findings) {
    for file in &scene.cases {
        path(file, found);
        for kept in &file.copies {
            copy(scene, file, kept, found);
        }
        for correction in &file.corrections {
            sending(scene, file, correction, found);
        }
    }
    effects(scene, found);
}

/// The entries tell a way through the state machine that ends where the case is.
fn path(file: &CaseFile, found: &mut Findings) {
    let told = file.trail.iter().filter_map(|entry| match entry.action.strip_prefix("case.")? {
        "restore_dropped" => Some(CaseState::Finished),
        state => state.parse().ok(),
    });
    let mut states: Vec<CaseState> = told.collect();
    let begins = states.first() == Some(&CaseState::Requested);
    let allowed = states.windows(2).all(|pair| may_follow(pair[0], pair[1]));
    let ends = states.pop() == Some(file.case.state);
    found.unless(begins && allowed && ends, || {
        format!("I9: the trail of {} doesn't lead to {}: {states:?}", file.case.number, file.case.state)
    });
}

fn may_follow(from: CaseState, to: CaseState) -> bool {
    use Event as E;
    [
        E::HoldFirst,
        E::AskForApproval,
        E::Approve,
        E::Start,
        E::Finish,
        E::Refuse,
        E::Expire,
        E::Withdraw,
        E::Release,
        E::Close,
        E::AskRestore,
        E::Restore,
        E::DropRestore,
        E::FinishRestore,
    ]
    .into_iter()
    .any(|event| state::next(from, event) == Ok(to))
}

fn copy(scene: &Scene<'_>, file: &CaseFile, kept: &Kept, found: &mut Findings) {
    let id = kept.record.id.to_string();
    let count = |action: &str| file.entries(action, "copy", &id);
    let told = ["copy.sealed", "copy.held", "copy.left", "copy.released"].map(count);
    let right = match kept.record.state {
        CopyState::Vaulted => told == [1, 0, 0, 0] && !scene.at_rest,
        CopyState::Held => told == [1, 1, 0, 0],
        CopyState::Left => told == [1, 0, 1, 0],
        CopyState::Released => told == [1, 1, 0, 1] && count("copy.returning") > 0,
    };
    found.unless(right, || {
        let state = kept.record.state;
        format!("I9: {}: copy {id} is {state}, sealed, held, left, released: {told:?}", file.case.number)
    });
}

fn sending(scene: &Scene<'_>, file: &CaseFile, correction: &Correction, found: &mut Findings) {
    let id = correction.id.to_string();
    let has = |action: &str| file.entries(action, "correction", &id) > 0;
    let told = match (correction.state, correction.in_place) {
        (CorrectionState::Sent, true) => has("copy.replacing") && has("copy.replaced"),
        (CorrectionState::Sent, false) => has("correction.sending") && has("correction.sent"),
        (CorrectionState::Sending, _) => has("correction.sending"),
        (CorrectionState::Unconfirmed, _) => {
            has("copy.replacing") || (has("correction.sending") && has("correction.unconfirmed"))
        }
        (CorrectionState::Failed, _) => has("correction.failed"),
        _ => true,
    };
    found.unless(told, || {
        format!("I9: {}: {id} is {} without its entries", file.case.number, correction.state)
    });
    let unsure = correction.state == CorrectionState::Unconfirmed;
    let done = has("copy.replaced") || has("copy.not_replaced") || unsure;
    found.unless(!scene.at_rest || !has("copy.replacing") || done, || {
        format!("I4: {}: the replacement {id} has no end", file.case.number)
    });
}

/// What the worker did, by its own journal, was announced and is recorded.
fn effects(scene: &Scene<'_>, found: &mut Findings) {
    for file in &scene.cases {
        for target in &file.targets {
            let same = |mailbox: &str, id: &str| {
                office::local(mailbox) == target.address().local() && id == file.message_id()
            };
            let removed = scene.journal.iter().filter(|line| {
                matches!(&line.deed, Deed::Removed { mailbox, message_id } if same(mailbox, message_id))
            });
            let removed = removed.count();
            let count = |action: &str| {
                let ours =
                    |entry: &&domain::audit::Entry| entry.target == Some(target.id) && entry.action == action;
                file.trail.iter().filter(ours).count()
            };
            let (sealed, held) = (count("copy.sealed"), count("copy.held"));
            found.unless(removed <= sealed && (!scene.at_rest || removed <= held), || {
                let who = target.address();
                format!(
                    "I4: {}: {who}: {removed} removed, {sealed} announced, {held} recorded",
                    file.case.number
                )
            });
        }
    }
    for line in &scene.journal {
        let (before, after, field, id) = match &line.deed {
            Deed::PutBack { key, .. } => ("copy.returning", "copy.released", "copy", key),
            // What became of it is looked at correction by correction.
            Deed::PutReplacement { key, .. } => ("copy.replacing", "copy.replacing", "correction", key),
            Deed::Sent { mail } if scene.cases.iter().any(|file| file.notified(mail)) => {
                ("notification.sending", "notification.sending", "notification", mail)
            }
            Deed::Sent { mail } => ("correction.sending", "correction.sending", "correction", mail),
            _ => continue,
        };
        let has = |action| scene.cases.iter().any(|file| file.entries(action, field, id) > 0);
        found.unless(has(before) && (!scene.at_rest || has(after)), || {
            format!("I4: {:?} lacks {before} or {after}", line.deed)
        });
    }
}
