//! Reading one value: its kind, its range, and the problem that is noted when it doesn't fit.

use super::{
    check::{Check, Noted},
    keys,
    problem::Place,
    secret::SecretError,
    source::{Entry, Value},
};
use std::{
    fmt::Display,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    str::FromStr,
};

impl Check {
    pub(super) fn wrong<T>(
        &mut self,
        place: Place,
        name: &str,
        text: &str,
        advice: impl Display,
    ) -> Option<T> {
        let name = self.source.full(name);
        self.source.problem(place, format!("{name} can't be {text:?}: {advice}"));
        None
    }

    fn value(&mut self, name: &'static str) -> Option<Entry> {
        let entry = self.source.get(name);
        if entry.is_none() {
            let name = self.source.full(name);
            let variable = keys::variable(&name);
            self.source.problem(Place::File, format!("{name} is missing: set it there, or {variable}"));
        }
        entry
    }

    pub(super) fn text(&mut self, name: &'static str) -> Option<(String, Place)> {
        let Entry { value, place } = self.value(name)?;
        match value {
            Value::Text(text) if !text.trim().is_empty() => Some((text, place)),
            Value::Text(text) => self.wrong(place, name, &text, "it is empty"),
            Value::Number(_) | Value::Flag(_) | Value::List(_) => self.kind(place, name, "a text in quotes"),
        }
    }

    fn kind<T>(&mut self, place: Place, name: &str, expected: &str) -> Option<T> {
        let name = self.source.full(name);
        self.source.problem(place, format!("{name} must be {expected}"));
        None
    }

    pub(super) fn parsed<T: FromStr>(&mut self, name: &'static str, advice: &str) -> Option<T> {
        let (text, place) = self.text(name)?;
        text.parse().ok().or_else(|| self.wrong(place, name, &text, advice))
    }

    pub(super) fn choice<T: Copy>(&mut self, name: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let (text, place) = self.text(name)?;
        let chosen = choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        chosen.or_else(|| {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            self.wrong(place, name, &text, format!("write {}", words.join(" or ")))
        })
    }

    pub(super) fn number(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let Entry { value, place } = self.value(name)?;
        let number = match &value {
            Value::Number(number) => u64::try_from(*number).ok(),
            Value::Text(text) if place_is_not_file(&place) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|number| range.contains(number)).or_else(|| {
            self.kind(place, name, &format!("a whole number from {} to {}", range.start(), range.end()))
        })
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let Entry { value, place } = self.value(name)?;
        match value {
            Value::Flag(flag) => Some(flag),
            Value::Text(text) if place_is_not_file(&place) && ["true", "false"].contains(&text.as_str()) => {
                Some(text == "true")
            }
            _ => self.kind(place, name, "true or false, without quotes"),
        }
    }

    /// In a variable: separated by commas.
    pub(super) fn list(&mut self, name: &'static str) -> Option<(Vec<String>, Place)> {
        let Entry { value, place } = self.value(name)?;
        match value {
            Value::List(items) => Some((items, place)),
            Value::Text(text) if place_is_not_file(&place) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned);
                Some((items.collect(), place))
            }
            _ => self.kind(place, name, "a list of texts in square brackets"),
        }
    }

    pub(super) fn path(&mut self, name: &'static str) -> Option<PathBuf> {
        let (text, _) = self.text(name)?;
        Some(self.source.folder.join(text))
    }

    /// `None`: the key isn't set.
    pub(super) fn secret<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&Path) -> Result<T, SecretError>,
    ) -> Result<Option<T>, Noted> {
        if self.source.get(name).is_none() {
            return Ok(None);
        }
        let (text, place) = self.text(name).ok_or(Noted)?;
        let content = read(&self.source.folder.join(&text));
        content.map(Some).or_else(|error| self.wrong(place, name, &text, error).ok_or(Noted))
    }
}

/// Defaults (which stand nowhere) and variables are texts whatever their kind.
fn place_is_not_file(place: &Place) -> bool {
    !matches!(place, Place::Line(_))
}
