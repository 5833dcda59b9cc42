//! One located copy: reading it, and removing it without taking it from somebody who has just read it.

use super::{
    answer::{Kind, Value},
    command::Command,
    connection::Reply,
    handle::{Spot, compared, flags_in},
    session::{Access, Opened, Session, fetched, hits},
    trouble::refused,
    uids::Uids,
};
use domain::mail_system::{CopyHandle, MailError, Removal};

const REMOVING: &str = "removing the message";
const DELETED: &[&[u8]] = &[b"\\Deleted"];

impl Session {
    pub async fn read(&mut self, handle: &CopyHandle) -> Result<Vec<u8>, MailError> {
        let spot = Spot::parse(handle)?;
        if self.enter_spot(&spot, Access::Look).await?.is_none() {
            return Err(MailError::Gone);
        }
        let uids = Uids::one(spot.uid);
        let command = Command::new("UID FETCH").uids(&uids).word("(UID BODY.PEEK[])");
        let reply = self.connection.run("reading the message", command).await?;
        let found = fetched(&reply, &uids, &["BODY["])?;
        let body = found.first().and_then(|(_, data)| data.item("BODY["));
        body.and_then(Value::text).map(<[u8]>::to_vec).ok_or(MailError::Gone)
    }

    /// Marks and expunges exactly this message. The mark is set only on a message that nobody changed since it
    /// was located; what can't be expunged loses the mark again.
    pub async fn take(&mut self, handle: &CopyHandle) -> Result<Removal, MailError> {
        let spot = Spot::parse(handle)?;
        if !self.connection.capable.uidplus {
            return Err(MailError::Denied(format!("{REMOVING}: the server has no UIDPLUS")));
        }
        let Some(opened) = self.enter_spot(&spot, Access::Change).await? else { return Ok(Removal::Changed) };
        let done = self.mark_and_expunge(&spot, &opened).await;
        if let (Ok(Removal::Removed), Some(met)) = (&done, self.met.get_mut(&spot.folder)) {
            met.copies.retain(|copy| copy != handle);
        }
        self.leave_quietly().await;
        done
    }

    /// Whether this mark is the owner's own, only the caller can tell.
    pub async fn take_mark_off(&mut self, handle: &CopyHandle) -> Result<(), MailError> {
        let spot = Spot::parse(handle)?;
        let done = self.unmark(&spot).await;
        self.leave_quietly().await;
        done
    }

    /// What comes next opens the folder it needs: a farewell that fails changes nothing that was done.
    pub async fn leave_quietly(&mut self) {
        if let Err(error) = self.leave().await {
            tracing::debug!(%error, "imap: the folder wasn't left");
        }
    }

    async fn mark_and_expunge(&mut self, spot: &Spot, opened: &Opened) -> Result<Removal, MailError> {
        match self.mark(spot, opened).await {
            Ok(true) => {}
            Ok(false) => return Ok(Removal::Changed),
            Err(error) => {
                // It may have been set before the answer was lost.
                self.clean_up(spot).await;
                return Err(error);
            }
        }
        let done = self.expunge(&Uids::one(spot.uid)).await;
        if done.is_err() {
            self.clean_up(spot).await;
        }
        done.map(|()| Removal::Removed)
    }

    /// "Done" is believed only when the folder no longer shows it.
    async fn expunge(&mut self, uids: &Uids) -> Result<(), MailError> {
        // Alone: servers search before they have expunged what they were told to before.
        self.connection.run(REMOVING, Command::new("UID EXPUNGE").uids(uids)).await?;
        let mut commands = vec![Command::new("UID SEARCH UID").uids(uids)];
        if self.connection.capable.unselect {
            commands.push(Command::new("UNSELECT"));
        }
        let mut replies = self.connection.ask_all(REMOVING, commands).await?.into_iter();
        let left = replies.next().map(hits).transpose()?;
        if replies.next().is_some_and(|reply| reply.status.kind == Kind::Ok) {
            self.opened = None;
        }
        if left.is_some_and(|left| left.is_empty()) {
            return Ok(());
        }
        Err(MailError::Other(format!("{REMOVING}: the server says it did, and still shows it")))
    }

