//! What a mailbox looks like from outside: its folders, and how far each has come.

use super::{
    answer::{Data, Kind},
    barren::State,
    command::Command,
    connection::Reply,
    folders::{Chosen, Folder, Folders, prefixes},
    locate::skipped,
    session::{Access, Opened, Session},
    trouble::told,
};
use domain::mail_system::{FolderName, MailError, Skipped};
use std::collections::HashMap;

const LOOKING: &str = "asking what came into the folders";
const NO_NEXT: &str = "the server doesn't tell the next UID, so nobody knows what came into it";

#[derive(Clone)]
pub struct Around {
    pub chosen: Chosen,
    pub garbled: Vec<Skipped>,
    pub has_inbox: bool,
    /// Folders of which the server doesn't say how far they have come, though it was asked.
    pub untold: Vec<Skipped>,
    /// By the folder's name on the wire.
    stands: HashMap<Vec<u8>, Stand>,
}

#[derive(Clone, Copy)]
struct Stand {
    state: State,
    is_empty: bool,
}

impl Around {
    /// None: the server didn't tell, or wasn't asked.
    pub fn state(&self, folder: &Folder) -> Option<State> {
        self.stands.get(&folder.wire).map(|stand| stand.state)
    }

    /// Of a folder that was opened after we looked around; where opening it doesn't tell, as it was before.
    pub fn state_opened(&self, folder: &Folder, opened: &Opened) -> State {
        let now = State::of(opened);
        let before = self.state(folder).filter(|before| before.validity == now.validity);
        before.filter(|_| now.next == 0).unwrap_or(now)
    }

    pub fn is_empty(&self, folder: &Folder) -> bool {
        self.stands.get(&folder.wire).is_some_and(|stand| stand.is_empty)
    }
}

impl Session {
    /// The folders as they are now. Where it costs a question for each, states are asked for only on demand.
    pub async fn look_around(&mut self, states: bool) -> Result<Around, MailError> {
        let capable = &self.connection.capable;
        let together = capable.list_status && capable.special_use;
        let asks_foreign = self.foreign.is_none() && capable.namespace;
        // Of a folder that is open servers tell how it was when it was opened: it is left, or opened anew.
        let (open, leaves) = (self.opened.take(), capable.unselect);
        let leaving = |open: &Opened| {
            if leaves { Command::new("UNSELECT") } else { self.opening(&open.folder, Access::Look) }
        };
        let mut commands: Vec<Command> = open.iter().map(leaving).collect();
        commands.extend(asks_foreign.then(|| Command::new("NAMESPACE")));
        commands.push(self.listing(together));
        let mut replies = self.connection.ask_all(LOOKING, commands).await?;
        let listed = replies.pop().ok_or(MailError::Gone)?.accepted(LOOKING)?;
        self.foreign = Some(self.foreign_by(if asks_foreign { replies.pop() } else { None })?);
        let opened = match open.zip(replies.pop()) {
            Some((_, reply)) if leaves && reply.status.kind == Kind::Ok => None,
            Some((open, _)) if leaves => {
                self.connection.capable.unselect = false;
                self.opened = Some(open);
                return Box::pin(self.look_around(states)).await;
            }
            Some((open, reply)) => match self.has_entered(&open.folder, Access::Look, reply) {
                Err(error @ MailError::Unavailable { .. }) => return Err(error),
                other => other.ok().map(|(opened, _)| opened),
            },
            None => None,
        };
        let folders = Folders::of(&listed.all("LIST")?);
        let (garbled, has_inbox) = (folders.garbled.clone(), folders.find(&FolderName::inbox()).is_some());
        let chosen = folders.choose(self.foreign.as_deref().unwrap_or_default(), &self.config.left_out);
        let mut stands: HashMap<_, _> = listed.all("STATUS")?.into_iter().filter_map(stand).collect();
        // Opened anew, it tells best how it is, if it tells.
        let opened = opened.filter(|opened| opened.next > 0);
        stands.extend(opened.map(|opened| (opened.folder.clone(), Stand::of(&opened))));
        let untold = if states { self.ask_the_rest(&chosen, &mut stands).await? } else { Vec::new() };
        Ok(Around { chosen, garbled, has_inbox, untold, stands })
    }

