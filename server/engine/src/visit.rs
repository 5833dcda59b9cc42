//! One visit to one mailbox: what is known of it, what was done there and isn't written yet.

use crate::{
    retry::{MAX_ATTEMPTS, delay},
    target::{Job, TaskError, count},
    writes::{Ask, End, Note, Settle},
};
use domain::{
    case::{CopyRecord, Detail},
    ids::CopyId,
    look::{self, Look, Own},
    mail_system::MailSession,
    notify::{self, Notification, STUCK_AFTER},
    shared::{CopyState, NotificationKind, Outcome, Task},
    store::{Result, StoreError, TargetResult},
    time::Timestamp,
};
use std::{sync::Arc, time::Duration};

/// An effect may follow so long after the database said that it is wanted; half of what I5 allows.
const FRESH: Duration = Duration::from_secs(1);

pub struct Visit {
    pub job: Arc<Job>,
    pub detail: Detail,
    /// Everything ever taken here, with what this visit knows of it.
    pub copies: Vec<CopyRecord>,
    notes: Vec<Note>,
    /// When the database was last asked whether this is wanted.
    asked_at: Option<Timestamp>,
}

impl Visit {
    pub fn new(job: Arc<Job>) -> Self {
        let detail = job.target.detail.clone();
        Self { job, detail, copies: Vec::new(), notes: Vec::new(), asked_at: None }
    }

    pub async fn read_copies(&mut self) -> Result<()> {
        self.copies = self.job.portal.store.read().await?.copies(self.job.target.id).await?;
        Ok(())
    }

    pub async fn open(&self) -> Result<Box<dyn MailSession>, TaskError> {
        Ok(self.job.portal.mail.open(self.job.target.address()).await?)
    }

    /// Looks in all folders, notes in `detail` what was met, and finds out about copies that were sealed without
    /// anybody noting whether they were removed, too.
    pub async fn look(&mut self, session: &mut dyn MailSession) -> Result<Look, TaskError> {
        let own = if self.job.person == self.job.case.requester { Own::Sender } else { Own::Recipient };
        let look = look::find(session, &self.job.case.message, own).await?;
        let detail = &mut self.detail;
        detail.seen_there |= !look.copies.is_empty();
        detail.read_copies = count(look.copies.iter().filter(|copy| copy.found.flags.seen).count());
        detail.strangers = look.strangers;
        detail.searched.clone_from(&look.searched);
        detail.skipped.clone_from(&look.skipped);
        if let Some(copy) = look.copies.first() {
            detail.folder = Some(copy.found.folder.clone());
        }
        self.reconcile(&look).await?;
        Ok(look)
    }

    /// Before each effect: a withdrawal, a stop and a lost lease are seen (I5).
    pub async fn still_wanted(&mut self) -> Result<(), TaskError> {
        let now = self.job.portal.world.now();
        let fresh = self.asked_at.is_some_and(|at| now >= at && now.since(at) < FRESH);
        if fresh || self.job.committer.write(Ask(self.job.clone())).await? {
            self.asked_at = if fresh { self.asked_at } else { Some(now) };
            Ok(())
        } else {
            Err(TaskError::Stopped)
        }
    }

    /// The database answered whether this is wanted, in passing; the question was put at `asked_at`.
    pub fn answered(&mut self, wanted: bool, asked_at: Timestamp) -> Result<(), TaskError> {
        self.asked_at = Some(asked_at);
        if wanted { Ok(()) } else { Err(TaskError::Stopped) }
    }

    pub fn note_copy(&mut self, id: CopyId, state: CopyState, action: &'static str) {
        if let Some(copy) = self.copies.iter_mut().find(|copy| copy.id == id) {
            copy.state = state;
        }
        self.notes.push(Note::Copy { id, state, action });
    }

    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Tried again later, or ended as failed. A release is never given up: the vault holds somebody's mail.
    pub async fn end(self, done: Result<TargetResult, TaskError>) -> Result<()> {
        let Self { job, detail, notes, .. } = self;
        let end = match done {
            Ok(result) => End::Finished(result),
            Err(error) => failed(&job, detail, &error),
        };
        let freed = matches!(end, End::Freed);
        let tell = told(&job, &end).await?;
        match job.committer.clone().write(Settle { job, notes, end, tell }).await {
            Err(StoreError::Fenced(_)) if freed => Ok(()),
            settled => settled,
        }
    }
}

/// Whoever runs the portal hears of copies that don't go back, once a case.
async fn told(job: &Job, end: &End) -> Result<Vec<Notification>> {
    let attempts = match end {
        End::Postponed { attempts, .. } if job.task == Task::Release => *attempts,
        _ => return Ok(Vec::new()),
    };
    if attempts >= STUCK_AFTER {
        let (case, target) = (job.case.number, job.target.id);
        tracing::error!(%case, target_id = %target, attempts, "engine: a held copy can't be put back; it stays in the vault");
    }
    if attempts != STUCK_AFTER {
        return Ok(Vec::new());
    }
    let directory = job.portal.directory().await?;
    Ok(notify::written(&job.portal, &directory, &job.case, NotificationKind::Stuck))
}

fn failed(job: &Job, mut detail: Detail, error: &TaskError) -> End {
    if matches!(error, TaskError::Stopped) {
        return End::Freed;
    }
    let attempts = job.target.attempts + 1;
    tracing::info!(target_id = %job.target.id, task = %job.task, attempts, %error, "engine: target failed");
    detail.trouble = Some(error.trouble());
    let give_up = error.is_final() || attempts >= MAX_ATTEMPTS;
    if give_up && job.task != Task::Release {
        // A failed hold is no outcome: the decision is still to come, and then it is tried again.
        let outcome = (job.task == Task::Execute).then_some(Outcome::Failed);
        return End::Finished(TargetResult { state: job.target.state, outcome, detail });
    }
    let due = job.portal.world.now().plus(delay(attempts, error.retry_after()));
    End::Postponed { detail, attempts, due }
}
