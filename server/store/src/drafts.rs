//! Requests being written, and the files attached to them.

use crate::{
    Transaction,
    dialect::Row,
    row::{bytes, json, number},
    table::{Table, Taken, select},
};
use async_trait::async_trait;
use domain::{
    case::draft::{Draft, Upload},
    ids::{DraftId, UploadId},
    store::{Drafts, Result},
    time::Timestamp,
};
use sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};

const DRAFTS: Table = Table {
    name: "draft",
    what: "the draft",
    key: &["id"],
    columns: &["id", "owner", "sent_id", "form", "updated_at"],
    only_written: &[],
};

pub(crate) const UPLOADS: Table = Table {
    name: "upload",
    what: "the upload",
    key: &["id"],
    columns: &["id", "draft_id", "name", "content_type", "size"],
    only_written: &["sealed"],
};

#[async_trait]
impl Drafts for Transaction {
    async fn save_draft(&mut self, draft: &Draft) -> Result<()> {
        self.insert(&DRAFTS, vec![draft_row(draft)?], Taken::Replace).await.map(drop)
    }

    async fn draft(&mut self, id: DraftId) -> Result<Option<Draft>> {
        self.row(&DRAFTS.select().and_where(Expr::col("id").eq(id.0)).take(), read_draft).await
    }

    async fn delete_old_drafts(&mut self, before: Timestamp) -> Result<u64> {
        // The uploads go with their draft; the key that sealed them belongs to nobody else.
        let keys = Query::delete()
            .from_table("vault_key")
            .and_where(Expr::col("owner").in_subquery(abandoned(before)))
            .take();
        self.run(&keys).await?;
        self.run(&DRAFTS.delete().and_where(Expr::col("id").in_subquery(abandoned(before))).take()).await
    }

    async fn insert_upload(&mut self, upload: &Upload, sealed: &[u8]) -> Result<()> {
        let row = vec![
            upload.id.0.into(),
            upload.draft.0.into(),
            upload.name.as_str().into(),
            upload.content_type.as_str().into(),
            number(upload.size),
            bytes(sealed),
        ];
        self.insert(&UPLOADS, vec![row], Taken::Refuse).await.map(drop)
    }

    async fn delete_upload(&mut self, draft: DraftId, upload: UploadId) -> Result<()> {
        let gone = UPLOADS
            .delete()
            .and_where(Expr::col("id").eq(upload.0))
            .and_where(Expr::col("draft_id").eq(draft.0))
            .take();
        self.run(&gone).await.map(drop)
    }

    async fn uploads(&mut self, draft: DraftId) -> Result<Vec<Upload>> {
        let attached =
            UPLOADS.select().and_where(Expr::col("draft_id").eq(draft.0)).order_by("seq", Order::Asc).take();
        self.rows(&attached, read_upload).await
    }

    async fn upload_content(&mut self, upload: UploadId) -> Result<Option<Vec<u8>>> {
        let content = select(UPLOADS.name, ["sealed"]).and_where(Expr::col("id").eq(upload.0)).take();
        Ok(self.row(&content, |row| row.get("sealed")).await?.flatten())
    }
}

/// A case has the id of its draft.
fn abandoned(before: Timestamp) -> SelectStatement {
    let cases = select("recall_case", ["id"]);
    select(DRAFTS.name, ["id"])
        .and_where(Expr::col("updated_at").lt(before.0))
        .and_where(Expr::col("id").not_in_subquery(cases))
        .take()
}

fn draft_row(draft: &Draft) -> Result<Vec<Expr>> {
    Ok(vec![
        draft.id.0.into(),
        draft.owner.0.into(),
        draft.sent.0.into(),
        json(&draft.form)?,
        draft.updated_at.0.into(),
    ])
}

fn read_draft(row: &Row) -> Result<Draft> {
    Ok(Draft {
        id: row.id("id")?,
        owner: row.id("owner")?,
        sent: row.id("sent_id")?,
        form: row.json("form")?,
        updated_at: row.time("updated_at")?,
    })
}

fn read_upload(row: &Row) -> Result<Upload> {
    Ok(Upload {
        id: row.id("id")?,
        draft: row.id("draft_id")?,
        name: row.get("name")?,
        content_type: row.get("content_type")?,
        size: row.number("size")?,
    })
}
