//! Reads the file and the variables into plain values that know where they stand. Knows keys, not their meaning.

use super::{
    keys::{self, KEYS},
    problem::{Place, Problem, Problems},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

pub(super) struct Source {
    file: PathBuf,
    /// Relative paths begin here.
    pub folder: PathBuf,
    entries: BTreeMap<String, Entry>,
    /// Of the sections of which there can be several, such as `imap.hq`: where each begins.
    pub sections: BTreeMap<String, Place>,
    /// Stands for `NAME` in the keys that are asked for now.
    pub named: Option<String>,
    problems: Vec<Problem>,
    /// What was asked for, known or not: a test compares it with the list of keys.
    pub asked: BTreeSet<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub value: Value,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Also everything that comes from a variable.
    Text(String),
    Number(i64),
    Flag(bool),
    List(Vec<String>),
}

impl Source {
    pub fn read(file: &Path) -> Self {
        let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let mut source = Self {
            file: file.to_owned(),
            folder: absolute.parent().map_or_else(PathBuf::new, Path::to_owned),
            entries: BTreeMap::new(),
            sections: BTreeMap::new(),
            named: None,
            problems: Vec::new(),
            asked: BTreeSet::new(),
        };
        match fs::read_to_string(file) {
            Ok(text) => source.parse(text.strip_prefix('\u{feff}').unwrap_or(&text)),
            Err(error) => source.problem(Place::File, format!("the file can't be read: {error}")),
        }
        source
    }

    fn parse(&mut self, text: &str) {
        let line =
            |at: usize| text.as_bytes().get(..at).unwrap_or_default().split(|byte| *byte == b'\n').count();
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            self.problem(Place::Line(line(at)), error.message().to_owned());
        }
        for (section, content) in root.get_ref() {
            let place = Place::Line(line(section.span().start));
            let section = section.get_ref();
            if !KEYS.iter().any(|key| key.name.split('.').next() == Some(section)) {
                self.problem(place, format!("there is no section [{section}]{}", similar_section(section)));
            } else if let DeValue::Table(table) = content.get_ref() {
                for (key, value) in table {
                    let name = format!("{section}.{}", key.get_ref());
                    let place = Place::Line(line(key.span().start));
                    if keys::is_named(section) {
                        self.named_section(&name, key.get_ref(), value, place, line);
                    } else {
                        self.entry(&name, value, place);
                    }
                }
            } else {
                self.problem(
                    place,
                    format!("{section:?} must be a section: write [{section}] on a line of its own"),
                );
            }
        }
    }

    /// `[imap.hq]`
    fn named_section(
        &mut self,
        section: &str,
        name: &str,
        content: &Spanned<DeValue<'_>>,
        place: Place,
        line: impl Fn(usize) -> usize,
    ) {
        let DeValue::Table(table) = content.get_ref() else {
            let of = section.split('.').next().unwrap_or_default();
            self.problem(
                place,
                format!("{section} must stand in a section with a name: write [{of}.main] above it"),
            );
            return;
        };
        if !keys::is_name(name) {
            self.problem(
                place,
                format!("{name:?} is no name for a section: use small letters, digits and _"),
            );
            return;
        }
        self.sections.insert(section.to_owned(), place);
        for (key, value) in table {
            self.entry(&format!("{section}.{}", key.get_ref()), value, Place::Line(line(key.span().start)));
        }
    }

    fn entry(&mut self, name: &str, value: &Spanned<DeValue<'_>>, place: Place) {
        if keys::find(name).is_none() {
            self.problem(place, format!("there is no key {name}{}", similar_key(name)));
            return;
        }
        match read_value(value.get_ref()) {
            Some(value) => {
                self.entries.insert(name.to_owned(), Entry { value, place });
            }
            None => self.problem(
                place,
                format!("{name} must be a text in quotes, a whole number, true or false, or a list of texts"),
            ),
        }
    }

    /// Variables win over the file. Two underscores mark ours: `RECANT_CONFIG` and the like are for others.
    pub fn overlay(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        for (variable, text) in variables {
            if !variable.strip_prefix("RECANT_").is_some_and(|rest| rest.contains("__")) {
                continue;
            }
            let place = Place::Variable(variable.clone());
            match keys::of_variable(&variable) {
                Some(name) => {
                    if let [section, named, _] = name.split('.').collect::<Vec<_>>().as_slice() {
                        self.sections.entry(format!("{section}.{named}")).or_insert(place.clone());
                    }
                    self.entries.insert(name, Entry { value: Value::Text(text), place });
                }
                None => self.problem(place, "there is no such key".to_owned()),
            }
        }
    }

    /// What is set, else what the key is by itself.
    pub fn get(&mut self, name: &'static str) -> Option<Entry> {
        self.asked.insert(name);
        let default = || {
            let text = keys::find(name)?.default?;
            Some(Entry { value: Value::Text(text.to_owned()), place: Place::File })
        };
        self.entries.get(&self.full(name)).cloned().or_else(default)
    }

    pub fn is_set(&self, name: &str) -> bool {
        self.entries.contains_key(&self.full(name))
    }

    /// The key as it would be typed.
    pub fn full(&self, name: &str) -> String {
        match &self.named {
            Some(named) => name.replacen(keys::NAME, named, 1),
            None => name.to_owned(),
        }
    }

    pub fn problem(&mut self, place: Place, what: String) {
        self.problems.push(Problem { place, what });
    }

    /// In the order of the file's lines.
    pub fn into_problems(mut self) -> Problems {
        self.problems.sort_by(|a, b| a.place.cmp(&b.place));
        Problems { file: self.file, found: self.problems }
    }
}

fn read_value(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Integer(number) => Value::Number(i64::from_str_radix(number.as_str(), number.radix()).ok()?),
        DeValue::Array(items) => {
            let texts = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned));
            Value::List(texts.collect::<Option<_>>()?)
        }
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => return None,
    })
}

fn similar_section(section: &str) -> String {
    let sections: BTreeSet<&str> = KEYS.iter().filter_map(|key| key.name.split('.').next()).collect();
    suggestion(sections.into_iter().find(|known| close(known, section)))
}

fn similar_key(name: &str) -> String {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let pattern = keys::pattern(name);
    let near = KEYS.iter().find(|key| close(key.name, &pattern));
    suggestion(near.or_else(|| KEYS.iter().find(|key| last(key.name) == last(name))).map(|key| key.name))
}

fn suggestion(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean {near}?"))
}

/// At most two letters added, missing or wrong (Levenshtein).
fn close(known: &str, typed: &str) -> bool {
    let typed: Vec<char> = typed.chars().collect();
    let mut row: Vec<usize> = (0..=typed.len()).collect();
    for (at, letter) in known.chars().enumerate() {
        let mut above_left = row[0];
        row[0] = at + 1;
        for (column, other) in typed.iter().enumerate() {
            let above = row[column + 1];
            let changed = above_left + usize::from(letter != *other);
            row[column + 1] = changed.min(above + 1).min(row[column] + 1);
            above_left = above;
        }
    }
    row.last().is_some_and(|distance| *distance <= 2)
}
