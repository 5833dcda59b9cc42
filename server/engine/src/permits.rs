//! May an effect follow, as the rows say now? Many targets ask side by side: those who wait while one answer is read
//! get theirs from the next, in one transaction that began after they had asked.

use crate::{
    target::{Job, LEASE},
    writes::{Permit, permitted},
};
use domain::{
    portal::Portal,
    store::{Result, StoreError},
};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// None: the lease is about to end, so ask with [`crate::writes::Ask`].
type Seen = Option<Permit>;

/// Cheap to clone; the answering ends with the last clone.
#[derive(Clone)]
pub struct Permits(mpsc::UnboundedSender<Question>);

struct Question {
    job: Arc<Job>,
    reply: oneshot::Sender<Result<Seen>>,
}

impl Permits {
    /// `most`: questions in one transaction.
    pub fn start(portal: Arc<Portal>, most: usize) -> Self {
        let (queue, mut questions) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut some = Vec::new();
            while questions.recv_many(&mut some, most).await > 0 {
                answer(&portal, std::mem::take(&mut some)).await;
            }
        });
        Self(queue)
    }

    pub async fn ask(&self, job: Arc<Job>) -> Result<Seen> {
        let (reply, answer) = oneshot::channel();
        let stopped = || StoreError::Other("the engine's reading side has stopped".into());
        self.0.send(Question { job, reply }).map_err(|_| stopped())?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

async fn answer(portal: &Portal, questions: Vec<Question>) {
    let seen = read(portal, &questions).await;
    for (at, Question { reply, .. }) in questions.into_iter().enumerate() {
        // Whoever asked may have been given up since.
        let _ = reply.send(match &seen {
            Ok(seen) => Ok(seen[at]),
            Err(error) => Err(retold(error)),
        });
    }
}

async fn read(portal: &Portal, questions: &[Question]) -> Result<Vec<Seen>> {
    let mut tx = portal.store.read().await?;
    let ids: Vec<_> = questions.iter().map(|question| question.job.target.id).collect();
    let leases = tx.leases(&ids).await?;
    let stopped = !tx.engine_switch().await?.running;
    let directory = portal.directory_as_seen(tx.as_mut()).await?;
    let soon = portal.world.now().plus(LEASE / 3);
    let seen = questions.iter().map(|Question { job, .. }| {
        let ours = &job.target.lease;
        let kept = leases.get(&job.target.id);
        let kept = kept.filter(|(lease, _)| lease.fence == ours.fence && lease.holder == ours.holder);
        if kept.is_some_and(|(lease, _)| lease.until.is_none_or(|until| until < soon)) {
            return None;
        }
        Some(permitted(job, kept.and_then(|(_, task)| *task), stopped, &directory))
    });
    Ok(seen.collect())
}

/// One error for all who asked.
fn retold(error: &StoreError) -> StoreError {
    let told = error.to_string().into();
    if error.is_passing() { StoreError::Unavailable(told) } else { StoreError::Other(told) }
}
