//! Between mailbox and vault: a copy is in one of them at every instant (I3), and after a crash we look first (I4).

use crate::{sealing::BodyName, target::TaskError, visit::Visit, writes::Effect};
use domain::{
    case::{CopyRecord, SealedCopy, effects},
    ids::CopyId,
    look::{Look, VerifiedCopy},
    mail::split_header,
    mail_system::MailSession,
    shared::CopyState,
    vault::{CaseKey, SealError},
};

impl Visit {
    /// What the task takes of what was seen.
    fn covered<'l>(&self, look: &'l Look) -> Vec<&'l VerifiedCopy> {
        let (task, include_read) = (self.job.task, self.job.case.request.include_read);
        look.copies
            .iter()
            .filter(|copy| effects::covers(task, include_read, copy.found.flags.is_read()))
            .collect()
    }

    /// Takes what the task covers until a look finds nothing of it left: that look. A client that changes a copy
    /// each time is left alone for a while; where each copy is, is known by then.
    pub async fn take_all(&mut self, session: &mut dyn MailSession) -> Result<Look, TaskError> {
        let mut look = self.look(session).await?;
        for _ in 0..ROUNDS {
            if self.is_done(&look) {
                break;
            }
            let covered = self.covered(&look);
            self.take(session, &covered).await?;
            look = self.look(session).await?;
        }
        if self.is_done(&look) { Ok(look) } else { Err(TaskError::KeptChanging) }
    }

    fn is_done(&self, look: &Look) -> bool {
        self.covered(look).is_empty() && !look.moved
    }

    /// Vault commit, then removal, then its note.
    async fn take(
        &mut self,
        session: &mut dyn MailSession,
        copies: &[&VerifiedCopy],
    ) -> Result<(), TaskError> {
        if copies.is_empty() {
            return Ok(());
        }
        let records = self.seal(copies).await?;
        for (at, copy) in copies.iter().enumerate() {
            if let Err(error) = self.may_act().await {
                // Nobody laid hands on these: they are where they were.
                for record in &records[at..] {
                    self.note_copy(*record, CopyState::Left, "copy.left");
                }
                return Err(error);
            }
            match self.job.pulse.keep(session.remove(&copy.found.handle)).await {
                Ok(removal) if effects::after_removal(removal) == CopyState::Held => {
                    self.note_copy(records[at], CopyState::Held, "copy.held");
                }
                // One that changed stays sealed until the next look has found it, or found it gone.
                Ok(_) => self.changed.push(records[at]),
                Err(error) => {
                    // There may be no next visit: what can be seen now is noted. If nothing can, or the removal may
                    // still be on its way, it stays sealed.
                    if !error.is_passing()
                        && let Err(unseen) = self.look(session).await
                    {
                        tracing::debug!(%unseen, "engine: after a removal that failed nothing could be seen");
                    }
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }

    /// The raw message a vaulted copy was.
    pub async fn content(&self, copy: CopyId) -> Result<Vec<u8>, TaskError> {
        let sealed = self.job.portal.store.read().await?.copy_content(copy).await?;
        let (header, body) = sealed.ok_or(SealError)?;
        let key = self.key().await?;
        let mut raw = key.open(&header_purpose(copy), &header)?;
        raw.extend(key.open(BODY, &body)?);
        Ok(raw)
    }

    /// In one commit, which also says whether effects may follow.
    async fn seal(&mut self, copies: &[&VerifiedCopy]) -> Result<Vec<CopyId>, TaskError> {
        let job = self.job.clone();
        let mut bodies = Some(job.sealing.bodies().await);
        let known = |name: &BodyName| bodies.as_ref().is_some_and(|bodies| bodies.contains(name));
        let sealed = self.seal_each(copies, known).await?;
        let fresh: Vec<BodyName> =
            sealed.iter().filter(|copy| copy.body.is_some()).map(|copy| copy.body_name).collect();
        if fresh.is_empty() {
            bodies = None;
        }
        let records: Vec<CopyRecord> = sealed.iter().map(|copy| copy.record.clone()).collect();
        self.announce(Effect::Take(sealed)).await?;
        if let Some(bodies) = &mut bodies {
            bodies.extend(fresh);
        }
        let ids = records.iter().map(|record| record.id).collect();
        self.copies.extend(records);
        Ok(ids)
    }

    async fn seal_each(
        &self,
        copies: &[&VerifiedCopy],
        known: impl Fn(&BodyName) -> bool,
    ) -> Result<Vec<SealedCopy>, TaskError> {
        let (key, world) = (self.key().await?, &self.job.portal.world);
        let mut sealed: Vec<SealedCopy> = Vec::new();
        for copy in copies {
            let (header, body) = split_header(&copy.raw);
            let body_name = key.name_of(body);
            let kept = known(&body_name) || sealed.iter().any(|other| other.body_name == body_name);
            let record = self.record_of(copy);
            sealed.push(SealedCopy {
                header: key.seal(&header_purpose(record.id), header, world)?,
                body: if kept { None } else { Some(key.seal(BODY, body, world)?) },
                body_name,
                record,
            });
        }
        Ok(sealed)
    }

    fn record_of(&self, copy: &VerifiedCopy) -> CopyRecord {
        CopyRecord {
            id: self.job.portal.world.id(),
            case: self.job.case.id,
            target: self.job.target.id,
            state: CopyState::Vaulted,
            folder: copy.found.folder.clone(),
            flags: copy.found.flags.clone(),
            received_at: copy.found.received_at,
            size: copy.raw.len() as u64,
        }
    }

    async fn key(&self) -> Result<&CaseKey, TaskError> {
        let job = &self.job;
        job.sealing.key(&job.portal, &job.committer, job.case.id).await
    }
}

const ROUNDS: usize = 4;

const BODY: &[u8] = b"body";

fn header_purpose(copy: CopyId) -> Vec<u8> {
    [b"header", copy.0.as_bytes().as_slice()].concat()
}
