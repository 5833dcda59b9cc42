//! The files of a correction that is being written.

use super::{AskError, open_draft};
use crate::{
    case::draft::Upload,
    ids::{DraftId, UploadId},
    mail::reorders,
    org::Person,
    portal::Portal,
    store::Tx,
    vault::CaseKey,
};

pub const MAX_UPLOADS: usize = 20;

/// The files of all unfinished requests of a person: as many times those of one.
const MAX_UNFINISHED: u64 = 10;

/// Adds a file to the correction, sealed.
pub async fn attach(
    portal: &Portal,
    person: &Person,
    id: DraftId,
    name: &str,
    content_type: &str,
    bytes: &[u8],
) -> Result<Upload, AskError> {
    let size = bytes.len() as u64;
    let upload = Upload {
        id: portal.world.id(),
        draft: id,
        name: file_name(name),
        content_type: content_type.to_owned(),
        size,
    };
    let most = portal.settings.max_upload;
    let mut tx = portal.store.write().await?;
    // The key before the drafts, as everybody takes them who takes both.
    let wrapped = tx.vault_key(id.0, &portal.master_key.new_case_key(id.0, &portal.world)?).await?;
    // Whoever attaches at the same time waits here, and then sees this file.
    let unfinished = tx.attached_by(person.id).await?.saturating_add(size);
    let (_, uploads) = open_draft(tx.as_mut(), person, id).await?;
    let key = portal.master_key.unwrap(id.0, &wrapped)?;
    if let Some(known) = attached(tx.as_mut(), &key, &uploads, &upload, bytes).await? {
        return Ok(known);
    }
    if uploads.len() >= MAX_UPLOADS {
        return Err(AskError::TooMany);
    }
    if size + uploads.iter().map(|upload| upload.size).sum::<u64>() > most {
        return Err(AskError::TooLarge(most));
    }
    if unfinished > most.saturating_mul(MAX_UNFINISHED) {
        return Err(AskError::TooMuchUnfinished(most.saturating_mul(MAX_UNFINISHED)));
    }
    tx.insert_upload(&upload, &key.seal(upload.id.0.as_bytes(), bytes, &portal.world)?).await?;
    tx.commit().await?;
    Ok(upload)
}

/// The same file, name and all: the button was pressed twice, or once more after an error.
async fn attached(
    tx: &mut dyn Tx,
    key: &CaseKey,
    uploads: &[Upload],
    new: &Upload,
    bytes: &[u8],
) -> Result<Option<Upload>, AskError> {
    for known in uploads.iter().filter(|known| known.name == new.name && known.size == new.size) {
        if let Some(sealed) = tx.upload_content(known.id).await?
            && key.open(known.id.0.as_bytes(), &sealed)? == bytes
        {
            return Ok(Some(known.clone()));
        }
    }
    Ok(None)
}

/// The file is gone at once.
pub async fn detach(portal: &Portal, person: &Person, id: DraftId, upload: UploadId) -> Result<(), AskError> {
    let mut tx = portal.store.write().await?;
    // Whoever makes a case of it at the same time waits, or is seen.
    tx.attached_by(person.id).await?;
    open_draft(tx.as_mut(), person, id).await?;
    tx.delete_upload(id, upload).await?;
    Ok(tx.commit().await?)
}

/// The last part of a path, without anything that could break a header or a folder.
fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control() && !reorders(*c)).take(200).collect();
    let clean = clean.trim().trim_start_matches('.').to_owned();
    if clean.is_empty() { "attachment".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_only_a_name() {
        for (given, kept) in [
            ("合同.pdf", "合同.pdf"),
            ("C:\\x\\a.pdf", "a.pdf"),
            ("../../etc/passwd", "passwd"),
            ("a\r\nBcc: x", "aBcc: x"),
            ("", "attachment"),
            ("..", "attachment"),
            ("offer\u{202E}fdp.exe", "offerfdp.exe"),
        ] {
            assert_eq!(file_name(given), kept);
        }
    }
}
