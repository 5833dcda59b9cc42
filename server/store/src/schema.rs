//! Which schema a database has, against the one this program was built with.

use crate::{Transaction, table::select};
use domain::store::{Result, StoreError};
use sea_query::{Expr, ExprTrait};
use sqlx::migrate::{MigrateError, Migrator};
use std::{collections::BTreeSet, fmt, path::PathBuf};
use thiserror::Error;

/// Versions are the numbers of migrations; 0 is an empty database.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Not a state that this program's migrations lead through, whatever the highest number says. What came after a
    /// gap was applied to another schema than it was written for, so filling the gap would be a guess.
    Other {
        database: i64,
        missing: Vec<i64>,
        unknown: Vec<i64>,
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
    #[error(
        "the database has {0}: it was made by another line of Recant. Use the program that made it, \
         or restore a backup from before it did. Nothing was touched"
    )]
    Other(SchemaState),
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
            Self::Other { database, missing, unknown } => {
                write!(f, "schema {database}")?;
                if !missing.is_empty() {
                    write!(f, " without migration {}", list(missing))?;
                }
                if !unknown.is_empty() {
                    write!(f, " with migration {}, unknown to this program", list(unknown))?;
                }
                Ok(())
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
    let applied = match tx.row(&history, |row| row.get::<String>(name)).await? {
        Some(_) => applied(tx, known).await?,
        None => BTreeSet::new(),
    };
    Ok(compared(&applied, &known.iter().map(|migration| migration.version).collect()))
}

async fn applied(tx: &mut Transaction, known: &Migrator) -> Result<BTreeSet<i64>> {
    let versions = sea_query::Query::select().column("version").from(known.table_name.to_string()).take();
    Ok(tx.rows(&versions, |row| row.get("version")).await?.into_iter().collect())
}

fn compared(applied: &BTreeSet<i64>, known: &BTreeSet<i64>) -> SchemaState {
    let newest = |versions: &BTreeSet<i64>| versions.last().copied().unwrap_or(0);
    let (database, program) = (newest(applied), newest(known));
    if database > program {
        return SchemaState::Newer { database, program };
    }
    let missing: Vec<i64> = known.range(..=database).filter(|one| !applied.contains(one)).copied().collect();
    let unknown: Vec<i64> = applied.difference(known).copied().collect();
    if !missing.is_empty() || !unknown.is_empty() {
        SchemaState::Other { database, missing, unknown }
    } else if database < program {
        SchemaState::Older { database, program }
    } else {
        SchemaState::Current { version: database }
    }
}

fn list(versions: &[i64]) -> String {
    versions.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_beginning_of_our_history_is_an_older_schema() {
        use SchemaState as S;
        let (program, other) = (4, |database, missing: &[i64], unknown: &[i64]| S::Other {
            database,
            missing: missing.to_vec(),
            unknown: unknown.to_vec(),
        });
        for (applied, state) in [
            (&[][..], S::Older { database: 0, program }),
            (&[1, 2], S::Older { database: 2, program }),
            (&[1, 2, 4], S::Current { version: 4 }),
            (&[1, 2, 4, 5], S::Newer { database: 5, program }),
            (&[1, 5], S::Newer { database: 5, program }),
            (&[1, 4], other(4, &[2], &[])),
            (&[2], other(2, &[1], &[])),
            (&[1, 2, 3], other(3, &[], &[3])),
            (&[3, 4], other(4, &[1, 2], &[3])),
        ] {
            let applied = applied.iter().copied().collect();
            assert_eq!(compared(&applied, &BTreeSet::from([1, 2, 4])), state, "{applied:?}");
        }
    }
}
