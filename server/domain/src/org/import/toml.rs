//! Reads the TOML form, key by key: a derived reader would stop at the first wrong one.

use super::{
    Cell, Document, GROUP, GroupRow, ImportProblem, OrgPlan, PERSON, PersonRow, Problems, Reason, check,
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

const TABLES: &[&str] = &["person", "group"];

/// `[[person]]` and `[[group]]` tables; `docs/operator-guide.md` has them all. Either everything is right or all that is
/// wrong is listed, except that a syntax error hides what follows it.
pub fn parse_toml(file: Document<'_>) -> Result<OrgPlan, Vec<ImportProblem>> {
    let text = file.text.strip_prefix('\u{feff}').unwrap_or(file.text);
    let mut reader = Reader { text, problems: Problems::of(file.name) };
    let root = match DeTable::parse(text) {
        Ok(root) => root.into_inner(),
        Err(error) => {
            let line = error.span().map_or(1, |span| reader.line(span.start));
            reader.problems.add(line, Reason::Syntax(error.message().to_owned()));
            return Err(reader.problems.found);
        }
    };
    reader.known_keys(&root, TABLES);
    let people: Vec<PersonRow> =
        reader.tables(&root, "person").into_iter().map(|(table, line)| reader.person(table, line)).collect();
    let groups: Vec<GroupRow> =
        reader.tables(&root, "group").into_iter().map(|(table, line)| reader.group(table, line)).collect();
    let files = check::Files { people, groups, people_file: file.name, groups_file: file.name };
    check::check(&files, reader.problems.found)
}

struct Reader<'a> {
    text: &'a str,
    problems: Problems<'a>,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        before.split(|byte| *byte == b'\n').count()
    }

    fn person(&mut self, table: &DeTable<'_>, line: usize) -> PersonRow {
        self.known_keys(table, PERSON);
        PersonRow {
            line,
            name: self.text_of(table, "name"),
            address: self.text_of(table, "address"),
            aliases: self.list_of(table, "aliases"),
            department: self.text_of(table, "department"),
            manager: self.text_of(table, "manager"),
            language: self.text_of(table, "language"),
            roles: self.list_of(table, "roles"),
            active: self.flag_of(table, "active"),
            legal_hold: self.flag_of(table, "legal_hold"),
            delegates: self.list_of(table, "delegates"),
        }
    }

    fn group(&mut self, table: &DeTable<'_>, line: usize) -> GroupRow {
        self.known_keys(table, GROUP);
        GroupRow {
            line,
            address: self.text_of(table, "address"),
            name: self.text_of(table, "name"),
            members: self.list_of(table, "members"),
        }
    }

    fn known_keys(&mut self, table: &DeTable<'_>, known: &'static [&'static str]) {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let line = self.line(key.span().start);
            self.problems.add(line, Reason::UnknownKey { key: key.get_ref().to_string(), known });
        }
    }

    /// The tables of `[[name]]` with the line of each.
    fn tables<'t>(&mut self, root: &'t DeTable<'_>, name: &str) -> Vec<(&'t DeTable<'t>, usize)> {
        let Some(value) = root.get(name) else { return Vec::new() };
        let mut tables = Vec::new();
        let entries = value.get_ref().as_array().map_or_else(|| vec![value], |array| array.iter().collect());
        for entry in entries {
            let line = self.line(entry.span().start);
            match entry.get_ref().as_table() {
                Some(table) if value.get_ref().is_array() => tables.push((table, line)),
                _ => self.wrong(entry, name, "written as [[…]] tables, with two brackets on each side"),
            }
        }
        tables
    }

    fn text_of(&mut self, table: &DeTable<'_>, key: &str) -> Option<Cell> {
        let value = table.get(key)?;
        self.cell(value, key, "a text in quotes")
    }

    fn list_of(&mut self, table: &DeTable<'_>, key: &str) -> Vec<Cell> {
        const EXPECTED: &str = "a list of texts: [\"…\", \"…\"]";
        let Some(value) = table.get(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(value, key, EXPECTED);
            return Vec::new();
        };
        array.iter().filter_map(|entry| self.cell(entry, key, EXPECTED)).collect()
    }

    fn flag_of(&mut self, table: &DeTable<'_>, key: &str) -> Option<bool> {
        let value = table.get(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(value, key, "true or false, without quotes");
        }
        flag
    }

    fn cell(&mut self, value: &Spanned<DeValue<'_>>, key: &str, expected: &'static str) -> Option<Cell> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(value, key, expected);
            return None;
        };
        Some(Cell { text: text.to_owned(), line: self.line(value.span().start) })
    }

    fn wrong(&mut self, value: &Spanned<DeValue<'_>>, key: &str, expected: &'static str) {
        let line = self.line(value.span().start);
        self.problems.add(line, Reason::WrongKind { key: key.to_owned(), expected });
    }
}
