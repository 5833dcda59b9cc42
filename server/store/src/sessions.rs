//! Signed-in browsers, by the hash of their cookie's id.

use crate::{
    Transaction,
    row::bytes,
    table::{Table, Taken, select},
};
use async_trait::async_trait;
use domain::{
    ids::PersonId,
    store::{Result, Sessions},
    time::Timestamp,
};
use sea_query::{Expr, ExprTrait};

const SESSIONS: Table = Table {
    name: "session",
    what: "the session",
    key: &["key"],
    columns: &["key", "person_id", "data", "expires_at"],
    only_written: &[],
};

#[async_trait]
impl Sessions for Transaction {
    async fn session(&mut self, key: &[u8; 32], now: Timestamp) -> Result<Option<Vec<u8>>> {
        let session = select(SESSIONS.name, ["data"])
            .and_where(Expr::col("key").eq(bytes(key)))
            .and_where(Expr::col("expires_at").gt(now.0))
            .take();
        self.row(&session, |row| row.get("data")).await
    }

    async fn save_session(
        &mut self,
        key: &[u8; 32],
        person: Option<PersonId>,
        data: &[u8],
        expires_at: Timestamp,
    ) -> Result<()> {
        let row = vec![bytes(key), person.map(|id| id.0).into(), bytes(data), expires_at.0.into()];
        self.insert(&SESSIONS, vec![row], Taken::Replace).await.map(drop)
    }

    async fn delete_session(&mut self, key: &[u8; 32]) -> Result<()> {
        let gone = SESSIONS.delete().and_where(Expr::col("key").eq(bytes(key))).take();
        self.run(&gone).await.map(drop)
    }

    async fn delete_sessions_of(&mut self, person: PersonId, except: Option<&[u8; 32]>) -> Result<()> {
        let gone = SESSIONS
            .delete()
            .and_where(Expr::col("person_id").eq(person.0))
            .and_where_option(except.map(|key| Expr::col("key").ne(bytes(key))))
            .take();
        self.run(&gone).await.map(drop)
    }

    async fn delete_expired_sessions(&mut self, now: Timestamp) -> Result<u64> {
        self.run(&SESSIONS.delete().and_where(Expr::col("expires_at").lte(now.0)).take()).await
    }
}
