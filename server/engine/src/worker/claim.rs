//! Claiming: what is due becomes ours, and is begun.

use super::{
    Engine,
    work::{Free, Work},
    work_on,
};
use crate::{
    outgoing::{Outgoing, post},
    target::{Job, LEASE},
};
use domain::{
    case::{Case, Target},
    ids::{CaseId, DraftId},
    shared::{Intent, Task},
    store::Result,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio::task::JoinSet;

/// Sending waits for other machines: long enough that nobody takes a mail from under a slow conversation.
const SENDING_LEASE: Duration = Duration::from_mins(5);

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Claimed {
    pub some: bool,
    /// As many as there was room for: there may be more.
    pub more: bool,
}

/// A case that something claimed belongs to.
struct Known {
    case: Arc<Case>,
    /// Bytes of the files that the sender attached to the correction.
    attached: u64,
}

impl Engine {
    pub(super) async fn claim(&self, work: &mut Work, free: Free) -> Result<Claimed> {
        if free == Free::default() || !self.pulses.may_claim() {
            return Ok(Claimed::default());
        }
        let (holder, now) = (&self.holder, self.portal.world.now());
        let (lease, sending) = (now.plus(LEASE), now.plus(SENDING_LEASE));
        let mut tx = self.portal.store.write().await?;
        let targets = tx.claim_targets(holder, now, lease, free.targets).await?;
        let corrections = tx.claim_corrections(holder, now, sending, free.corrections).await?;
        let notifications = tx.claim_notifications(holder, now, sending, free.notifications).await?;
        let counts = [
            (targets.len(), free.targets),
            (corrections.len(), free.corrections),
            (notifications.len(), free.notifications),
        ];
        let some = counts.iter().any(|(claimed, _)| *claimed > 0);
        let more = counts.iter().any(|(claimed, free)| *claimed > 0 && *claimed >= *free as usize);
        if !some {
            return Ok(Claimed::default());
        }
        tx.commit().await?;
        let ids = targets
            .iter()
            .map(|target| target.case)
            .chain(corrections.iter().map(|correction| correction.case))
            .chain(notifications.iter().map(|notification| notification.case));
        let cases = self.cases(ids.collect()).await?;
        for target in targets {
            let Some(case) = cases.get(&target.case) else { continue };
            self.begin(&mut work.targets, case, target);
        }
        for correction in corrections {
            let Some(Known { case, attached }) = cases.get(&correction.case) else { continue };
            self.begin_mail(&mut work.corrections, case, *attached, correction);
        }
        for notification in notifications {
            let Some(Known { case, .. }) = cases.get(&notification.case) else { continue };
            self.begin_mail(&mut work.notifications, case, 0, notification);
        }
        Ok(Claimed { some, more })
    }

    async fn cases(&self, ids: HashSet<CaseId>) -> Result<HashMap<CaseId, Known>> {
        let mut tx = self.portal.store.read().await?;
        let mut cases = HashMap::new();
        for id in ids {
            let Some(case) = tx.case(id).await? else { continue };
            let has_files = case.request.has_correction;
            let uploads = if has_files { tx.uploads(DraftId(id.0)).await? } else { Vec::new() };
            let attached = uploads.iter().map(|upload| upload.size).sum();
            cases.insert(id, Known { case: Arc::new(case), attached });
        }
        Ok(cases)
    }

    fn begin(&self, work: &mut JoinSet<()>, Known { case, attached }: &Known, target: Target) {
        let (Some(task), Some(person)) = (target.task, target.recipient.person()) else { return };
        // Claimed again because our clock jumped or the database was away: the visit in hand must end first.
        let Some(hand) = self.in_hand.take(target.id.0) else { return };
        let (case, sealing) = (case.clone(), self.sealing(case.id));
        // The replacement is written when the original is in the vault.
        let replaces = task == Task::Execute && case.request.intent == Intent::RecallAndReplace;
        let bytes = case.message.size.max(if replaces { *attached } else { 0 });
        let (portal, committer) = (self.portal.clone(), self.committer.clone());
        let (permits, pulse) = (self.permits.clone(), self.pulses.of(target.id.0));
        let job = Job { portal, committer, permits, pulse, case, sealing, target, person, task };
        let in_hand = self.in_hand.clone();
        work.spawn(async move {
            let _room = in_hand.visit(bytes).await;
            let busy = job.committer.busy();
            let id = job.target.id;
            if let Err(error) = work_on(job).await {
                tracing::warn!(target_id = %id, %error, "engine: target not settled; its lease will run out");
            }
            drop((busy, hand));
        });
    }

    /// `files`: bytes of what is attached to it.
    fn begin_mail<M: Outgoing>(&self, work: &mut JoinSet<()>, case: &Arc<Case>, files: u64, mail: M) {
        let Some(hand) = self.in_hand.take(mail.id().0) else { return };
        let (case, in_hand) = (case.clone(), self.in_hand.clone());
        let (portal, committer) = (self.portal.clone(), self.committer.clone());
        work.spawn(async move {
            // Its lease ends with this engine.
            let Some(_room) = in_hand.letter(files).await else { return };
            let id = mail.id();
            if let Err(error) = post(&portal, &committer, &case, mail).await {
                tracing::warn!(mail = %id, %error, "engine: mail not settled; its lease will run out");
            }
            drop(hand);
        });
    }
}
