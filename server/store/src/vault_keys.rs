//! The wrapped keys of cases, and which master keys may still wrap.

use crate::{
    Transaction,
    dialect::Row,
    row::{bytes, json},
    table::{Table, Taken, select},
};
use async_trait::async_trait;
use domain::{
    ids::CaseId,
    store::{KeysBy, Result, StoreError, VaultKeys},
    vault::{KeyId, WrappedKey},
};
use sea_query::{Expr, ExprTrait, LockType, Order};
use uuid::Uuid;

pub(crate) const KEYS: Table = Table {
    name: "vault_key",
    what: "the vault's key",
    key: &["owner"],
    columns: &["owner", "wrapped", "wrapped_by"],
    only_written: &[],
};

/// One row.
const RETIRED: Table = Table {
    name: "vault_retired",
    what: "the list of retired master keys",
    key: &["id"],
    columns: &["keys"],
    only_written: &[],
};

#[async_trait]
impl VaultKeys for Transaction {
    async fn vault_key(&mut self, owner: Uuid, fresh: &WrappedKey) -> Result<WrappedKey> {
        if let Some(existing) = self.existing_vault_key(owner).await? {
            return Ok(existing);
        }
        // Held until we commit: a key that is retired meanwhile waits for this row.
        let retired = self.retired(Some(LockType::Share)).await?;
        if fresh.by.is_some_and(|by| retired.contains(&by)) {
            return Err(StoreError::Conflict("the vault's master key"));
        }
        let row = vec![owner.into(), bytes(&fresh.bytes), by_row(fresh.by)];
        self.insert(&KEYS, vec![row], Taken::Keep).await?;
        self.existing_vault_key(owner).await?.ok_or(StoreError::Missing(KEYS.what))
    }

    async fn existing_vault_key(&mut self, owner: Uuid) -> Result<Option<WrappedKey>> {
        self.row(&KEYS.select().and_where(Expr::col("owner").eq(owner)).take(), read_key).await
    }

    async fn keys_in_use(&mut self) -> Result<Vec<(Option<KeyId>, u64)>> {
        let in_use = select(KEYS.name, ["wrapped_by"])
            .expr_as(Expr::cust("COUNT(*)"), "wraps")
            .group_by_col("wrapped_by")
            .order_by("wrapped_by", Order::Asc)
            .take();
        self.rows(&in_use, |row| Ok((row.optional_parsed("wrapped_by")?, row.number("wraps")?))).await
    }

    async fn wrapped_keys(
        &mut self,
        by: KeysBy,
        after: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<(Uuid, WrappedKey)>> {
        let column = || Expr::col("wrapped_by");
        let wanted = match by {
            KeysBy::Exactly(None) => column().is_null(),
            KeysBy::Exactly(Some(id)) => column().eq(id.to_string()),
            KeysBy::AnyBut(id) => column().is_null().or(column().ne(id.to_string())),
        };
        let keys = KEYS
            .select()
            .and_where(wanted)
            .and_where_option(after.map(|after| Expr::col("owner").gt(after)))
            .order_by("owner", Order::Asc)
            .limit(u64::from(limit))
            .take();
        self.rows(&keys, |row| Ok((row.get("owner")?, read_key(row)?))).await
    }

    async fn replace_key(&mut self, owner: Uuid, old: &WrappedKey, new: &WrappedKey) -> Result<bool> {
        let replace = KEYS
            .update()
            .value("wrapped", bytes(&new.bytes))
            .value("wrapped_by", by_row(new.by))
            .and_where(Expr::col("owner").eq(owner))
            .and_where(Expr::col("wrapped").eq(bytes(&old.bytes)))
            .take();
        Ok(self.run(&replace).await? > 0)
    }

    async fn retired_keys(&mut self) -> Result<Vec<KeyId>> {
        self.retired(None).await
    }

    async fn retire_keys(&mut self, keys: &[KeyId]) -> Result<()> {
        let mut retired = self.retired(Some(LockType::Update)).await?;
        retired.extend(keys);
        retired.sort_unstable();
        retired.dedup();
        let names: Vec<String> = retired.iter().map(KeyId::to_string).collect();
        self.run_on(RETIRED.what, &RETIRED.update().value("keys", json(&names)?).take()).await
    }

    async fn destroy_key(&mut self, case: CaseId) -> Result<bool> {
        Ok(self.run(&KEYS.delete().and_where(Expr::col("owner").eq(case.0)).take()).await? > 0)
    }
}

impl Transaction {
    async fn retired(&mut self, lock: Option<LockType>) -> Result<Vec<KeyId>> {
        let mut list = RETIRED.select();
        if let Some(lock) = lock {
            list.lock(lock);
        }
        let names = self.row(&list, |row| row.json::<Vec<String>>("keys")).await?;
        let names = names.ok_or(StoreError::Missing(RETIRED.what))?;
        let parsed = names.iter().map(|name| name.parse());
        parsed.collect::<Result<_, _>>().map_err(|error| StoreError::Other(Box::new(error)))
    }
}

fn by_row(by: Option<KeyId>) -> Expr {
    by.map(|by| by.to_string()).into()
}

fn read_key(row: &Row) -> Result<WrappedKey> {
    Ok(WrappedKey { by: row.optional_parsed("wrapped_by")?, bytes: row.get("wrapped")? })
}
