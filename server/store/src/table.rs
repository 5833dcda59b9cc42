//! A table's name and columns, stated once and used by every statement about it.

use domain::{
    sent::Page,
    store::{Result, StoreError},
};
use sea_query::{
    DeleteStatement, Expr, InsertStatement, OnConflict, Query, ReturningClause, SelectStatement,
    UpdateStatement,
};

pub(crate) struct Table {
    pub name: &'static str,
    /// In errors.
    pub what: &'static str,
    pub key: &'static [&'static str],
    /// Those that are written and read together, in this order. There may be more.
    pub columns: &'static [&'static str],
    /// Written after them, not read with them.
    pub only_written: &'static [&'static str],
}

/// What an insert does with a row whose key is there already.
#[derive(Clone, Copy)]
pub(crate) enum Taken {
    /// [`StoreError::Conflict`]; the transaction can only be dropped.
    Refuse,
    /// The row stays as it is.
    Keep,
    Replace,
    /// By another key than the table's, and only these columns.
    Update {
        key: &'static [&'static str],
        columns: &'static [&'static str],
    },
}

/// Bound values in one statement: `SQLite` takes 32,766, Postgres 65,535.
const MAX_VALUES: usize = 30_000;

impl Table {
    pub fn select(&self) -> SelectStatement {
        select(self.name, self.columns.iter().copied())
    }

    pub fn update(&self) -> UpdateStatement {
        Query::update().table(self.name).take()
    }

    pub fn delete(&self) -> DeleteStatement {
        Query::delete().from_table(self.name).take()
    }

    pub fn returning(&self) -> ReturningClause {
        Query::returning().columns(self.columns.iter().copied())
    }

    /// As many statements as the databases' limits demand.
    pub fn insert(&self, rows: Vec<Vec<Expr>>, taken: Taken) -> Result<Vec<InsertStatement>> {
        let mut rows = rows.into_iter().peekable();
        let mut statements = Vec::new();
        while rows.peek().is_some() {
            let mut insert = Query::insert();
            insert.into_table(self.name).columns(self.written());
            for row in rows.by_ref().take(MAX_VALUES / self.written().count()) {
                insert.values(row).map_err(|error| StoreError::Other(Box::new(error)))?;
            }
            if let Some(rule) = self.on_conflict(taken) {
                insert.on_conflict(rule);
            }
            statements.push(insert);
        }
        Ok(statements)
    }

    fn written(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().chain(self.only_written).copied()
    }

    fn on_conflict(&self, taken: Taken) -> Option<OnConflict> {
        let mut rule = OnConflict::columns(self.key.iter().copied());
        match taken {
            Taken::Refuse => return None,
            Taken::Keep => rule.do_nothing(),
            Taken::Replace => rule.update_columns(self.written().filter(|column| !self.key.contains(column))),
            Taken::Update { key, columns } => {
                rule = OnConflict::columns(key.iter().copied());
                rule.update_columns(columns.iter().copied())
            }
        };
        Some(rule)
    }
}

pub(crate) fn select(
    table: &'static str,
    columns: impl IntoIterator<Item = &'static str>,
) -> SelectStatement {
    Query::select().columns(columns).from(table).take()
}

/// Both databases count rows in an i64.
const MOST_ROWS: u64 = i64::MAX.unsigned_abs();

pub(crate) fn restrict_to(select: &mut SelectStatement, page: Page) {
    select.limit(page.size.min(MOST_ROWS)).offset(page.index.saturating_mul(page.size).min(MOST_ROWS));
}

/// All but the first rows. `SQLite` knows no OFFSET without LIMIT.
pub(crate) fn beyond(select: &mut SelectStatement, first: u64) {
    select.limit(MOST_ROWS).offset(first.min(MOST_ROWS));
}
