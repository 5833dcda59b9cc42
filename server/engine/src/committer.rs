//! Group commit: what many targets have to write goes into one transaction, so that one wait for the disk serves them all.
//!
//! A write is answered when its transaction is durable, never before. When one of a group fails, the group is rolled
//! back and each write is tried alone: an error reaches only the one it belongs to. Writes may therefore run
//! more than once, and lean on ids and fences instead of on what they saw before.

use crate::group::Group;
use async_trait::async_trait;
use domain::{
    portal::Portal,
    store::{Leased, Result, StoreError, Tx},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};
use uuid::Uuid;

/// A group waits so long for those that are about to write, too. Much less than a disk takes that is slow enough
/// to make waiting worthwhile.
const GATHER: Duration = Duration::from_millis(1);

/// Something to be written durably.
#[async_trait]
pub trait Write: Send + Sync + 'static {
    type Answer: Send + 'static;

    /// Groups write their rows in this order, so that two transactions never wait for each other crosswise.
    fn row(&self) -> Uuid;

    /// Renewed before it runs, together with those of the others.
    fn lease(&self) -> Option<Leased> {
        None
    }

    /// What doesn't need an answer is left to the group.
    async fn run(&self, tx: &mut dyn Tx, group: &mut Group) -> Result<Self::Answer>;
}

/// Cheap to clone; the committing ends with the last clone.
#[derive(Clone)]
pub struct Committer {
    queue: mpsc::UnboundedSender<Box<dyn Pending>>,
    busy: Arc<AtomicUsize>,
}

/// Counts one who may write: while others are busy, a group waits a moment for them.
pub struct Busy(Arc<AtomicUsize>);

impl Committer {
    /// `largest`: writes in one transaction; 1 commits each alone.
    pub fn start(portal: Arc<Portal>, largest: usize) -> Self {
        let (queue, writes) = mpsc::unbounded_channel();
        let busy = Arc::new(AtomicUsize::new(0));
        tokio::spawn(commit_all(portal, writes, busy.clone(), largest));
        Self { queue, busy }
    }

    pub fn busy(&self) -> Busy {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self.busy.clone())
    }

    pub async fn write<W: Write>(&self, write: W) -> Result<W::Answer> {
        let (reply, answer) = oneshot::channel();
        let queued = self.queue.send(Box::new(Slot { write, answer: None, reply }));
        if queued.is_err() {
            return Err(stopped());
        }
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn stopped() -> StoreError {
    StoreError::Other("the engine's writing side has stopped".into())
}

/// A queued write, whatever it answers.
#[async_trait]
trait Pending: Send {
    fn row(&self) -> Uuid;
    fn lease(&self) -> Option<Leased>;
    async fn attempt(&mut self, tx: &mut dyn Tx, group: &mut Group) -> Result<()>;
    fn reply(self: Box<Self>, committed: Result<()>);
}

struct Slot<W: Write> {
    write: W,
    answer: Option<W::Answer>,
    reply: oneshot::Sender<Result<W::Answer>>,
}

#[async_trait]
impl<W: Write> Pending for Slot<W> {
    fn row(&self) -> Uuid {
        self.write.row()
    }

    fn lease(&self) -> Option<Leased> {
        self.write.lease()
    }

    async fn attempt(&mut self, tx: &mut dyn Tx, group: &mut Group) -> Result<()> {
        self.answer = Some(self.write.run(tx, group).await?);
        Ok(())
    }

    fn reply(self: Box<Self>, committed: Result<()>) {
        let answer = match (committed, self.answer) {
            (Ok(()), Some(answer)) => Ok(answer),
            (Ok(()), None) => Err(stopped()),
            (Err(error), _) => Err(error),
        };
        // Whoever asked may have been given up since; the write stands all the same.
        let _ = self.reply.send(answer);
    }
}

type Queue = mpsc::UnboundedReceiver<Box<dyn Pending>>;

async fn commit_all(portal: Arc<Portal>, mut writes: Queue, busy: Arc<AtomicUsize>, largest: usize) {
    while let Some(first) = writes.recv().await {
        let mut group = gather(first, &mut writes, &busy, largest).await;
        group.sort_by_key(|write| write.row());
        match together(&portal, &mut group).await {
            Ok(()) => group.into_iter().for_each(|write| write.reply(Ok(()))),
            Err(error) => each_alone(&portal, group, error).await,
        }
    }
}

/// Nobody pays for the error of another. The only one of its group needn't be told twice.
async fn each_alone(portal: &Portal, mut group: Vec<Box<dyn Pending>>, error: StoreError) {
    if group.len() == 1 {
        return group.remove(0).reply(Err(error));
    }
    tracing::debug!(%error, writes = group.len(), "engine: a group failed; each is tried alone");
    for mut write in group {
        let alone = together(portal, std::slice::from_mut(&mut write)).await;
        write.reply(alone);
    }
}

/// Until everybody who is busy has written, the group is full, or the moment is over.
async fn gather(
    first: Box<dyn Pending>,
    writes: &mut Queue,
    busy: &AtomicUsize,
    largest: usize,
) -> Vec<Box<dyn Pending>> {
    let mut group = vec![first];
    let over = Instant::now() + GATHER;
    while group.len() < largest {
        let next = match writes.try_recv() {
            Ok(write) => Some(write),
            Err(_) if group.len() >= busy.load(Ordering::Relaxed) => None,
            Err(_) => timeout_at(over, writes.recv()).await.ok().flatten(),
        };
        match next {
            Some(write) => group.push(write),
            None => break,
        }
    }
    group
}

async fn together(portal: &Portal, writes: &mut [Box<dyn Pending>]) -> Result<()> {
    let mut tx = portal.store.write().await?;
    let rows: Vec<_> = writes.iter().map(|write| write.row()).collect();
    let leases: Vec<_> = writes.iter().filter_map(|write| write.lease()).collect();
    let mut group = Group::begin(portal, tx.as_mut(), &rows, &leases).await?;
    for write in writes {
        write.attempt(tx.as_mut(), &mut group).await?;
    }
    group.end(tx.as_mut()).await?;
    tx.commit().await
}
