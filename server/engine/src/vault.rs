//! Between mailbox and vault: a copy is in one of them at every instant (I3), and after a crash we look first (I4).

use crate::target::{Job, TaskError};
use domain::{
    audit::NewEntry,
    case::{CopyRecord, SealedCopy, flow::target_entry},
    ids::CopyId,
    look::{Look, VerifiedCopy},
    mail::split_header,
    mail_system::{MailSession, Removal},
    shared::CopyState,
    store::Tx,
    vault::CaseKey,
};
use serde_json::json;

impl Job<'_> {
    /// Vault commit, then removal, then its record. False: the copy changed first and was left alone.
    pub async fn take(&self, session: &mut dyn MailSession, copy: &VerifiedCopy) -> Result<bool, TaskError> {
        self.still_wanted().await?;
        let record = self.seal(copy).await?;
        // A withdrawal that came while we sealed must not see a copy vanish after it.
        self.still_wanted().await?;
        let removal = session.remove(&copy.found.handle).await?;
        let (state, action) = match removal {
            Removal::Removed => (CopyState::Held, "copy.held"),
            Removal::Changed => (CopyState::Left, "copy.left"),
        };
        self.note(record.id, state, action).await?;
        Ok(removal == Removal::Removed)
    }

    /// Copies that an earlier try sealed without noting whether it removed them: looked for, then noted.
    pub async fn reconcile(&self, look: &Look) -> Result<Vec<CopyRecord>, TaskError> {
        let mut tx = self.portal.store.read().await?;
        let copies = tx.copies(self.target.id).await?;
        drop(tx);
        let mut there: Vec<&[u8]> = look.copies.iter().map(|copy| copy.raw.as_slice()).collect();
        for copy in copies.iter().filter(|copy| copy.state == CopyState::Vaulted) {
            let raw = self.content(copy).await?;
            if let Some(at) = there.iter().position(|present| *present == raw) {
                there.swap_remove(at);
                self.note(copy.id, CopyState::Left, "copy.left").await?;
            } else {
                self.note(copy.id, CopyState::Held, "copy.held").await?;
            }
        }
        let mut tx = self.portal.store.read().await?;
        Ok(tx.copies(self.target.id).await?)
    }

    /// The raw message a held copy was.
    pub async fn content(&self, copy: &CopyRecord) -> Result<Vec<u8>, TaskError> {
        let mut tx = self.portal.store.read().await?;
        let key = self.key(tx.as_mut()).await?;
        let sealed = tx.copy_content(copy.id).await?;
        let (header, body) = sealed.ok_or(domain::vault::SealError)?;
        let mut raw = key.open(&header_purpose(copy.id), &header)?;
        raw.extend(key.open(BODY, &body)?);
        Ok(raw)
    }

    pub async fn note(&self, copy: CopyId, state: CopyState, action: &'static str) -> Result<(), TaskError> {
        let mut tx = self.portal.store.write().await?;
        tx.set_copy_state(copy, state).await?;
        tx.record(&self.entry(action, copy)).await?;
        Ok(tx.commit().await?)
    }

    async fn seal(&self, copy: &VerifiedCopy) -> Result<CopyRecord, TaskError> {
        let portal = self.portal;
        let record = CopyRecord {
            id: portal.world.id(),
            case: self.case.id,
            target: self.target.id,
            state: CopyState::Vaulted,
            folder: copy.found.folder.clone(),
            flags: copy.found.flags.clone(),
            received_at: copy.found.received_at,
            size: copy.raw.len() as u64,
        };
        let mut tx = portal.store.write().await?;
        let key = self.key(tx.as_mut()).await?;
        let (header, body) = split_header(&copy.raw);
        let body_name = key.name_of(body);
        let kept = tx.has_body(self.case.id, &body_name).await?;
        let sealed = SealedCopy {
            record: record.clone(),
            header: key.seal(&header_purpose(record.id), header, &portal.world)?,
            body_name,
            body: if kept { None } else { Some(key.seal(BODY, body, &portal.world)?) },
        };
        tx.insert_copies(&[sealed]).await?;
        tx.record(&self.entry("copy.sealed", record.id)).await?;
        tx.commit().await?;
        Ok(record)
    }

    async fn key(&self, tx: &mut dyn Tx) -> Result<CaseKey, TaskError> {
        let owner = self.case.id.0;
        let wrapped = match tx.existing_vault_key(owner).await? {
            Some(wrapped) => wrapped,
            None => {
                tx.vault_key(owner, &self.portal.master_key.new_case_key(owner, &self.portal.world)?).await?
            }
        };
        Ok(self.portal.master_key.unwrap(owner, &wrapped)?)
    }

    fn entry(&self, action: &'static str, copy: CopyId) -> NewEntry {
        target_entry(self.case, self.target, self.portal.world.now(), action, json!({ "copy": copy }))
    }
}

const BODY: &[u8] = b"body";

fn header_purpose(copy: CopyId) -> Vec<u8> {
    [b"header", copy.0.as_bytes().as_slice()].concat()
}
