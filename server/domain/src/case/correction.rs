//! The correction a sender wrote, sealed with the case, and the mail it becomes.

use super::{
    Case, Correction,
    draft::{Draft, Upload},
    identity,
};
use crate::{
    ids::{CaseId, DraftId},
    mailer::{Enclosure, MailContent, OutgoingMail, SendError},
    portal::Portal,
    store::{StoreError, Tx},
    time::Timestamp,
    vault::{CaseKey, SealError},
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum ContentError {
    #[error("the correction's text is gone from the vault")]
    Missing,
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Compose(#[from] SendError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Serialize, Deserialize)]
struct Written {
    subject: String,
    text: String,
}

const WHAT: &[u8] = b"correction";

/// Seals subject and text with the case's key. Uploads are sealed already, when they are attached.
pub(super) async fn seal(
    tx: &mut dyn Tx,
    portal: &Portal,
    draft: &Draft,
) -> Result<(), super::request::RequestError> {
    let written = Written { subject: draft.form.subject.trim().to_owned(), text: draft.form.text.clone() };
    let plain = serde_json::to_vec(&written).map_err(|_| SealError)?;
    let key = identity::key_of(tx, portal, draft.id.0).await?;
    tx.save_correction_content(CaseId(draft.id.0), &key.seal(WHAT, &plain, &portal.world)?).await?;
    Ok(())
}

/// Subject, text and files of a case's correction.
pub async fn content(tx: &mut dyn Tx, portal: &Portal, case: CaseId) -> Result<MailContent, ContentError> {
    let key = case_key(tx, portal, case).await?;
    let (subject, text) = written(tx, &key, case).await?;
    let mut attachments = Vec::new();
    for upload in tx.uploads(DraftId(case.0)).await? {
        attachments.push(enclosure(tx, &key, upload).await?);
    }
    Ok(MailContent { subject, text, attachments })
}

/// Only subject, text and the list of files: what pages show.
pub async fn summary(
    tx: &mut dyn Tx,
    portal: &Portal,
    case: CaseId,
) -> Result<(String, String, Vec<Upload>), ContentError> {
    let key = case_key(tx, portal, case).await?;
    let (subject, text) = written(tx, &key, case).await?;
    Ok((subject, text, tx.uploads(DraftId(case.0)).await?))
}

/// One recipient's mail as bytes; the same each time.
pub fn compose(
    portal: &Portal,
    case: &Case,
    correction: &Correction,
    content: &MailContent,
) -> Result<Vec<u8>, SendError> {
    portal.mailer.compose(&OutgoingMail {
        id: correction.id.into(),
        from: &case.message.from,
        to: &correction.to,
        message_id: &correction.message_id,
        corrects: case.message.message_id.as_ref(),
        references: &case.message.references,
        date: composed_at(case),
        automatic: false,
        content,
    })
}

/// The date all corrections of a case carry: when it was decided.
fn composed_at(case: &Case) -> Timestamp {
    case.decided_at.unwrap_or(case.created_at)
}

async fn case_key(tx: &mut dyn Tx, portal: &Portal, case: CaseId) -> Result<CaseKey, ContentError> {
    let wrapped = tx.existing_vault_key(case.0).await?.ok_or(ContentError::Missing)?;
    Ok(portal.master_key.unwrap(case.0, &wrapped)?)
}

async fn written(tx: &mut dyn Tx, key: &CaseKey, case: CaseId) -> Result<(String, String), ContentError> {
    let sealed = tx.correction_content(case).await?.ok_or(ContentError::Missing)?;
    let written: Written = serde_json::from_slice(&key.open(WHAT, &sealed)?).map_err(|_| SealError)?;
    Ok((written.subject, written.text))
}

async fn enclosure(tx: &mut dyn Tx, key: &CaseKey, upload: Upload) -> Result<Enclosure, ContentError> {
    let sealed = tx.upload_content(upload.id).await?.ok_or(ContentError::Missing)?;
    let bytes = key.open(upload.id.0.as_bytes(), &sealed)?;
    Ok(Enclosure { name: upload.name, content_type: upload.content_type, bytes })
}
