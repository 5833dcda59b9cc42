//! Reads the CSV form (RFC 4180): a table of people and, if there is one, a table of groups.
//!
//! Columns are found by the names in the header row, so their order is free. Lists inside a field are separated
//! by semicolons. A line number is that of the row's first line.

use super::{
    Cell, Document, GROUP, GroupRow, ImportProblem, OrgPlan, PERSON, PersonRow, Problems, Reason, check,
};
use csv::{ReaderBuilder, StringRecord, Trim};

const REQUIRED: [&str; 2] = ["name", "address"];

/// Either everything is right or all that is wrong in both tables is listed.
pub fn parse_csv(
    people_file: Document<'_>,
    groups_file: Option<Document<'_>>,
) -> Result<OrgPlan, Vec<ImportProblem>> {
    let mut people = Table::read(people_file, PERSON);
    let people_rows: Vec<PersonRow> = people.rows().iter().map(|row| people.person(row)).collect();
    let mut problems = people.problems.found;
    let mut group_rows = Vec::new();
    if let Some(file) = groups_file {
        let mut groups = Table::read(file, GROUP);
        group_rows = groups.rows().iter().map(Row::group).collect();
        problems.extend(groups.problems.found);
    }
    let files = check::Files {
        people: people_rows,
        groups: group_rows,
        people_file: people_file.name,
        groups_file: groups_file.map_or(people_file.name, |file| file.name),
    };
    check::check(&files, problems)
}

struct Table<'a> {
    header: StringRecord,
    records: Vec<StringRecord>,
    problems: Problems<'a>,
}

/// One row: its line and the fields by column.
struct Row {
    line: usize,
    fields: Vec<(String, String)>,
}

impl<'a> Table<'a> {
    fn read(file: Document<'a>, known: &'static [&'static str]) -> Self {
        // Excel puts a byte order mark before the first column's name.
        let text = file.text.strip_prefix('\u{feff}').unwrap_or(file.text);
        let mut problems = Problems::of(file.name);
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        let mut records = Vec::new();
        for record in reader.records() {
            match record {
                Ok(record) => records.push(record),
                Err(error) => {
                    let line = error.position().map_or(1, line_of);
                    problems.add(line, Reason::Syntax(error.to_string()));
                }
            }
        }
        let header = if records.is_empty() { StringRecord::new() } else { records.remove(0) };
        check_header(&header, known, &mut problems);
        Self { header, records, problems }
    }

    fn rows(&mut self) -> Vec<Row> {
        let mut rows = Vec::new();
        for record in &self.records {
            let line = record.position().map_or(1, line_of);
            // Spreadsheets leave rows of commas at the end.
            if record.iter().all(str::is_empty) {
                continue;
            }
            if record.len() > self.header.len() {
                self.problems
                    .add(line, Reason::TooManyFields { expected: self.header.len(), found: record.len() });
                continue;
            }
            let fields =
                self.header.iter().zip(record).map(|(key, value)| (key.to_lowercase(), value.to_owned()));
            rows.push(Row { line, fields: fields.collect() });
        }
        rows
    }

    fn person(&mut self, row: &Row) -> PersonRow {
        PersonRow {
            line: row.line,
            name: row.cell("name"),
            address: row.cell("address"),
            aliases: row.list("aliases"),
            department: row.cell("department"),
            manager: row.cell("manager"),
            language: row.cell("language"),
            roles: row.list("roles"),
            active: self.flag(row, "active"),
            legal_hold: self.flag(row, "legal_hold"),
            delegates: row.list("delegates"),
        }
    }

    fn flag(&mut self, row: &Row, key: &str) -> Option<bool> {
        let cell = row.cell(key)?;
        match cell.text.to_lowercase().as_str() {
            "true" | "yes" | "1" | "是" => Some(true),
            "false" | "no" | "0" | "否" => Some(false),
            _ => {
                let reason = Reason::WrongKind { key: key.to_owned(), expected: "true or false" };
                self.problems.add(cell.line, reason);
                None
            }
        }
    }
}

impl Row {
    fn group(&self) -> GroupRow {
        GroupRow {
            line: self.line,
            address: self.cell("address"),
            name: self.cell("name"),
            members: self.list("members"),
        }
    }

    /// None: no such column, or nothing in it.
    fn cell(&self, key: &str) -> Option<Cell> {
        let (_, text) = self.fields.iter().find(|(name, _)| name == key)?;
        (!text.is_empty()).then(|| Cell { text: text.clone(), line: self.line })
    }

    fn list(&self, key: &str) -> Vec<Cell> {
        let Some(cell) = self.cell(key) else { return Vec::new() };
        let parts = cell.text.split([';', '；']).map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| Cell { text: part.to_owned(), line: self.line }).collect()
    }
}

fn check_header(header: &StringRecord, known: &'static [&'static str], problems: &mut Problems<'_>) {
    let mut seen: Vec<String> = Vec::new();
    for column in header {
        let key = column.to_lowercase();
        if !known.contains(&key.as_str()) {
            problems.add(1, Reason::UnknownKey { key: column.to_owned(), known });
        } else if seen.contains(&key) {
            problems.add(1, Reason::RepeatedColumn { key: column.to_owned() });
        }
        seen.push(key);
    }
    for key in REQUIRED {
        if !seen.iter().any(|column| column == key) {
            problems.add(1, Reason::MissingColumn { key });
        }
    }
}

fn line_of(position: &csv::Position) -> usize {
    usize::try_from(position.line()).unwrap_or(usize::MAX)
}
