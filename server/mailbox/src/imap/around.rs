//! What a mailbox looks like from outside: its folders, and how far each has come.

use super::{
    answer::{Data, Kind},
    barren::State,
    command::Command,
    connection::Reply,
    folders::{Chosen, Folder, Folders, prefixes},
    session::{Access, Opened, Session},
};
use domain::mail_system::{FolderName, MailError, Skipped};
use std::collections::HashMap;

const LOOKING: &str = "asking what came into the folders";

#[derive(Clone)]
pub struct Around {
    pub chosen: Chosen,
    pub garbled: Vec<Skipped>,
    pub has_inbox: bool,
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
        if states && !together {
            stands = self.stands_of(&chosen).await?;
        }
        stands.extend(opened.map(|opened| (opened.folder.clone(), Stand::of(&opened))));
        Ok(Around { chosen, garbled, has_inbox, stands })
    }

    fn listing(&self, together: bool) -> Command {
        let list = Command::new("LIST").text(b"").text(b"*");
        match (together, self.connection.capable.special_use) {
            (true, _) => list.word("RETURN (SPECIAL-USE STATUS (MESSAGES UIDVALIDITY UIDNEXT))"),
            (false, true) => list.word("RETURN (SPECIAL-USE)"),
            (false, false) => list,
        }
    }

    async fn stands_of(&mut self, chosen: &Chosen) -> Result<HashMap<Vec<u8>, Stand>, MailError> {
        let mut stands = HashMap::new();
        for folder in &chosen.looked_at {
            let command = Command::new("STATUS").text(&folder.wire).word("(MESSAGES UIDVALIDITY UIDNEXT)");
            let reply = self.connection.ask(LOOKING, command).await?;
            stands.extend(reply.all("STATUS")?.into_iter().filter_map(stand));
        }
        Ok(stands)
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
}

fn stand(data: &Data) -> Option<(Vec<u8>, Stand)> {
    let folder = data.values.first()?.bytes()?.to_vec();
    let number = |name| u32::try_from(data.item(name)?.number()?).ok();
    let state = State { validity: number("UIDVALIDITY")?, next: number("UIDNEXT")? };
    Some((folder, Stand { state, is_empty: number("MESSAGES") == Some(0) }))
}
