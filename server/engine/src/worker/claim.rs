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
    ids::CaseId,
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

impl Engine {
    pub(super) async fn claim(&self, work: &mut Work, free: Free) -> Result<Claimed> {
        if free == (Free { targets: 0, corrections: 0, notifications: 0 }) {
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
            self.begin(&mut work.targets, case.clone(), target);
        }
        for correction in corrections {
            self.begin_mail(&mut work.corrections, &cases, correction);
        }
        for notification in notifications {
            self.begin_mail(&mut work.notifications, &cases, notification);
        }
        Ok(Claimed { some, more })
    }

    async fn cases(&self, ids: HashSet<CaseId>) -> Result<HashMap<CaseId, Arc<Case>>> {
        let mut tx = self.portal.store.read().await?;
        let mut cases = HashMap::new();
        for id in ids {
            if let Some(case) = tx.case(id).await? {
                cases.insert(id, Arc::new(case));
            }
        }
        Ok(cases)
    }

    fn begin(&self, work: &mut JoinSet<()>, case: Arc<Case>, target: Target) {
        let (Some(task), Some(person)) = (target.task, target.recipient.person()) else { return };
        // Claimed again because our clock jumped or the database was away: the visit in hand must end first.
        let Some(hand) = self.in_hand.take(target.id.0) else { return };
        let (sealing, bytes) = (self.sealing(case.id), case.message.size);
        let (portal, committer) = (self.portal.clone(), self.committer.clone());
        let (permits, pulse) = (self.permits.clone(), self.pulse.clone());
        let job = Job { portal, committer, permits, pulse, case, sealing, target, person, task };
        let in_hand = self.in_hand.clone();
        work.spawn(async move {
            let _room = in_hand.room(bytes).await;
            let busy = job.committer.busy();
            let id = job.target.id;
            if let Err(error) = work_on(job).await {
                tracing::warn!(target_id = %id, %error, "engine: target not settled; its lease will run out");
            }
            drop((busy, hand));
        });
    }

    fn begin_mail<M: Outgoing>(&self, work: &mut JoinSet<()>, cases: &HashMap<CaseId, Arc<Case>>, mail: M) {
        let Some(case) = cases.get(&mail.case()).cloned() else { return };
        let Some(hand) = self.in_hand.take(mail.id().0) else { return };
        let (portal, committer) = (self.portal.clone(), self.committer.clone());
        work.spawn(async move {
            let id = mail.id();
            if let Err(error) = post(&portal, &committer, &case, mail).await {
                tracing::warn!(mail = %id, %error, "engine: mail not settled; its lease will run out");
            }
            drop(hand);
        });
    }
}
