//! The forecast: what a recall would meet at each recipient, found out without leaving a trace.

use crate::{
    case::{CaseMessage, rules},
    look::{self, Look, Own},
    mail_system::{FolderName, MailError},
    org::{Directory, Recipient, RecipientKind},
    portal::Portal,
};
use futures::{StreamExt, stream};
use shared::Trouble;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Mailboxes looked at side by side.
const SIDE_BY_SIDE: usize = 8;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prospect {
    pub recipient: Recipient,
    pub finding: Finding,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    Unread {
        folder: FolderName,
    },
    /// At least one copy was read; `unread` says whether another one wasn't.
    Read {
        folder: FolderName,
        unread: bool,
        /// The server's log says so, whatever the flags say now.
        logged: bool,
    },
    NotFound {
        searched: usize,
    },
    Outside,
    OnLegalHold,
    /// It can't be told, or nothing can be done there.
    Trouble(Trouble),
    /// There was no time left for it.
    NotLooked,
}

impl Finding {
    pub fn is_unread(&self) -> bool {
        matches!(self, Self::Unread { .. })
    }
}

/// One prospect a recipient, in their order. Mailboxes that weren't looked at by then aren't.
pub async fn forecast(
    portal: &Portal,
    directory: &Directory,
    message: &CaseMessage,
    recipients: Vec<Recipient>,
    patience: Duration,
) -> Vec<Prospect> {
    let until = Instant::now() + patience;
    stream::iter(recipients)
        .map(|recipient| async move {
            let finding = prospect(portal, directory, message, &recipient, until).await;
            Prospect { recipient, finding }
        })
        .buffered(SIDE_BY_SIDE)
        .collect()
        .await
}

async fn prospect(
    portal: &Portal,
    directory: &Directory,
    message: &CaseMessage,
    recipient: &Recipient,
    until: Instant,
) -> Finding {
    let person = match recipient.kind {
        RecipientKind::Outside => return Finding::Outside,
        RecipientKind::Unknown => return Finding::Trouble(Trouble::UnknownAddress),
        RecipientKind::Inside(person) => person,
    };
    if rules::on_legal_hold(directory.person(person)) {
        return Finding::OnLegalHold;
    }
    if message.message_id.is_none() {
        return Finding::Trouble(Trouble::NoMessageId);
    }
    if Instant::now() >= until {
        return Finding::NotLooked;
    }
    let own = if message.owner == Some(person) { Own::Sender } else { Own::Recipient };
    let look = async {
        let mut session = portal.mail.open(&recipient.address).await?;
        look::find(session.as_mut(), message, own).await
    };
    match timeout_at(until, look).await {
        Err(_) => Finding::NotLooked,
        Ok(Ok(look)) => read_look(&look),
        Ok(Err(error)) => {
            tracing::info!(mailbox = %recipient.address, %error, "forecast: mailbox not read");
            Finding::Trouble(trouble_of(&error))
        }
    }
}

fn read_look(look: &Look) -> Finding {
    let read = look.copies.iter().find(|copy| copy.found.flags.is_read());
    let unread = look.copies.iter().find(|copy| !copy.found.flags.is_read());
    match (read, unread) {
        (Some(copy), unread) => Finding::Read {
            folder: copy.found.folder.clone(),
            unread: unread.is_some(),
            logged: copy.found.flags.opened_at.is_some(),
        },
        (None, Some(copy)) => Finding::Unread { folder: copy.found.folder.clone() },
        (None, None) if look.strangers > 0 => Finding::Trouble(Trouble::ContentDiffers),
        (None, None) if !look.skipped.is_empty() => Finding::Trouble(Trouble::PartlyUnreadable),
        (None, None) => Finding::NotFound { searched: look.searched.len() },
    }
}

/// What a mail system's refusal means for a target.
pub fn trouble_of(error: &MailError) -> Trouble {
    match error {
        MailError::NoSuchMailbox(_) => Trouble::MailboxMissing,
        MailError::Denied(_) => Trouble::MailboxDenied,
        MailError::Full(_) => Trouble::MailboxFull,
        MailError::Gone => Trouble::KeptChanging,
        MailError::Unavailable { .. } => Trouble::MailSystemDown,
        MailError::Other(_) => Trouble::Internal,
    }
}
