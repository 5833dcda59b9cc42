//! Cells to the domain's types and back. What doesn't parse is [`StoreError::Unreadable`], never a guess.

use crate::dialect::{Cell, Row};
use domain::{
    shared::{CaseNumber, Language},
    store::{Result, StoreError},
    time::Timestamp,
};
use sea_query::Expr;
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Display, str::FromStr};
use uuid::Uuid;

/// A case number in one column: the year, then nine digits.
const SERIALS: i64 = 1_000_000_000;

impl Row {
    pub fn get<T: Cell>(&self, column: &str) -> Result<T> {
        self.cell(column).map_err(|error| unreadable(column, error))
    }

    pub fn id<T: From<Uuid>>(&self, column: &str) -> Result<T> {
        self.get::<Uuid>(column).map(T::from)
    }

    pub fn optional_id<T: From<Uuid>>(&self, column: &str) -> Result<Option<T>> {
        Ok(self.get::<Option<Uuid>>(column)?.map(T::from))
    }

    pub fn time(&self, column: &str) -> Result<Timestamp> {
        self.get(column).map(Timestamp)
    }

    pub fn optional_time(&self, column: &str) -> Result<Option<Timestamp>> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp))
    }

    /// Sizes and counts.
    pub fn number<T: TryFrom<i64, Error: Display>>(&self, column: &str) -> Result<T> {
        T::try_from(self.get(column)?).map_err(|error| unreadable(column, error))
    }

    /// A code of a closed list, an address, a Message-ID.
    pub fn parsed<T: FromStr<Err: Display>>(&self, column: &str) -> Result<T> {
        parse(column, &self.get::<String>(column)?)
    }

    pub fn optional_parsed<T: FromStr<Err: Display>>(&self, column: &str) -> Result<Option<T>> {
        self.get::<Option<String>>(column)?.map(|text| parse(column, &text)).transpose()
    }

    pub fn language(&self, column: &str) -> Result<Language> {
        let tag: String = self.get(column)?;
        Language::from_tag(&tag).ok_or_else(|| unreadable(column, &tag))
    }

    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.get::<String>(column)?).map_err(|error| unreadable(column, error))
    }

    pub fn optional_json<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>> {
        let text = self.get::<Option<String>>(column)?;
        text.map(|text| serde_json::from_str(&text).map_err(|error| unreadable(column, error))).transpose()
    }

    pub fn case_number(&self, column: &str) -> Result<CaseNumber> {
        let number: i64 = self.get(column)?;
        let year = u16::try_from(number.div_euclid(SERIALS)).map_err(|error| unreadable(column, error))?;
        let serial = u32::try_from(number.rem_euclid(SERIALS)).map_err(|error| unreadable(column, error))?;
        Ok(CaseNumber::new(year, serial))
    }

    pub fn optional_case_number(&self, column: &str) -> Result<Option<CaseNumber>> {
        self.get::<Option<i64>>(column)?.map(|_| self.case_number(column)).transpose()
    }

    pub fn hash(&self, column: &str) -> Result<[u8; 32]> {
        let bytes: Vec<u8> = self.get(column)?;
        bytes.try_into().map_err(|_| unreadable(column, "not 32 bytes"))
    }
}

fn parse<T: FromStr<Err: Display>>(column: &str, text: &str) -> Result<T> {
    text.parse().map_err(|error| unreadable(column, error))
}

pub(crate) fn unreadable(what: &str, why: impl Display) -> StoreError {
    StoreError::Unreadable(format!("{what} ({why})"))
}

pub(crate) fn json(value: &impl Serialize) -> Result<Expr> {
    serde_json::to_string(value).map(Expr::val).map_err(|error| StoreError::Other(Box::new(error)))
}

pub(crate) fn json_or_null(value: Option<&impl Serialize>) -> Result<Expr> {
    value.map_or_else(|| Ok(Expr::null()), json)
}

/// Columns are signed: nothing counted here comes near their end.
pub(crate) fn number(count: u64) -> Expr {
    Expr::val(i64::try_from(count).unwrap_or(i64::MAX))
}

pub(crate) fn bytes(bytes: &[u8]) -> Expr {
    Expr::val(bytes.to_vec())
}

pub(crate) fn case_number(number: CaseNumber) -> Expr {
    Expr::val(i64::from(number.year()) * SERIALS + i64::from(number.serial()))
}

/// The code of a closed list.
pub(crate) fn code(code: impl Display) -> Expr {
    Expr::val(code.to_string())
}
