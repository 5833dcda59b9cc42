//! The index of sent mail, as it is written and read one by one. Lists and searches: [`crate::sent_list`].

use crate::{
    Transaction,
    dialect::Row,
    row::{bytes, json, number},
    search::Words,
    table::{Table, Taken, select},
};
use async_trait::async_trait;
use domain::{
    ids::{PersonId, SentId},
    mail::{Attachment, Fingerprint, MessageId, NamedAddress},
    mail_system::FolderName,
    search::tokens,
    sent::{Found, Page, SentFilter, SentMessage},
    store::{Result, SentMail},
};
use sea_query::{Expr, ExprTrait, Order};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

pub(crate) const SENT: Table = Table {
    name: "sent_message",
    what: "the sent message",
    key: &["id"],
    columns: &[
        "id",
        "owner",
        "folder",
        "locator",
        "message_id",
        "subject",
        "sent_at",
        "envelope",
        "body",
        "fingerprint",
        "size",
    ],
    only_written: &["indexed", "hidden", "conversation"],
};

const CURSORS: Table = Table {
    name: "sent_cursor",
    what: "the cursor",
    key: &["owner"],
    columns: &["owner", "cursor"],
    only_written: &[],
};

/// What of a message is only ever read whole.
#[derive(Serialize, Deserialize)]
struct Envelope {
    from: Option<NamedAddress>,
    to: Vec<NamedAddress>,
    cc: Vec<NamedAddress>,
    bcc: Vec<NamedAddress>,
    references: Vec<MessageId>,
    attachments: Vec<Attachment>,
}

#[async_trait]
impl SentMail for Transaction {
    async fn sent_cursor(&mut self, owner: PersonId) -> Result<Option<String>> {
        let cursor = select(CURSORS.name, ["cursor"]).and_where(Expr::col("owner").eq(owner.0)).take();
        self.row(&cursor, |row| row.get("cursor")).await
    }

    async fn set_sent_cursor(&mut self, owner: PersonId, cursor: &str) -> Result<()> {
        self.insert(&CURSORS, vec![vec![owner.0.into(), cursor.into()]], Taken::Replace).await.map(drop)
    }

    async fn sent_locators(&mut self, owner: PersonId) -> Result<Vec<(String, SentId)>> {
        let listed = select(SENT.name, ["locator", "id"])
            .and_where(Expr::col("owner").eq(owner.0))
            .and_where(Expr::col("hidden").eq(false))
            .take();
        self.rows(&listed, |row| Ok((row.get("locator")?, row.id("id")?))).await
    }

    async fn insert_sent(&mut self, messages: &[SentMessage]) -> Result<()> {
        // A message that went away and came back is shown again, under the id that its cases know.
        let taken = Taken::Update { key: &["owner", "locator"], columns: &["hidden"] };
        let rows: Result<_> = messages.iter().map(sent_row).collect();
        self.insert(&SENT, rows?, taken).await?;
        let known = self.known(messages).await?;
        let new: Vec<_> = messages.iter().filter(|message| known.contains(&message.id)).collect();
        self.add_words(new).await
    }

    async fn hide_sent(&mut self, ids: &[SentId]) -> Result<()> {
        for some in ids.chunks(10_000) {
            let these = self.dialect().among(some.iter().map(|id| id.0));
            let hide = SENT.update().value("hidden", true).and_where(these).take();
            self.run(&hide).await?;
        }
        Ok(())
    }

    async fn sent(&mut self, id: SentId) -> Result<Option<SentMessage>> {
        self.row(&SENT.select().and_where(Expr::col("id").eq(id.0)).take(), read_sent).await
    }

    async fn list_sent(&mut self, owner: PersonId, filter: &SentFilter, page: Page) -> Result<Found> {
        self.found(owner, filter, page).await
    }

    async fn index_sent(&mut self, limit: u32) -> Result<u64> {
        let unindexed = SENT
            .select()
            .and_where(Expr::col("indexed").not())
            .order_by("owner", Order::Asc)
            .order_by("id", Order::Asc)
            .limit(u64::from(limit))
            .take();
        let messages = self.rows(&unindexed, read_sent).await?;
        self.add_words(&messages).await?;
        for message in &messages {
            let done = SENT
                .update()
                .value("indexed", true)
                .value("conversation", bytes(&message.conversation()))
                .and_where(Expr::col("id").eq(message.id.0))
                .take();
            self.run_on(SENT.what, &done).await?;
        }
        Ok(messages.len() as u64)
    }

    async fn sent_by_message_id(&mut self, id: &MessageId) -> Result<Vec<SentMessage>> {
        let same = SENT.select().and_where(Expr::col("message_id").eq(id.as_str())).take();
        self.rows(&same, read_sent).await
    }
}

impl Transaction {
    /// Those that are there under the id they have here.
    async fn known(&mut self, messages: &[SentMessage]) -> Result<HashSet<SentId>> {
        let mut known = HashSet::with_capacity(messages.len());
        for some in messages.chunks(10_000) {
            let named = self.dialect().among(some.iter().map(|message| message.id.0));
            let there = select(SENT.name, ["id"]).and_where(named).take();
            known.extend(self.rows(&there, |row| row.id::<SentId>("id")).await?);
        }
        Ok(known)
    }

    /// A message that has its words keeps them.
    async fn add_words(&mut self, messages: impl IntoIterator<Item = &SentMessage> + Send) -> Result<()> {
        let mut words: Vec<Words> = Vec::new();
        for message in messages {
            let tokens = tokens(message).join(" ");
            words.push(Words { owner: message.owner, sent: message.id, tokens });
        }
        self.index(words).await
    }
}

fn sent_row(message: &SentMessage) -> Result<Vec<Expr>> {
    let envelope = Envelope {
        from: message.from.clone(),
        to: message.to.clone(),
        cc: message.cc.clone(),
        bcc: message.bcc.clone(),
        references: message.references.clone(),
        attachments: message.attachments.clone(),
    };
    Ok(vec![
        message.id.0.into(),
        message.owner.0.into(),
        message.folder.0.as_str().into(),
        message.locator.as_str().into(),
        message.message_id.as_ref().map(MessageId::as_str).into(),
        message.subject.as_str().into(),
        message.sent_at.0.into(),
        json(&envelope)?,
        message.text.as_str().into(),
        bytes(&message.fingerprint.0),
        number(message.size),
        true.into(),
        false.into(),
        bytes(&message.conversation()),
    ])
}

pub(crate) fn read_sent(row: &Row) -> Result<SentMessage> {
    let envelope: Envelope = row.json("envelope")?;
    Ok(SentMessage {
        id: row.id("id")?,
        owner: row.id("owner")?,
        folder: FolderName(row.get("folder")?),
        locator: row.get("locator")?,
        message_id: row.optional_parsed("message_id")?,
        references: envelope.references,
        subject: row.get("subject")?,
        sent_at: row.time("sent_at")?,
        from: envelope.from,
        to: envelope.to,
        cc: envelope.cc,
        bcc: envelope.bcc,
        attachments: envelope.attachments,
        text: row.get("body")?,
        fingerprint: Fingerprint(row.hash("fingerprint")?),
        size: row.number("size")?,
    })
}
