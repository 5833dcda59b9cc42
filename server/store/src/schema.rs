//! Which schema a database has, against the one this program was built with.

use crate::{Transaction, table::select};
use domain::store::{Result, StoreError};
use sea_query::{Expr, ExprTrait};
use sqlx::migrate::{MigrateError, Migrator};
use std::{fmt, path::PathBuf};
use thiserror::Error;

/// Versions are the numbers of migrations; 0 is an empty database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    Current {
        version: i64,
    },
    /// `migrate` brings it up.
    Older {
        database: i64,
        program: i64,
    },
    /// A newer program has been at work: this one would damage what it doesn't know.
    Newer {
        database: i64,
        program: i64,
    },
}

#[derive(Debug, Error)]
pub enum SetupError {
    #[error(
        "a database URL looks like sqlite:/var/lib/recant/recant.db or postgres://user:password@host/name"
    )]
    Url,
    #[error("the database file {path} can't be opened")]
    File { path: PathBuf, source: std::io::Error },
    #[error(
        "the database has schema {database}, written by a newer Recant; this one knows schemas up to {program}"
    )]
    Newer { database: i64, program: i64 },
    #[error("the schema can't be brought up to date: {0}")]
    Migration(#[from] MigrateError),
    #[error("the database can't be reached: {0}")]
    Unreachable(#[from] sqlx::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl fmt::Display for SchemaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Current { version } => write!(f, "schema {version}, up to date"),
            Self::Older { database, program } => {
                write!(f, "schema {database}, to be brought up to {program}")
            }
            Self::Newer { database, program } => {
                write!(f, "schema {database}, newer than this program's {program}")
            }
        }
    }
}

/// `catalogue`: where the database lists its tables, and under which column.
pub(crate) async fn state(
    tx: &mut Transaction,
    catalogue: (&'static str, &'static str),
    known: &Migrator,
) -> Result<SchemaState> {
    let (tables, name) = catalogue;
    let history = select(tables, [name]).and_where(Expr::col(name).eq(known.table_name.as_ref())).take();
    let database = match tx.row(&history, |row| row.get::<String>(name)).await? {
        Some(_) => applied(tx, known).await?,
        None => 0,
    };
    let program = known.iter().map(|migration| migration.version).max().unwrap_or(0);
    Ok(match database {
        database if database < program => SchemaState::Older { database, program },
        database if database > program => SchemaState::Newer { database, program },
        version => SchemaState::Current { version },
    })
}

async fn applied(tx: &mut Transaction, known: &Migrator) -> Result<i64> {
    let newest = sea_query::Query::select()
        .expr_as(Expr::col("version").max(), "version")
        .from(known.table_name.to_string())
        .take();
    Ok(tx.row(&newest, |row| row.get::<Option<i64>>("version")).await?.flatten().unwrap_or(0))
}
