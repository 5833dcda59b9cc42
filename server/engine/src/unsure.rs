//! Copies that are sealed and of which nobody knows whether they are still in their mailbox: a worker died, or a
//! removal wasn't answered. Only a look tells (I4).

use crate::{target::TaskError, visit::Visit};
use domain::{
    case::{CopyRecord, effects},
    look::{Look, VerifiedCopy},
    mail_system::{CopyHandle, MailSession, Skipped},
    shared::CopyState,
};

impl Visit {
    fn unsure(&self) -> Vec<CopyRecord> {
        self.copies.iter().filter(|copy| copy.state == CopyState::Vaulted).cloned().collect()
    }

    /// Takes our own marks off what a removal marked and didn't take away: the owner's client would purge it one day,
    /// and sealed anew it would come back marked. True: the look must be made again.
    pub(super) async fn take_marks_off(
        &mut self,
        session: &mut dyn MailSession,
        look: &Look,
    ) -> Result<bool, TaskError> {
        let marked = self.marked(look).await?;
        for copy in &marked {
            self.may_act().await?;
            self.job.pulse.keep(session.unmark(copy)).await?;
        }
        Ok(!marked.is_empty())
    }

    /// Copies that are marked as deleted and weren't when they were sealed.
    async fn marked(&self, look: &Look) -> Result<Vec<CopyHandle>, TaskError> {
        let mut marked = Vec::new();
        if !look.copies.iter().any(|copy| copy.found.flags.deleted) {
            return Ok(marked);
        }
        let mut there: Vec<&VerifiedCopy> = look.copies.iter().collect();
        for record in self.unsure() {
            let raw = self.content(record.id).await?;
            let alike = there.iter().enumerate().filter(|(_, copy)| copy.raw == raw);
            let Some((at, copy)) = alike.min_by_key(|(_, copy)| strangeness(&record, copy)) else { continue };
            // A removal that was refused has left no mark: this one is the owner's.
            let ours =
                copy.found.flags.deleted && !record.flags.deleted && !self.changed.contains(&record.id);
            marked.extend(ours.then(|| copy.found.handle.clone()));
            there.swap_remove(at);
        }
        Ok(marked)
    }

    /// Copies that were sealed without anybody seeing them go: looked for, then noted. Seen nowhere, a copy
    /// counts as held, whoever removed it: the vault must not drop what no mailbox has. Where a folder
    /// couldn't be read it may be in there, because its owner moves mail: the next look decides.
    pub(super) async fn reconcile(&mut self, look: &Look) -> Result<(), TaskError> {
        let mut there: Vec<&[u8]> = look.copies.iter().map(|copy| copy.raw.as_slice()).collect();
        let hidden = look.moved || look.skipped.iter().any(Skipped::may_hide_one);
        for CopyRecord { id, .. } in self.unsure() {
            let raw = self.content(id).await?;
            let place = there.iter().position(|present| *present == raw);
            if place.is_none() && hidden {
                continue;
            }
            let state = effects::after_looking_again(place.is_some());
            if let Some(at) = place {
                there.swap_remove(at);
            }
            self.note_copy(id, state, if state == CopyState::Held { "copy.held" } else { "copy.left" });
        }
        Ok(())
    }
}

/// Which of several with the same bytes is the one that was sealed: least of all one that differs in this.
fn strangeness(record: &CopyRecord, copy: &VerifiedCopy) -> (bool, bool, bool) {
    let found = &copy.found;
    (
        found.flags.deleted != record.flags.deleted,
        found.folder != record.folder,
        found.received_at != record.received_at,
    )
}
