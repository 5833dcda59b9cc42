//! From rows as written to a plan that holds together; lists everything that keeps it from doing so.

use super::{
    Cell, GroupRow, ImportProblem, OrgPlan, PersonRow, PlannedGroup, PlannedPerson, Problems, Reason,
};
use crate::mail::EmailAddress;
use shared::{Language, Role};
use std::collections::{HashMap, HashSet};

pub(super) struct Files<'a> {
    pub people: Vec<PersonRow>,
    pub groups: Vec<GroupRow>,
    pub people_file: &'a str,
    pub groups_file: &'a str,
}

/// `earlier`: what was found while reading. A plan comes only when there is no problem at all.
pub(super) fn check(files: &Files<'_>, earlier: Vec<ImportProblem>) -> Result<OrgPlan, Vec<ImportProblem>> {
    let mut people = Problems::of(files.people_file);
    let mut groups = Problems::of(files.groups_file);
    if files.people.is_empty() && earlier.is_empty() {
        people.add(1, Reason::NoPeople);
    }
    let book = AddressBook::of(files, &mut people, &mut groups);
    let plan = OrgPlan {
        people: files.people.iter().filter_map(|row| person(row, &book, &mut people)).collect(),
        groups: files.groups.iter().filter_map(|row| group(row, &book, &mut groups)).collect(),
    };
    manager_circles(&plan.people, &files.people, &mut people);
    let mut problems = earlier;
    problems.append(&mut people.found);
    problems.append(&mut groups.found);
    // People before groups where they stand in two files; by line inside one.
    problems.sort_by_key(|problem| (problem.file == files.groups_file, problem.line));
    if problems.is_empty() { Ok(plan) } else { Err(problems) }
}

/// Who has which address, from a first pass over the whole file.
#[derive(Default)]
struct AddressBook<'a> {
    /// Address or alias of a person → the person's own address.
    people: HashMap<EmailAddress, EmailAddress>,
    groups: HashSet<EmailAddress>,
    /// Where an address stands first.
    places: HashMap<EmailAddress, (&'a str, usize)>,
    domains: HashSet<String>,
}

impl<'a> AddressBook<'a> {
    fn of(files: &Files<'a>, people: &mut Problems<'a>, groups: &mut Problems<'a>) -> Self {
        let mut book = Self::default();
        for row in &files.people {
            let own = filled(row.address.as_ref()).and_then(|cell| book.enter(cell, people));
            for cell in &row.aliases {
                let alias = book.enter(cell, people);
                if let (Some(alias), Some(own)) = (alias, &own) {
                    book.people.insert(alias, own.clone());
                }
            }
            if let Some(own) = own {
                book.people.insert(own.clone(), own);
            }
        }
        for row in &files.groups {
            if let Some(address) = filled(row.address.as_ref()).and_then(|cell| book.enter(cell, groups)) {
                book.groups.insert(address);
            }
        }
        book
    }

    /// None: not an address, or somebody else's.
    fn enter(&mut self, cell: &Cell, problems: &mut Problems<'a>) -> Option<EmailAddress> {
        let Ok(address) = cell.text.parse::<EmailAddress>() else {
            problems.add(cell.line, Reason::BadAddress { text: cell.text.clone() });
            return None;
        };
        if let Some((file, line)) = self.places.get(&address) {
            let reason =
                Reason::DuplicateAddress { address, first_file: (*file).to_owned(), first_line: *line };
            problems.add(cell.line, reason);
            return None;
        }
        self.domains.insert(address.domain().to_owned());
        self.places.insert(address.clone(), (problems.file, cell.line));
        Some(address)
    }
}

/// An empty cell is reported as missing, not as a bad address.
fn filled(cell: Option<&Cell>) -> Option<&Cell> {
    cell.filter(|cell| !cell.text.trim().is_empty())
}

/// None: without an address nothing can refer to the row; its other problems are listed all the same.
fn person(row: &PersonRow, book: &AddressBook<'_>, problems: &mut Problems<'_>) -> Option<PlannedPerson> {
    let name = required(row.name.as_ref(), "name", row.line, problems);
    let written = required(row.address.as_ref(), "address", row.line, problems);
    let address = written.parse::<EmailAddress>().ok();
    let called = if written.is_empty() { &name } else { &written };
    let manager =
        row.manager.as_ref().and_then(|cell| manager(cell, called, address.as_ref(), book, problems));
    let delegates = delegates(&row.delegates, called, book, problems);
    let planned = PlannedPerson {
        name,
        aliases: row.aliases.iter().filter_map(|cell| cell.text.parse().ok()).collect(),
        department: row.department.as_ref().map(|cell| department(cell, problems)).unwrap_or_default(),
        manager,
        language: row.language.as_ref().and_then(|cell| language(cell, problems)).unwrap_or_default(),
        roles: roles(&row.roles, problems),
        active: row.active.unwrap_or(true),
        legal_hold: row.legal_hold.unwrap_or(false),
        delegates,
        address: address?,
    };
    Some(planned)
}

