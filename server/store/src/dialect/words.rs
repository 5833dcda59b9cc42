//! The index of words: FTS5 in `SQLite`, a `tsvector` with GIN in Postgres. Both get the same words, ready made, and
//! only keep which message has which.

use super::Connection;
use crate::search::Words;
use domain::ids::PersonId;
use sea_query::{Expr, Value};
use sqlx::{Sqlite, Transaction};
use uuid::Uuid;

/// How words are put together in a question (SQLite's fts5.html, 3; PostgreSQL manual, 8.11.2).
pub(crate) struct Grammar {
    pub quote: char,
    pub and: &'static str,
    pub or: &'static str,
    pub and_not: &'static str,
}

/// An owner's stretch of numbers in `SQLite`.
const STRETCH: i64 = 1 << 32;

impl Connection {
    pub fn grammar(&self) -> Grammar {
        match self {
            Self::Sqlite(_) => Grammar { quote: '"', and: " AND ", or: " OR ", and_not: " NOT " },
            Self::Postgres(_) => Grammar { quote: '\'', and: " & ", or: " | ", and_not: " & !" },
        }
    }

    /// Messages of one owner whose words fit this question.
    pub fn having(&self, owner: PersonId, question: String) -> Expr {
        match self {
            Self::Sqlite(_) => Expr::cust_with_values(
                "sent_message.id IN (SELECT sent_id FROM sent_number WHERE number IN \
                 (SELECT rowid FROM sent_search WHERE sent_search MATCH ?))",
                [question],
            ),
            // `IS TRUE` keeps it from becoming a join: how Postgres joins depends on what it guesses of sizes.
            Self::Postgres(_) => Expr::cust_with_values(
                "(sent_message.id IN \
                 (SELECT sent_id FROM sent_search WHERE owner = $1 AND words @@ $2::tsquery)) IS TRUE",
                [owner.0.into(), Value::from(question)],
            ),
        }
    }

    /// A message that has its words keeps them.
    pub async fn index(&mut self, words: Vec<Words>) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(tx) => index_in_sqlite(tx, words).await,
            Self::Postgres(tx) => {
                let (whose, words): (Vec<_>, Vec<String>) =
                    words.into_iter().map(|row| ((row.owner.0, row.sent.0), row.tokens)).unzip();
                let (owners, ids): (Vec<Uuid>, Vec<Uuid>) = whose.into_iter().unzip();
                let insert = sqlx::query(
                    "INSERT INTO sent_search (owner, sent_id, words) \
                     SELECT owner, id, array_to_tsvector(string_to_array(words, ' ')) \
                     FROM UNNEST($1::uuid[], $2::uuid[], $3::text[]) AS new (owner, id, words) \
                     ON CONFLICT DO NOTHING",
                );
                insert.bind(owners).bind(ids).bind(words).execute(&mut **tx).await.map(drop)
            }
        }
    }
}

/// In the order of their numbers: FTS5 would write a segment for each that goes back.
async fn index_in_sqlite(tx: &mut Transaction<'static, Sqlite>, mut words: Vec<Words>) -> sqlx::Result<()> {
    words.sort_by_key(|row| (start(row.owner), row.owner));
    let mut next = None;
    for Words { owner, sent, tokens } in words {
        let start = start(owner);
        let number = match next {
            Some((of, number)) if of == start => number,
            _ => first_free(tx, start).await?,
        };
        let taken = sqlx::query(
            "INSERT INTO sent_number (number, sent_id) VALUES (?, ?) ON CONFLICT (sent_id) DO NOTHING",
        );
        let new = taken.bind(number).bind(sent.0).execute(&mut **tx).await?.rows_affected() > 0;
        if new {
            let insert = sqlx::query("INSERT INTO sent_search (rowid, words) VALUES (?, ?)");
            insert.bind(number).bind(tokens).execute(&mut **tx).await?;
        }
        next = Some((start, number + i64::from(new)));
    }
    Ok(())
}

/// Two owners may share a stretch; then their words lie between each other's, and nothing else happens.
fn start(owner: PersonId) -> i64 {
    // The last bytes of a version 7 id are random.
    let bytes = owner.0.into_bytes();
    let random = u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]);
    i64::from(random >> 1) * STRETCH
}

/// There is one writer, so nobody else takes it.
async fn first_free(tx: &mut Transaction<'static, Sqlite>, start: i64) -> sqlx::Result<i64> {
    let last = sqlx::query_scalar("SELECT MAX(number) FROM sent_number WHERE number >= ? AND number < ?");
    let last: Option<i64> = last.bind(start).bind(start + STRETCH).fetch_one(&mut **tx).await?;
    Ok(last.map_or(start, |last| last + 1))
}
