//! What the writes of one transaction have in common: asked once for all of them, and written at once at the end.

use crate::target::LEASE;
use domain::{
    case::SealedCopy,
    ids::{CopyId, TargetId},
    org::Directory,
    portal::Portal,
    shared::{CopyState, Task},
    store::{Finished, Leased, Result, Tx},
};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

#[derive(Default)]
pub struct Group {
    renewed: HashMap<TargetId, Option<Task>>,
    /// None: nobody asked for a lease.
    directory: Option<Arc<Directory>>,
    pub copies: Vec<SealedCopy>,
    pub states: Vec<(CopyId, CopyState)>,
    pub finished: Vec<Finished>,
}

impl Group {
    /// `rows`: those that the group writes to. `leases`: those that are needed for some time to come.
    pub async fn begin(portal: &Portal, tx: &mut dyn Tx, rows: &[Uuid], leases: &[Leased]) -> Result<Self> {
        if rows.len() > 1 {
            let targets: Vec<_> = rows.iter().copied().map(TargetId::from).collect();
            tx.lock_targets(&targets).await?;
        }
        if leases.is_empty() {
            return Ok(Self::default());
        }
        let renewed = tx.renew_targets(leases, portal.world.now().plus(LEASE)).await?;
        let directory = Some(portal.directory_as_seen(tx).await?);
        Ok(Self { renewed, directory, ..Self::default() })
    }

    /// The task that is wanted, if the lease is ours still, and the directory of the same moment.
    pub fn renewed(&self, target: TargetId) -> Option<(Option<Task>, &Directory)> {
        let directory = self.directory.as_deref()?;
        Some((self.renewed.get(&target).copied().flatten(), directory))
    }

    pub async fn end(self, tx: &mut dyn Tx) -> Result<()> {
        // First: it fails when one of the leases isn't ours any more.
        if !self.finished.is_empty() {
            tx.finish_targets(&self.finished).await?;
        }
        if !self.copies.is_empty() {
            tx.insert_copies(&self.copies).await?;
        }
        if !self.states.is_empty() {
            tx.set_copy_states(&self.states).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_has_its_own_answer() {
        let [ours, cleared, lost] = [1, 2, 3].map(|n| TargetId::from(Uuid::from_u128(n)));
        let directory = Some(Arc::new(Directory::new(Vec::new(), Vec::new(), Vec::new())));
        let renewed = HashMap::from([(ours, Some(Task::Hold)), (cleared, None)]);
        let group = Group { renewed, directory, ..Group::default() };
        let task = |target| group.renewed(target).map(|(task, _)| task);
        assert_eq!([ours, cleared, lost].map(task), [Some(Some(Task::Hold)), Some(None), Some(None)]);
        assert!(Group::default().renewed(ours).is_none(), "nobody asked");
    }
}
