//! Sealed bytes: one body for all copies of a case, a header for each. Their keys are in `vault_keys`.

use crate::{
    Transaction,
    corrections::CONTENTS,
    dialect::Row,
    drafts::UPLOADS,
    row::{bytes, code, json, number},
    table::{Table, Taken},
};
use async_trait::async_trait;
use domain::{
    case::{CopyRecord, SealedCopy},
    ids::{CaseId, CopyId, TargetId},
    mail_system::FolderName,
    shared::CopyState,
    store::{Result, StoreError, Vault},
};
use sea_query::{Cond, Expr, ExprTrait, Order, Query, UpdateStatement};
use std::collections::{BTreeMap, HashMap};

pub(crate) const BODIES: Table = Table {
    name: "vault_body",
    what: "the vaulted body",
    key: &["case_id", "name"],
    columns: &["case_id", "name", "sealed"],
    only_written: &[],
};

pub(crate) const COPIES: Table = Table {
    name: "vault_copy",
    what: "the vaulted copy",
    key: &["id"],
    columns: &["id", "case_id", "target_id", "state", "folder", "flags", "received_at", "size"],
    only_written: &["body_name", "header"],
};

#[async_trait]
impl Vault for Transaction {
    async fn insert_copies(&mut self, copies: &[SealedCopy]) -> Result<()> {
        let mut bodies: Vec<_> = copies.iter().filter_map(|copy| Some((copy, copy.body.as_ref()?))).collect();
        // Two workers that insert the same bodies must wait for each other in the same order.
        bodies.sort_by_key(|(copy, _)| (copy.record.case, copy.body_name));
        for (copy, body) in bodies {
            // One by one: each may have 40 MB.
            let row = vec![copy.record.case.0.into(), bytes(&copy.body_name), bytes(body)];
            self.insert(&BODIES, vec![row], Taken::Keep).await?;
        }
        let rows: Result<_> = copies.iter().map(copy_row).collect();
        self.insert(&COPIES, rows?, Taken::Refuse).await.map(drop)
    }

    async fn copies(&mut self, target: TargetId) -> Result<Vec<CopyRecord>> {
        let copies =
            COPIES.select().and_where(Expr::col("target_id").eq(target.0)).order_by("id", Order::Asc).take();
        self.rows(&copies, read_copy).await
    }

    async fn copy_content(&mut self, copy: CopyId) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
        let (copies, bodies) = (COPIES.name, BODIES.name);
        let its_body = Cond::all()
            .add(Expr::col((bodies, "case_id")).equals((copies, "case_id")))
            .add(Expr::col((bodies, "name")).equals((copies, "body_name")));
        let content = Query::select()
            .columns([(copies, "header"), (bodies, "sealed")])
            .from(copies)
            .inner_join(bodies, its_body)
            .and_where(Expr::col((copies, "id")).eq(copy.0))
            .and_where(Expr::col((copies, "header")).is_not_null())
            .take();
        self.row(&content, |row| Ok((row.get("header")?, row.get("sealed")?))).await
    }

    async fn set_copy_states(&mut self, states: &[(CopyId, CopyState)]) -> Result<()> {
        // Of a copy that is named twice the last state counts.
        let states: HashMap<CopyId, CopyState> = states.iter().copied().collect();
        let mut alike: BTreeMap<&str, (CopyState, Vec<CopyId>)> = BTreeMap::new();
        for (copy, state) in states {
            alike.entry(state.code()).or_insert((state, Vec::new())).1.push(copy);
        }
        for (state, copies) in alike.into_values() {
            let these = self.dialect().among(copies.iter().map(|copy| copy.0));
            let mut update = COPIES.update().value("state", code(state)).and_where(these).take();
            if state.is_out_of_vault() {
                update.value("header", None::<Vec<u8>>);
            }
            if self.run(&update).await? != copies.len() as u64 {
                return Err(self.refused(StoreError::Missing(COPIES.what)));
            }
        }
        Ok(())
    }

    async fn empty_vault(&mut self, case: CaseId) -> Result<()> {
        self.run(&erased(&COPIES, &["header", "body_name"], "case_id", case)).await?;
        self.run(&BODIES.delete().and_where(Expr::col("case_id").eq(case.0)).take()).await?;
        self.run(&CONTENTS.delete().and_where(Expr::col("case_id").eq(case.0)).take()).await?;
        // The draft that the case was made of has its id.
        self.run(&erased(&UPLOADS, &["sealed"], "draft_id", case)).await.map(drop)
    }
}

fn erased(table: &Table, columns: &[&'static str], owner: &'static str, case: CaseId) -> UpdateStatement {
    let nothing = columns.iter().map(|column| (*column, Expr::val(None::<Vec<u8>>)));
    table.update().values(nothing).and_where(Expr::col(owner).eq(case.0)).take()
}

fn copy_row(copy: &SealedCopy) -> Result<Vec<Expr>> {
    let record = &copy.record;
    Ok(vec![
        record.id.0.into(),
        record.case.0.into(),
        record.target.0.into(),
        code(record.state),
        record.folder.0.as_str().into(),
        json(&record.flags)?,
        record.received_at.0.into(),
        number(record.size),
        bytes(&copy.body_name),
        bytes(&copy.header),
    ])
}

fn read_copy(row: &Row) -> Result<CopyRecord> {
    Ok(CopyRecord {
        id: row.id("id")?,
        case: row.id("case_id")?,
        target: row.id("target_id")?,
        state: row.parsed("state")?,
        folder: FolderName(row.get("folder")?),
        flags: row.json("flags")?,
        received_at: row.time("received_at")?,
        size: row.number("size")?,
    })
}
