//! What a target's task writes: the intent before an effect, the outcome after it (I4), each with its audit entry (I9).

use crate::{committer::Write, group::Group, target::Job};
use async_trait::async_trait;
use domain::{
    case::{
        Correction, Detail, SealedCopy,
        effects::{self, Halt, Moment},
        flow, rules,
    },
    ids::CopyId,
    notify::Notification,
    org::Directory,
    shared::{CopyState, Task},
    store::{Finished, Leased, Result, TargetResult, Tx},
    time::Timestamp,
};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// May an effect follow now? Prolongs the lease, and makes the intent durable in the same transaction; without
/// permission nothing is written.
pub struct Ask {
    pub job: Arc<Job>,
    /// What was seen before, which the effect makes unseen: a copy that went back looks as if it had never gone, and of
    /// two alike in the vault nobody could say which is in the mailbox.
    pub notes: Vec<Note>,
    pub effect: Effect,
}

/// An effect may follow, within the lease; or why not.
pub type Permit = std::result::Result<(), Halt>;

/// What is announced before it is done.
pub enum Effect {
    /// It was announced before.
    Known,
    /// Copies go into the vault, to be removed then.
    Take(Vec<SealedCopy>),
    Replace(Box<Correction>),
    PutBack(Vec<CopyId>),
}

#[async_trait]
impl Write for Ask {
    type Answer = Permit;

    fn row(&self) -> Uuid {
        self.job.target.id.0
    }

    fn lease(&self) -> Option<Leased> {
        Some(self.job.lease())
    }

    async fn run(&self, tx: &mut dyn Tx, group: &mut Group) -> Result<Permit> {
        let permit = permit(group, &self.job);
        if permit.is_ok() {
            for note in &self.notes {
                note.write(tx, group, &self.job).await?;
            }
            self.effect.write(tx, group, &self.job).await?;
        }
        Ok(permit)
    }
}

impl Effect {
    async fn write(&self, tx: &mut dyn Tx, group: &mut Group, job: &Job) -> Result<()> {
        match self {
            Self::Known => {}
            Self::Take(copies) => {
                // Bodies may be large: none is in memory twice.
                if copies.iter().any(|copy| copy.body.is_some()) {
                    tx.insert_copies(copies).await?;
                } else {
                    group.copies.extend_from_slice(copies);
                }
                for copy in copies {
                    tx.record(&job.entry("copy.sealed", json!({ "copy": copy.record.id }))).await?;
                }
            }
            Self::Replace(correction) => write_correction(tx, job, correction, "copy.replacing").await?,
            Self::PutBack(copies) => {
                for copy in copies {
                    tx.record(&job.entry("copy.returning", json!({ "copy": copy }))).await?;
                }
            }
        }
        Ok(())
    }
}

/// What an effect came to. Written with the next intent or the end of the visit: until then we must look.
#[derive(Clone)]
pub enum Note {
    Copy {
        id: CopyId,
        state: CopyState,
        action: &'static str,
    },
    /// It went back and isn't the same to the byte.
    Reshaped(CopyId),
    Correction {
        correction: Box<Correction>,
        action: &'static str,
    },
}

/// How a visit ended.
pub enum End {
    Finished(TargetResult),
    Postponed(Wait),
    /// With this result; postponed while it isn't known where a copy is.
    GivenUp(TargetResult, Wait),
    /// Another task waits for this target: it needn't wait for our lease.
    Freed,
}

/// Tried again later.
pub struct Wait {
    pub detail: Detail,
    pub attempts: u32,
    pub due: Timestamp,
}

/// The end of a visit: notes, result, correction and audit entries together, and the lease is over.
pub struct Settle {
    pub job: Arc<Job>,
    pub notes: Vec<Note>,
    pub end: End,
    /// Written last: see [`domain::notify::tell`].
    pub tell: Vec<Notification>,
}

#[async_trait]
impl Write for Settle {
    type Answer = ();

