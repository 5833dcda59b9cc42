//! What is under way: targets, corrections and notifications, each in places of their own. A relay that hangs fills the
//! places of the mails it was given, and no mailbox waits for it.

use super::Tuning;
use std::future;
use tokio::task::JoinSet;

#[derive(Default)]
pub(super) struct Work {
    pub targets: JoinSet<()>,
    pub corrections: JoinSet<()>,
    pub notifications: JoinSet<()>,
}

/// How many of each may be begun now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Free {
    pub targets: u32,
    pub corrections: u32,
    pub notifications: u32,
}

impl Work {
    pub fn free(&self, tuning: &Tuning) -> Free {
        Free {
            targets: free(&self.targets, tuning.side_by_side),
            corrections: free(&self.corrections, mails(tuning)),
            notifications: free(&self.notifications, mails(tuning)),
        }
    }

    /// Forgets what has ended.
    pub fn clear(&mut self) {
        for set in [&mut self.targets, &mut self.corrections, &mut self.notifications] {
            while set.try_join_next().is_some() {}
        }
    }

    /// Until something has ended, and there is room for more of its kind.
    pub async fn ended(&mut self, tuning: &Tuning) {
        tokio::select! {
            () = one_left(&mut self.targets, tuning.side_by_side) => {}
            () = one_left(&mut self.corrections, mails(tuning)) => {}
            () = one_left(&mut self.notifications, mails(tuning)) => {}
        }
    }

    pub async fn finish(&mut self) {
        for set in [&mut self.targets, &mut self.corrections, &mut self.notifications] {
            while set.join_next().await.is_some() {}
        }
    }
}

/// Mails of one kind side by side: a relay bears less than many mailboxes do.
fn mails(tuning: &Tuning) -> usize {
    (tuning.side_by_side / 4).max(1)
}

/// None before a quarter is free: claimed a few at a time, each would cost a commit of its own.
fn free(set: &JoinSet<()>, most: usize) -> u32 {
    let free = most.saturating_sub(set.len());
    if free * 4 >= most { u32::try_from(free).unwrap_or(u32::MAX) } else { 0 }
}

async fn one_left(set: &mut JoinSet<()>, most: usize) {
    while set.join_next().await.is_some() {
        if free(set, most) > 0 {
            return;
        }
    }
    future::pending::<()>().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_kind_has_places_of_its_own() {
        let tuning = Tuning { side_by_side: 16, ..Tuning::default() };
        let mut work = Work::default();
        assert_eq!(work.free(&tuning), Free { targets: 16, corrections: 4, notifications: 4 });
        for _ in 0..4 {
            work.corrections.spawn(future::pending());
        }
        for _ in 0..13 {
            work.targets.spawn(async {});
        }
        assert_eq!(
            work.free(&tuning),
            Free { targets: 0, corrections: 0, notifications: 4 },
            "3 of 16 are few"
        );
        work.ended(&tuning).await;
        assert!(work.free(&tuning).targets >= 4);
    }
}