    /// False: it is gone, or isn't as it was located.
    async fn mark(&mut self, spot: &Spot, opened: &Opened) -> Result<bool, MailError> {
        let uids = Uids::one(spot.uid);
        if spot.modseq > 0 && opened.modseq > 0 {
            // RFC 7162 §3.1.3: set only if nothing was changed since; what was set is answered with its new
            // number, what wasn't is named.
            let command = Command::new("UID STORE")
                .uids(&uids)
                .option("UNCHANGEDSINCE", spot.modseq)
                .word("+FLAGS.SILENT")
                .list(DELETED);
            let reply = self.connection.ask(REMOVING, command).await?;
            if reply.code("MODIFIED").is_some() {
                return Ok(false);
            }
            let reply = accepted(reply)?;
            if !fetched(&reply, &uids, &["MODSEQ"])?.is_empty() {
                return Ok(true);
            }
            let now = self.flags(&uids).await?.unwrap_or_default();
            return Ok(now.iter().any(|flag| flag == "\\deleted"));
        }
        if self.flags(&uids).await? != Some(spot.flags.clone()) {
            return Ok(false);
        }
        let command = Command::new("UID STORE").uids(&uids).word("+FLAGS").list(DELETED);
        accepted(self.connection.ask(REMOVING, command).await?)?;
        // Read or flagged between the look and the mark?
        let mut expected = spot.flags.clone();
        expected.push("\\deleted".into());
        match self.flags(&uids).await? {
            Some(now) if now == compared(&expected) => Ok(true),
            Some(_) if spot.was_deleted() => Ok(false),
            // "Changed" says that no mark of ours is left.
            Some(_) => self.unmark(spot).await.map(|()| false),
            None => Ok(false),
        }
    }

    /// As they are now; None: no such message.
    async fn flags(&mut self, uids: &Uids) -> Result<Option<Vec<String>>, MailError> {
        let found = self.fetch_items(uids, "(UID FLAGS)", &["FLAGS"]).await?;
        Ok(found.last().and_then(|(_, data)| flags_in(data)).map(|flags| compared(&flags)))
    }

    /// A mark that stayed would let the owner's client delete the message one day. Where it can't be taken off now,
    /// the engine's next look finds it.
    async fn clean_up(&mut self, spot: &Spot) {
        if spot.was_deleted() {
            return;
        }
        if let Err(error) = self.unmark(spot).await {
            tracing::warn!(uid = spot.uid, %error, "imap: a message stays marked as deleted for now");
        }
    }

    async fn unmark(&mut self, spot: &Spot) -> Result<(), MailError> {
        self.reopen(spot).await?;
        let command =
            Command::new("UID STORE").uids(&Uids::one(spot.uid)).word("-FLAGS.SILENT").list(DELETED);
        self.connection.run("taking the mark back", command).await.map(drop)
    }

    /// Once more, to look after what was left behind: also when the connection broke between mark and expunge.
    async fn reopen(&mut self, spot: &Spot) -> Result<(), MailError> {
        if self.connection.is_lost() {
            self.connection = self.server.connection(&self.mailbox).await?;
            (self.opened, self.around, self.resync) = (None, None, false);
            self.met.clear();
        }
        if self.opened.as_ref().is_some_and(|opened| opened.writable && opened.folder == spot.folder) {
            return Ok(());
        }
        match self.enter_spot(spot, Access::Change).await? {
            Some(_) => Ok(()),
            None => Err(MailError::Gone),
        }
    }
}

fn accepted(reply: Reply) -> Result<Reply, MailError> {
    if reply.status.kind == Kind::Ok { Ok(reply) } else { Err(refused(REMOVING, &reply.status)) }
}