    fn listing(&self, together: bool) -> Command {
        let list = Command::new("LIST").text(b"").text(b"*");
        match (together, self.connection.capable.special_use) {
            (true, _) => list.word("RETURN (SPECIAL-USE STATUS (MESSAGES UIDVALIDITY UIDNEXT))"),
            (false, true) => list.word("RETURN (SPECIAL-USE)"),
            (false, false) => list,
        }
    }

    /// Those of which nothing is known yet, one by one: all of them, where that costs a question for each.
    async fn ask_the_rest(
        &mut self,
        chosen: &Chosen,
        stands: &mut HashMap<Vec<u8>, Stand>,
    ) -> Result<Vec<Skipped>, MailError> {
        let mut untold = Vec::new();
        for folder in &chosen.looked_at {
            if stands.contains_key(&folder.wire) {
                continue;
            }
            match self.ask_stand(folder).await {
                Ok(Some(stand)) => {
                    stands.insert(folder.wire.clone(), stand);
                }
                Ok(None) => untold.push(skipped(&folder.name, NO_NEXT)),
                // Deleted meanwhile.
                Err(MailError::Gone) => {}
                Err(error @ MailError::Unavailable { .. }) => return Err(error),
                Err(error) => untold.push(skipped(&folder.name, &error.to_string())),
            }
        }
        Ok(untold)
    }

    /// None: the server doesn't tell all of it.
    async fn ask_stand(&mut self, folder: &Folder) -> Result<Option<Stand>, MailError> {
        let command = Command::new("STATUS").text(&folder.wire).word("(MESSAGES UIDVALIDITY UIDNEXT)");
        let reply = self.connection.ask(LOOKING, command).await?;
        if reply.status.code == "SERVERBUG" {
            // A broken folder, not a broken server, as when it is opened.
            return Err(MailError::Other(told(LOOKING, &reply.status)));
        }
        let reply = reply.accepted(LOOKING)?;
        Ok(reply.all("STATUS")?.into_iter().next_back().and_then(Stand::read))
    }

    /// Opened, with its next UID in any case: servers that don't tell it then tell it when they are asked (RFC 3501
    /// §6.3.10). Asked before it is opened once more: what comes in between has a UID from there on.
    pub async fn enter_counted(&mut self, folder: &Folder) -> Result<Opened, MailError> {
        let opened = self.enter(&folder.wire, Access::Look).await?;
        if opened.next > 0 {
            return Ok(opened);
        }
        let Some(Stand { state, .. }) = self.ask_stand(folder).await? else {
            return Err(MailError::Other(format!("{}: {NO_NEXT}", folder.name)));
        };
        let opened = self.enter(&folder.wire, Access::Look).await?;
        // Made anew meanwhile.
        let stays = state.validity == opened.validity && state.next > 0;
        if stays { Ok(Opened { next: state.next, ..opened }) } else { Err(MailError::Gone) }
    }

    /// Asked once a session.
    fn foreign_by(&mut self, reply: Option<Reply>) -> Result<Vec<Vec<u8>>, MailError> {
        let Some(reply) = reply else { return Ok(self.foreign.take().unwrap_or_default()) };
        let reply = reply.accepted("asking for namespaces")?;
        Ok(reply.all("NAMESPACE")?.into_iter().flat_map(prefixes).collect())
    }
}

impl Stand {
    fn of(opened: &Opened) -> Self {
        Self { state: State::of(opened), is_empty: opened.messages == 0 }
    }

    fn read(data: &Data) -> Option<Self> {
        let number = |name| u32::try_from(data.item(name)?.number()?).ok();
        let state = State { validity: number("UIDVALIDITY")?, next: number("UIDNEXT")? };
        Some(Self { state, is_empty: number("MESSAGES") == Some(0) })
    }
}

fn stand(data: &Data) -> Option<(Vec<u8>, Stand)> {
    let folder = data.values.first()?.bytes()?.to_vec();
    Some((folder, Stand::read(data)?))
}
