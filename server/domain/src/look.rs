//! Finding the delivered copies of one message in one mailbox, sure of their identity (I2).
//!
//! Used alike by the forecast (which only looks) and by the engine (which then acts in the same session).

use crate::{
    case::CaseMessage,
    mail::Fingerprint,
    mail_system::{FolderName, FoundCopy, Located, MailError, MailSession, ReadEvidence, Skipped},
};

/// Copies whose Message-ID and content fit.
#[derive(Debug, Default)]
pub struct Look {
    pub copies: Vec<VerifiedCopy>,
    /// Same Message-ID, other content.
    pub strangers: u32,
    pub searched: Vec<FolderName>,
    pub skipped: Vec<Skipped>,
    /// A copy left its place while we looked: it may be anywhere, also where we had looked before.
    pub moved: bool,
    pub left_out: Vec<Skipped>,
    pub evidence: ReadEvidence,
}

#[derive(Debug)]
pub struct VerifiedCopy {
    pub found: FoundCopy,
    pub raw: Vec<u8>,
}

/// Which copies to read, so that none is read for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// The mailbox it was sent from: the Sent copy isn't a delivered one.
    Sender,
    Recipient,
}

/// Looks in every folder. A copy that vanishes while we look is looked for once more by the caller's next look.
/// `message` without Message-ID finds nothing: there is nothing to search by.
pub async fn find(session: &mut dyn MailSession, message: &CaseMessage, own: Own) -> Result<Look, MailError> {
    let Some(id) = &message.message_id else { return Ok(Look::default()) };
    let Located { copies, searched, skipped, left_out, evidence } = session.locate(id).await?;
    let mut look = Look { searched, skipped, left_out, evidence, ..Look::default() };
    for mut found in copies {
        if own == Own::Sender && found.folder == message.folder {
            continue;
        }
        let read = match found.content.take() {
            Some(raw) => Ok(raw),
            None => session.fetch(&found.handle).await,
        };
        match read {
            Ok(raw) if Fingerprint::of(&raw) == message.fingerprint => {
                look.copies.push(VerifiedCopy { found, raw });
            }
            Ok(_) => look.strangers += 1,
            // Not silently "not there": the caller sees that the look was incomplete.
            Err(MailError::Gone) => {
                look.moved = true;
                look.skipped.push(skip(&found, "moved while we looked"));
            }
            Err(MailError::Denied(reason)) => look.skipped.push(skip(&found, &reason)),
            Err(other) => return Err(other),
        }
    }
    Ok(look)
}

fn skip(found: &FoundCopy, reason: &str) -> Skipped {
    Skipped { folder: found.folder.clone(), what: "message".into(), reason: reason.to_owned() }
}