    fn row(&self) -> Uuid {
        self.job.target.id.0
    }

    async fn run(&self, tx: &mut dyn Tx, group: &mut Group) -> Result<()> {
        let (job, target) = (&self.job, &self.job.target);
        let (id, fence, now) = (target.id, target.lease.fence, job.portal.world.now());
        let sure = effects::may_give_up(job.task, &self.copies(tx).await?);
        let result = match &self.end {
            End::Finished(result) => Some(result),
            End::GivenUp(result, _) if sure => Some(result),
            _ => None,
        };
        // Fails when the lease isn't ours any more.
        match (&self.end, result) {
            (_, Some(result)) => group.finished.push(Finished {
                lease: job.lease(),
                done: job.task,
                result: result.clone(),
                at: now,
            }),
            (End::Postponed(wait) | End::GivenUp(_, wait), None) => {
                tx.postpone_target(id, fence, &wait.detail, wait.attempts, wait.due, now).await?;
            }
            (End::Finished(_) | End::Freed, None) => {
                tx.postpone_target(id, fence, &target.detail, 0, now, now).await?;
            }
        }
        for note in &self.notes {
            note.write(tx, group, job).await?;
        }
        let Some(result) = result else {
            return self.tell(tx).await;
        };
        if let Some(outcome) = result.outcome {
            flow::settle_correction(tx, target, outcome, now).await?;
        }
        let detail = json!({
            "task": job.task, "state": result.state, "outcome": result.outcome, "trouble": result.detail.trouble
        });
        tx.record(&job.entry("target.settled", detail)).await
    }
}

impl Settle {
    /// As they are with what this visit knows. Looked up only where it matters: by those who give up.
    async fn copies(&self, tx: &mut dyn Tx) -> Result<Vec<CopyState>> {
        let End::GivenUp(..) = self.end else { return Ok(Vec::new()) };
        let noted = |copy: CopyId| {
            self.notes.iter().rev().find_map(|note| match note {
                Note::Copy { id, state, .. } if *id == copy => Some(*state),
                _ => None,
            })
        };
        let copies = tx.copies(self.job.target.id).await?;
        Ok(copies.iter().map(|copy| noted(copy.id).unwrap_or(copy.state)).collect())
    }

    async fn tell(&self, tx: &mut dyn Tx) -> Result<()> {
        if !self.tell.is_empty() {
            let told: Vec<_> = self.tell.iter().map(|one| one.person).collect();
            tx.record(&self.job.entry("target.stuck", json!({ "told": told }))).await?;
            tx.insert_notifications(&self.tell).await?;
        }
        Ok(())
    }
}

impl Note {
    async fn write(&self, tx: &mut dyn Tx, group: &mut Group, job: &Job) -> Result<()> {
        match self {
            Self::Copy { id, state, action } => {
                group.states.push((*id, *state));
                tx.record(&job.entry(action, json!({ "copy": id }))).await
            }
            Self::Reshaped(id) => tx.record(&job.entry("copy.reshaped", json!({ "copy": id }))).await,
            Self::Correction { correction, action } => write_correction(tx, job, correction, action).await,
        }
    }
}

async fn write_correction(
    tx: &mut dyn Tx,
    job: &Job,
    correction: &Correction,
    action: &'static str,
) -> Result<()> {
    tx.update_correction(correction, None).await?;
    tx.record(&job.entry(action, json!({ "correction": correction.id }))).await
}

fn permit(group: &Group, job: &Job) -> Permit {
    // A stopped engine renews nothing: then the task isn't wanted.
    let Some((wanted, directory)) = group.renewed(job.target.id) else { return Err(Halt::Unwanted) };
    permitted(job, wanted, false, directory)
}

pub fn permitted(job: &Job, wanted: Option<Task>, stopped: bool, directory: &Directory) -> Permit {
    let on_legal_hold = rules::on_legal_hold(directory.person(job.person));
    effects::permit(job.task, Moment { wanted, stopped, on_legal_hold })
}
