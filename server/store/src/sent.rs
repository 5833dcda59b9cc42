//! The index of sent mail, and its search: each word somewhere in the text, as typed, capitals aside.

use crate::{
    Transaction,
    dialect::Row,
    row::{bytes, json, number},
    table::{Table, Taken, restrict_to, select},
};
use async_trait::async_trait;
use domain::{
    ids::{PersonId, SentId},
    mail::{Attachment, Fingerprint, MessageId, NamedAddress},
    mail_system::FolderName,
    sent::{Listing, Page, SentCase, SentFilter, SentMessage, SentSummary},
    store::{Result, SentMail},
};
use sea_query::{Expr, ExprTrait, LikeExpr, Order, Query, SelectStatement};
use serde::{Deserialize, Serialize};

const SENT: Table = Table {
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
    only_written: &["search_text", "hidden"],
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
        self.insert(&SENT, rows?, taken).await.map(drop)
    }

    async fn hide_sent(&mut self, ids: &[SentId]) -> Result<()> {
        for some in ids.chunks(10_000) {
            let ids = some.iter().map(|id| id.0);
            let hide = SENT.update().value("hidden", true).and_where(Expr::col("id").is_in(ids)).take();
            self.run(&hide).await?;
        }
        Ok(())
    }

    async fn sent(&mut self, id: SentId) -> Result<Option<SentMessage>> {
        self.row(&SENT.select().and_where(Expr::col("id").eq(id.0)).take(), read_sent).await
    }

    async fn list_sent(
        &mut self,
        owner: PersonId,
        filter: &SentFilter,
        page: Page,
    ) -> Result<Listing<SentSummary>> {
        let mut found = matching(owner, filter);
        let total = self.count(&found).await?;
        found
            .columns(SENT.columns.iter().copied())
            .expr_as(of_newest_case("number"), "case_number")
            .expr_as(of_newest_case("state"), "case_state")
            .order_by("sent_at", Order::Desc)
            .order_by("id", Order::Desc);
        restrict_to(&mut found, page);
        let rows = self.rows(&found, read_summary).await?;
        Ok(Listing { rows, total })
    }

    async fn sent_by_message_id(&mut self, id: &MessageId) -> Result<Vec<SentMessage>> {
        let same = SENT.select().and_where(Expr::col("message_id").eq(id.as_str())).take();
        self.rows(&same, read_sent).await
    }
}

/// Without columns: they are added for the rows, and left out for counting.
fn matching(owner: PersonId, filter: &SentFilter) -> SelectStatement {
    let mut found = Query::select()
        .from(SENT.name)
        .and_where(Expr::col("owner").eq(owner.0))
        .and_where(Expr::col("hidden").eq(false))
        .and_where_option(filter.from.map(|from| Expr::col("sent_at").gte(from.0)))
        .and_where_option(filter.until.map(|until| Expr::col("sent_at").lt(until.0)))
        .and_where_option(filter.has_case.map(|has| {
            let number = of_newest_case("number");
            if has { number.is_not_null() } else { number.is_null() }
        }))
        .take();
    for word in &filter.words {
        found.and_where(Expr::col("search_text").like(containing(word)));
    }
    found
}

fn of_newest_case(column: &'static str) -> Expr {
    let newest = Query::select()
        .column(("recall_case", column))
        .from("recall_case")
        .and_where(Expr::col(("recall_case", "sent_id")).equals(("sent_message", "id")))
        .order_by(("recall_case", "created_at"), Order::Desc)
        .order_by(("recall_case", "number"), Order::Desc)
        .limit(1)
        .take();
    newest.into()
}

/// `%` and `_` in a word mean themselves.
fn containing(word: &str) -> LikeExpr {
    let mut pattern = String::from("%");
    for letter in word.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape('\\')
}

/// One line each, so that a word doesn't match across two of them.
fn search_text(message: &SentMessage) -> String {
    let mut lines = vec![message.subject.as_str()];
    for recipient in message.recipients() {
        lines.extend([recipient.name.as_str(), recipient.address.as_str()]);
    }
    lines.extend(message.attachments.iter().map(|attachment| attachment.name.as_str()));
    lines.push(&message.text);
    lines.join("\n").to_lowercase()
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
        search_text(message).into(),
        false.into(),
    ])
}

fn read_sent(row: &Row) -> Result<SentMessage> {
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

fn read_summary(row: &Row) -> Result<SentSummary> {
    let case = match (row.optional_case_number("case_number")?, row.optional_parsed("case_state")?) {
        (Some(number), Some(state)) => Some(SentCase { number, state }),
        _ => None,
    };
    Ok(SentSummary { message: read_sent(row)?, case })
}
