//! Requests being written, and the files attached to them.

use crate::{
    Transaction,
    dialect::Row,
    row::{bytes, json, number},
    table::{Table, Taken, beyond, select},
};
use async_trait::async_trait;
use domain::{
    case::draft::{Draft, Upload},
    ids::{DraftId, PersonId, UploadId},
    store::{Drafts, Result},
    time::Timestamp,
};
use sea_query::{Expr, ExprTrait, LockType, Order, Query, SelectStatement};

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
        self.delete_drafts(open().and_where(Expr::col("updated_at").lt(before.0)).take()).await
    }

    async fn delete_surplus_drafts(&mut self, owner: PersonId, most: u64) -> Result<u64> {
        let mut surplus = open_of(owner);
        surplus.order_by("updated_at", Order::Desc).order_by("id", Order::Desc);
        beyond(&mut surplus, most);
        self.delete_drafts(surplus).await
    }

    async fn attached_by(&mut self, owner: PersonId) -> Result<u64> {
        if !self.is_only_writer() {
            let drafts = open_of(owner).order_by("id", Order::Asc).lock(LockType::Update).take();
            self.rows(&drafts, |_| Ok(())).await?;
        }
        let together = Query::select()
            .expr_as(Expr::cust("CAST(COALESCE(SUM(size), 0) AS BIGINT)"), "together")
            .from(UPLOADS.name)
            .and_where(Expr::col("draft_id").in_subquery(open_of(owner)))
            .take();
        Ok(self.row(&together, |row| row.number("together")).await?.unwrap_or_default())
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

impl Transaction {
    /// The uploads go with their draft; the key that sealed them belongs to nobody else.
    async fn delete_drafts(&mut self, which: SelectStatement) -> Result<u64> {
        let keys = Query::delete()
            .from_table("vault_key")
            .and_where(Expr::col("owner").in_subquery(which.clone()))
            .take();
        self.run(&keys).await?;
        self.run(&DRAFTS.delete().and_where(Expr::col("id").in_subquery(which)).take()).await
    }
}

/// Drafts of which no case was made: it would have their id.
fn open() -> SelectStatement {
    let cases = select("recall_case", ["id"])
        .and_where(Expr::col(("recall_case", "id")).equals((DRAFTS.name, "id")))
        .take();
    select(DRAFTS.name, ["id"]).and_where(Expr::exists(cases).not()).take()
}

fn open_of(owner: PersonId) -> SelectStatement {
    open().and_where(Expr::col("owner").eq(owner.0)).take()
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
