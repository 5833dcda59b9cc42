//! One open mailbox: which folder is open in it, and the steps that are common to all that is done there.

use super::{
    Server,
    answer::Data,
    around::Around,
    barren::State,
    command::Command,
    config::ImapConfig,
    connection::{Connection, Reply},
    gate::Place,
    handle::Spot,
    trouble::told,
    uids::Uids,
};
use domain::{
    mail::{EmailAddress, MessageId},
    mail_system::{CopyHandle, MailError},
};
use std::{collections::HashMap, sync::Arc};

const SEARCHING: &str = "searching";

pub struct Session {
    pub connection: Connection,
    pub server: Arc<Server>,
    pub mailbox: EmailAddress,
    pub config: Arc<ImapConfig>,
    /// Prefixes of folders that aren't this mailbox's own, once asked.
    pub foreign: Option<Vec<Vec<u8>>>,
    pub opened: Option<Opened>,
    /// The folders as they were when the session began, then at the end of the last look.
    pub around: Option<Around>,
    /// What the last search of a folder met there, by its name on the wire, less what was taken since.
    pub met: HashMap<Vec<u8>, Met>,
    /// What this session has put, by key: no other key may take it for its own.
    pub put: Vec<(String, Spot)>,
    pub resync: bool,
    pub _place: Place,
}

pub struct Met {
    pub id: MessageId,
    pub state: State,
    pub copies: Vec<CopyHandle>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub folder: Vec<u8>,
    pub validity: u32,
    /// The UID of the next message that comes; 0 when the server doesn't tell.
    pub next: u32,
    pub messages: u32,
    /// 0: the server doesn't count changes here.
    pub modseq: u64,
    pub writable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// EXAMINE: leaves no trace, not even of `\Recent`.
    Look,
    /// SELECT: for the time of a change.
    Change,
}

impl Session {
    /// Opens it afresh: what came meanwhile is seen.
    pub async fn enter(&mut self, folder: &[u8], access: Access) -> Result<Opened, MailError> {
        let command = self.opening(folder, access);
        self.enter_with(folder, access, command).await.map(|(opened, _)| opened)
    }

    pub fn opening(&self, folder: &[u8], access: Access) -> Command {
        let command = Command::new(verb(access)).text(folder);
        if self.connection.capable.condstore { command.word("(CONDSTORE)") } else { command }
    }

    pub async fn enter_with(
        &mut self,
        folder: &[u8],
        access: Access,
        command: Command,
    ) -> Result<(Opened, Reply), MailError> {
        // Whether it succeeds or not, the one before is closed.
        self.opened = None;
        let doing = opening_of(folder);
        let reply = self.connection.ask(&doing, command).await?;
        self.has_entered(folder, access, reply)
    }

    /// What the server's answer to [`Self::opening`] means.
    pub fn has_entered(
        &mut self,
        folder: &[u8],
        access: Access,
        reply: Reply,
    ) -> Result<(Opened, Reply), MailError> {
        self.opened = None;
        let doing = opening_of(folder);
        if reply.status.code == "SERVERBUG" {
            // A broken folder, not a broken server: it needs somebody to mend it, and the others can be read.
            return Err(MailError::Other(told(&doing, &reply.status)));
        }
        let reply = reply.accepted(&doing)?;
        if access == Access::Change && reply.status.code == "READ-ONLY" {
            return Err(MailError::Denied(format!("{doing}: it can only be read")));
        }
        let number = |code| reply.code(code).and_then(|text| text.parse().ok());
        let Some(validity) = number("UIDVALIDITY") else {
            return Err(MailError::Other(format!("{doing}: the server gives no UIDVALIDITY")));
        };
        // Taken for empty, a folder would go unsearched.
        let Some(messages) = reply.all("EXISTS")?.last().and_then(|data| data.number) else {
            return Err(MailError::Other(format!("{doing}: the server doesn't say how much is in it")));
        };
        let opened = Opened {
            folder: folder.to_vec(),
            validity,
            next: number("UIDNEXT").unwrap_or(0),
            messages,
            modseq: reply.code("HIGHESTMODSEQ").and_then(|text| text.parse().ok()).unwrap_or(0),
            writable: access == Access::Change,
        };
        self.opened = Some(opened.clone());
        Ok((opened, reply))
    }

    /// The folder of a spot, open and still the one it was seen in; None when its UIDs mean other messages now.
    pub async fn enter_spot(&mut self, spot: &Spot, access: Access) -> Result<Option<Opened>, MailError> {
        let stays = |opened: &&Opened| opened.folder == spot.folder && access == Access::Look;
        let opened = match self.opened.as_ref().filter(stays) {
            Some(opened) => opened.clone(),
            None => match self.enter(&spot.folder, access).await {
                Ok(opened) => opened,
                Err(MailError::Gone) => return Ok(None),
                Err(error) => return Err(error),
            },
        };
        Ok((opened.validity == spot.validity).then_some(opened))
    }

    /// Never CLOSE: that would expunge what the owner only marked.
    pub async fn leave(&mut self) -> Result<(), MailError> {
        let Some(opened) = &self.opened else { return Ok(()) };
        if self.connection.capable.unselect {
            self.connection.run("leaving the folder", Command::new("UNSELECT")).await?;
            self.opened = None;
        } else if opened.writable {
            let opened = opened.clone();
            self.enter(&opened.folder, Access::Look).await?;
        }
        Ok(())
    }

    /// UIDs in the open folder, ascending.
    pub async fn search(&mut self, command: Command) -> Result<Vec<u32>, MailError> {
        let reply = self.connection.ask(SEARCHING, command).await?;
        hits(reply)
    }

    /// FETCH answers that name a UID of the set and have all `items`; others come unasked.
    pub async fn fetch_items(
        &mut self,
        uids: &Uids,
        items: &'static str,
        has: &[&str],
    ) -> Result<Vec<(u32, Data)>, MailError> {
        let command = Command::new("UID FETCH").uids(uids).word(items);
        let reply = self.connection.run("reading messages", command).await?;
        Ok(fetched(&reply, uids, has)?.into_iter().map(|(uid, data)| (uid, data.clone())).collect())
    }
}

/// What a search answered: UIDs, ascending.
pub fn hits(reply: Reply) -> Result<Vec<u32>, MailError> {
    let reply = reply.accepted(SEARCHING)?;
    let mut found = Vec::new();
    for data in reply.all("SEARCH")? {
        // After the UIDs may come `(MODSEQ 17)`.
        let uids = data.values.iter().filter(|value| value.list().is_none());
        let uids: Option<Vec<u32>> = uids.map(|value| u32::try_from(value.number()?).ok()).collect();
        found.extend(uids.ok_or_else(|| MailError::Other("the server's search answers no numbers".into()))?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

pub fn fetched<'r>(reply: &'r Reply, uids: &Uids, has: &[&str]) -> Result<Vec<(u32, &'r Data)>, MailError> {
    let mut found = Vec::new();
    for data in reply.all("FETCH")? {
        let uid = data.item("UID").and_then(|uid| u32::try_from(uid.number()?).ok());
        if let Some(uid) = uid.filter(|uid| uids.contains(*uid))
            && has.iter().all(|item| data.item(item).is_some())
        {
            found.push((uid, data));
        }
    }
    Ok(found)
}

fn opening_of(folder: &[u8]) -> String {
    format!("opening {}", String::from_utf8_lossy(folder))
}

pub fn verb(access: Access) -> &'static str {
    match access {
        Access::Look => "EXAMINE",
        Access::Change => "SELECT",
    }
}
