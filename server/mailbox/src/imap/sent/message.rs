//! The messages of a Sent folder, listed and read. One that is broken or too large must not keep the others from being
//! found, so what is its own trouble is told apart from the server's.

use super::locator;
use crate::imap::{
    answer::{Data, Kind, Untagged, Value},
    command::Command,
    connection::Reply,
    folders::Folder,
    handle::Spot,
    locate::received,
    session::{Access, Opened, Session, fetched},
    trouble::{refused, told},
    uids::Uids,
};
use domain::{
    mail_system::{MailError, SentChanges, SentRef},
    time::Timestamp,
};
use std::collections::HashMap;

const LISTING: &str = "listing the Sent folder";
const READING: &str = "reading the message";

impl Session {
    pub(super) async fn list(
        &mut self,
        folder: &Folder,
        opened: &Opened,
        uids: &[u32],
        changes: &mut SentChanges,
    ) -> Result<(), MailError> {
        if uids.is_empty() {
            return Ok(());
        }
        let command = Command::new("UID FETCH").uids(&Uids::of(uids.iter().copied()));
        let reply = self.connection.ask(LISTING, command.word("(UID INTERNALDATE RFC822.SIZE)")).await?;
        // One broken message among them must not hide the others.
        let reply = if is_of_message(&reply) { reply } else { reply.accepted(LISTING)? };
        let told = told_of(&reply);
        changes.added.extend(uids.iter().map(|uid| message(folder, opened, *uid, told.get(uid).copied())));
        Ok(())
    }

    /// What is wrong with this message alone is told apart from trouble of the server.
    pub async fn read_sent(&mut self, message: &SentRef) -> Result<Vec<u8>, MailError> {
        let spot = Spot::parse(&message.handle)?;
        let largest = self.config.largest as u64;
        if message.size > largest {
            return Err(MailError::Other(format!("it is larger than {largest} bytes (largest_mb)")));
        }
        if self.enter_spot(&spot, Access::Look).await?.is_none() {
            return Err(MailError::Gone);
        }
        let uids = Uids::one(spot.uid);
        let command = Command::new("UID FETCH").uids(&uids).word("(UID BODY.PEEK[])");
        let reply = self.connection.ask(READING, command).await?;
        if is_of_message(&reply) {
            return Err(MailError::Other(told(READING, &reply.status)));
        }
        let reply = reply.accepted(READING)?;
        let found = fetched(&reply, &uids, &["BODY["])?;
        let Some((_, data)) = found.first() else { return Err(MailError::Gone) };
        let body = data.item("BODY[").and_then(Value::text).map(<[u8]>::to_vec);
        body.ok_or_else(|| MailError::Other("the server doesn't give it".into()))
    }
}

/// The server failed at what a message holds, and goes on.
fn is_of_message(reply: &Reply) -> bool {
    let fails = || matches!(refused(READING, &reply.status), MailError::Other(_));
    reply.status.kind == Kind::No && (reply.status.code == "SERVERBUG" || fails())
}

/// What was answered about which UID, as far as it can be read.
fn told_of(reply: &Reply) -> HashMap<u32, &Data> {
    let told = reply.data.iter().filter_map(|untagged| match untagged {
        // Others come unasked.
        Untagged::Data(data) if data.name == "FETCH" && data.item("RFC822.SIZE").is_some() => {
            Some((u32::try_from(data.item("UID")?.number()?).ok()?, data))
        }
        _ => None,
    });
    told.collect()
}

/// Without a date or a size it is listed all the same: when it is read shows whether it can be.
fn message(folder: &Folder, opened: &Opened, uid: u32, data: Option<&Data>) -> SentRef {
    let spot = Spot { folder: folder.wire.clone(), validity: opened.validity, uid, modseq: 0, flags: vec![] };
    SentRef {
        locator: locator(&folder.wire, opened.validity, uid),
        handle: spot.handle(),
        folder: folder.name.clone(),
        received_at: data.and_then(|data| received(data).ok()).unwrap_or(Timestamp(0)),
        size: data.and_then(|data| data.item("RFC822.SIZE")).and_then(Value::number).unwrap_or(0),
    }
}