fn group(row: &GroupRow, book: &AddressBook<'_>, problems: &mut Problems<'_>) -> Option<PlannedGroup> {
    let written = required(row.address.as_ref(), "address", row.line, problems);
    let name = required(row.name.as_ref(), "name", row.line, problems);
    let mut members = Vec::new();
    for cell in &row.members {
        let Ok(member) = cell.text.parse::<EmailAddress>() else {
            problems.add(cell.line, Reason::BadAddress { text: cell.text.clone() });
            continue;
        };
        let known = book.people.contains_key(&member) || book.groups.contains(&member);
        if !known && book.domains.contains(member.domain()) {
            problems.add(cell.line, Reason::UnknownMember { group: written.clone(), member });
        } else if !members.contains(&member) {
            members.push(member);
        }
    }
    Some(PlannedGroup { address: written.parse().ok()?, name, members })
}

fn required(cell: Option<&Cell>, key: &'static str, line: usize, problems: &mut Problems<'_>) -> String {
    let text = cell.map(|cell| cell.text.trim()).unwrap_or_default();
    if text.is_empty() {
        problems.add(cell.map_or(line, |cell| cell.line), Reason::Missing { key });
    }
    text.to_owned()
}

fn manager(
    cell: &Cell,
    person: &str,
    own: Option<&EmailAddress>,
    book: &AddressBook<'_>,
    problems: &mut Problems<'_>,
) -> Option<EmailAddress> {
    let text = cell.text.trim();
    if text.is_empty() {
        return None;
    }
    let Ok(address) = text.parse::<EmailAddress>() else {
        problems.add(cell.line, Reason::BadAddress { text: text.to_owned() });
        return None;
    };
    let Some(manager) = book.people.get(&address) else {
        let reason = Reason::UnknownManager { person: person.to_owned(), manager: text.to_owned() };
        problems.add(cell.line, reason);
        return None;
    };
    if Some(manager) == own {
        problems.add(cell.line, Reason::OwnManager { person: person.to_owned() });
        return None;
    }
    Some(manager.clone())
}

fn delegates(
    cells: &[Cell],
    mailbox: &str,
    book: &AddressBook<'_>,
    problems: &mut Problems<'_>,
) -> Vec<EmailAddress> {
    let mut delegates = Vec::new();
    for cell in cells {
        let Ok(address) = cell.text.parse::<EmailAddress>() else {
            problems.add(cell.line, Reason::BadAddress { text: cell.text.clone() });
            continue;
        };
        let known = book.people.get(&address).or_else(|| book.groups.get(&address));
        match known {
            Some(delegate) if !delegates.contains(delegate) => delegates.push(delegate.clone()),
            Some(_) => {}
            None => {
                let reason = Reason::UnknownDelegate { mailbox: mailbox.to_owned(), delegate: address };
                problems.add(cell.line, reason);
            }
        }
    }
    delegates
}

fn department(cell: &Cell, problems: &mut Problems<'_>) -> Vec<String> {
    let path = cell.text.trim();
    if path.is_empty() {
        return Vec::new();
    }
    let parts: Vec<String> = path.split('/').map(|part| part.trim().to_owned()).collect();
    if parts.iter().any(String::is_empty) {
        problems.add(cell.line, Reason::BadDepartment { path: path.to_owned() });
    }
    parts
}

/// None for an empty cell, too: the default language stands.
fn language(cell: &Cell, problems: &mut Problems<'_>) -> Option<Language> {
    let text = cell.text.trim();
    let language = Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(text));
    if language.is_none() && !text.is_empty() {
        problems.add(cell.line, Reason::UnknownLanguage { text: text.to_owned() });
    }
    language
}

fn roles(cells: &[Cell], problems: &mut Problems<'_>) -> Vec<Role> {
    let mut roles = Vec::new();
    for cell in cells {
        match cell.text.trim().to_lowercase().parse::<Role>() {
            Ok(role) if !roles.contains(&role) => roles.push(role),
            Ok(_) => {}
            Err(_) => problems.add(cell.line, Reason::UnknownRole { text: cell.text.clone() }),
        }
    }
    roles
}

/// Each circle once, at the line of whoever of it comes first in the file.
fn manager_circles(people: &[PlannedPerson], rows: &[PersonRow], problems: &mut Problems<'_>) {
    let manager_of: HashMap<&EmailAddress, &EmailAddress> =
        people.iter().filter_map(|person| Some((&person.address, person.manager.as_ref()?))).collect();
    let mut walked: HashSet<&EmailAddress> = HashSet::new();
    for person in people {
        let mut path: Vec<&EmailAddress> = Vec::new();
        let mut next = Some(&person.address);
        while let Some(here) = next {
            if let Some(start) = path.iter().position(|address| *address == here) {
                let people: Vec<EmailAddress> =
                    path[start..].iter().map(|address| (*address).clone()).collect();
                problems.add(line_of(&people[0], rows), Reason::ManagerCycle { people });
                break;
            }
            if walked.contains(here) {
                break;
            }
            path.push(here);
            next = manager_of.get(here).copied();
        }
        walked.extend(path);
    }
}

fn line_of(address: &EmailAddress, rows: &[PersonRow]) -> usize {
    let of =
        |row: &&PersonRow| row.address.as_ref().is_some_and(|cell| cell.text.parse().as_ref() == Ok(address));
    rows.iter().find(of).map_or(1, |row| row.manager.as_ref().map_or(row.line, |cell| cell.line))
}
