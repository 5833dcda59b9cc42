//! One visit to one mailbox: what is known of it, what was done there and isn't written yet.

use crate::{
    retry::{MAX_ATTEMPTS, delay},
    target::{Job, TaskError, count},
    writes::{Ask, Effect, End, Note, Settle, Wait},
};
use domain::{
    case::{
        CopyRecord, Detail,
        effects::{self, After},
    },
    ids::CopyId,
    look::{self, Look, Own},
    mail_system::{MailError, MailSession},
    notify::{self, Notification, STUCK_AFTER},
    shared::{CopyState, NotificationKind, Task},
    store::{Result, StoreError, TargetResult},
};
use std::{sync::Arc, time::Duration};

pub struct Visit {
    pub job: Arc<Job>,
    pub detail: Detail,
    /// Everything ever taken here, with what this visit knows of it.
    pub copies: Vec<CopyRecord>,
    /// Their removal was refused, because somebody had changed them.
    pub changed: Vec<CopyId>,
    /// Not written yet.
    notes: Vec<Note>,
}

impl Visit {
    pub fn new(job: Arc<Job>) -> Self {
        let detail = job.target.detail.clone();
        Self { job, detail, copies: Vec::new(), changed: Vec::new(), notes: Vec::new() }
    }

    pub async fn read_copies(&mut self) -> Result<()> {
        // Whoever is the first to have this target finds nothing.
        if self.job.target.lease.fence == 1 {
            return Ok(());
        }
        self.copies = self.job.portal.store.read().await?.copies(self.job.target.id).await?;
        Ok(())
    }

    /// The person's mailbox as it is called now. Where the directory is ahead of the mail system, as it was called when
    /// the case was made; but not when that was given to somebody else since: so was the mailbox.
    pub async fn open(&self) -> Result<Box<dyn MailSession>, TaskError> {
        let (portal, then) = (&self.job.portal, self.job.target.address());
        let mut missing = MailError::NoSuchMailbox(then.clone());
        for mailbox in portal.directory().await?.mailboxes_of(self.job.person, then) {
            match portal.mail.open(&mailbox).await {
                Err(error @ MailError::NoSuchMailbox(_)) => missing = error,
                opened => return Ok(opened?),
            }
        }
        Err(missing.into())
    }

    /// Looks in all folders, notes in `detail` what was met, and finds out about copies that were sealed without
    /// anybody noting whether they were removed, too.
    pub async fn look(&mut self, session: &mut dyn MailSession) -> Result<Look, TaskError> {
        let own = if self.job.person == self.job.case.owner() { Own::Sender } else { Own::Recipient };
        let mut look = look::find(session, &self.job.case.message, own).await?;
        if self.take_marks_off(session, &look).await? {
            look = look::find(session, &self.job.case.message, own).await?;
            if self.take_marks_off(session, &look).await? {
                return Err(TaskError::KeptChanging);
            }
        }
        let detail = &mut self.detail;
        detail.seen_there |= !look.copies.is_empty();
        detail.read_copies = count(look.copies.iter().filter(|copy| copy.found.flags.is_read()).count());
        let opened = look.copies.iter().filter_map(|copy| copy.found.flags.opened_at);
        // It stays known after the copy is gone.
        detail.opened_at = opened.chain(detail.opened_at).min();
        detail.strangers = look.strangers;
        detail.searched.clone_from(&look.searched);
        detail.skipped.clone_from(&look.skipped);
        detail.left_out.clone_from(&look.left_out);
        if let Some(copy) = look.copies.first() {
            detail.folder = Some(copy.found.folder.clone());
            detail.evidence = look.evidence;
        }
        self.reconcile(&look).await?;
        Ok(look)
    }

    /// Before each effect: a withdrawal, a stop, a legal hold and a lost lease are seen (I5, I8).
    pub async fn may_act(&mut self) -> Result<(), TaskError> {
        match self.job.permits.ask(self.job.clone()).await? {
            Some(permit) => permit.map_err(TaskError::Halted),
            None => self.announce(Effect::Known).await,
        }
    }

    /// The intent, durably and with permission, after whatever is known by now.
    pub async fn announce(&mut self, effect: Effect) -> Result<(), TaskError> {
        let ask = Ask { job: self.job.clone(), notes: self.notes.clone(), effect };
        self.job.committer.write(ask).await?.map_err(TaskError::Halted)?;
        self.notes.clear();
        Ok(())
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

    /// Writes the result; or, after an error, tries again later or ends the task.
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
        End::Postponed(wait) if job.task == Task::Release => wait.attempts,
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
    if let TaskError::Halted(halt) = error {
        return go_on(job, detail, effects::after_halt(job.task, *halt), None);
    }
    let attempts = job.target.attempts + 1;
    tracing::info!(target_id = %job.target.id, task = %job.task, attempts, %error, "engine: target failed");
    detail.trouble = Some(error.trouble());
    let give_up = error.is_final() || attempts >= MAX_ATTEMPTS;
    let after = if give_up { effects::after_giving_up(job.task) } else { After::Wait };
    go_on(job, detail, after, error.retry_after())
}

fn go_on(job: &Job, detail: Detail, after: After, asked: Option<Duration>) -> End {
    let attempts = job.target.attempts + 1;
    let due = job.portal.world.now().plus(delay(attempts, asked));
    let wait = Wait { detail: detail.clone(), attempts, due };
    match after {
        After::Free => End::Freed,
        After::Wait => End::Postponed(wait),
        After::Settle(outcome) => {
            End::GivenUp(TargetResult { state: job.target.state, outcome, detail }, wait)
        }
    }
}
