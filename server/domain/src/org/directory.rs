//! The whole organisation in memory: small (a few MB for 10,000 people), read as one, replaced as one.

use crate::{
    ids::{DepartmentId, GroupId, PersonId},
    mail::{EmailAddress, NamedAddress},
};
use serde::{Deserialize, Serialize};
use shared::{Language, Role};
use std::collections::{BTreeSet, HashMap, HashSet};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    /// Names the mailbox, too.
    pub address: EmailAddress,
    pub aliases: Vec<EmailAddress>,
    pub department: Option<DepartmentId>,
    pub manager: Option<PersonId>,
    pub language: Language,
    pub roles: Vec<Role>,
    /// Left the organisation: can't sign in, decides nothing; the mailbox may still be there.
    pub active: bool,
    /// I8: this mailbox is never touched.
    pub legal_hold: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    pub id: DepartmentId,
    pub name: String,
    pub parent: Option<DepartmentId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: GroupId,
    pub address: EmailAddress,
    pub name: String,
    pub members: Vec<Member>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    Person(PersonId),
    Group(GroupId),
    /// Groups may hold outsiders.
    Outside(EmailAddress),
}

/// One mailbox or outsider behind the addresses of a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    pub kind: RecipientKind,
    pub name: String,
    /// The mailbox for ours, the address for outsiders.
    pub address: EmailAddress,
    /// Group addresses it came through; empty when named directly.
    pub via: Vec<EmailAddress>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecipientKind {
    Inside(PersonId),
    /// One of our domains, but nobody in the directory has this address.
    Unknown,
    Outside,
}

impl Person {
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    fn may_approve(&self) -> bool {
        self.active && !self.has(Role::Administrator)
    }

    pub fn named(&self) -> NamedAddress {
        NamedAddress { name: self.name.clone(), address: self.address.clone() }
    }
}

impl Recipient {
    pub fn person(&self) -> Option<PersonId> {
        match self.kind {
            RecipientKind::Inside(person) => Some(person),
            RecipientKind::Unknown | RecipientKind::Outside => None,
        }
    }
}

/// Read-only view; built from the store's rows.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    people: HashMap<PersonId, Person>,
    departments: HashMap<DepartmentId, Department>,
    groups: HashMap<GroupId, Group>,
    person_by_address: HashMap<EmailAddress, PersonId>,
    group_by_address: HashMap<EmailAddress, GroupId>,
    domains: HashSet<String>,
}

impl Directory {
    pub fn new(people: Vec<Person>, departments: Vec<Department>, groups: Vec<Group>) -> Self {
        let mut directory = Self::default();
        for person in people {
            for address in std::iter::once(&person.address).chain(&person.aliases) {
                directory.domains.insert(address.domain().to_owned());
                directory.person_by_address.insert(address.clone(), person.id);
            }
            directory.people.insert(person.id, person);
        }
        for group in groups {
            directory.domains.insert(group.address.domain().to_owned());
            directory.group_by_address.insert(group.address.clone(), group.id);
            directory.groups.insert(group.id, group);
        }
        directory.departments =
            departments.into_iter().map(|department| (department.id, department)).collect();
        directory
    }

    pub fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id)
    }

    pub fn person_by_address(&self, address: &EmailAddress) -> Option<&Person> {
        self.person_by_address.get(address).and_then(|id| self.people.get(id))
    }

    /// By name, then address.
    pub fn people(&self) -> Vec<&Person> {
        let mut people: Vec<&Person> = self.people.values().collect();
        people.sort_by(|a, b| a.name.cmp(&b.name).then(a.address.cmp(&b.address)));
        people
    }

    pub fn groups(&self) -> Vec<&Group> {
        let mut groups: Vec<&Group> = self.groups.values().collect();
        groups.sort_by(|a, b| a.address.cmp(&b.address));
        groups
    }

    pub fn departments(&self) -> Vec<&Department> {
        self.departments.values().collect()
    }

    /// Outermost first: `["Example Group", "R&D", "Platform"]`.
    pub fn department_path(&self, id: DepartmentId) -> Vec<&str> {
        let mut path = Vec::new();
        let mut next = self.departments.get(&id);
        while let Some(department) = next {
            path.push(department.name.as_str());
            if path.len() > self.departments.len() {
                break;
            }
            next = department.parent.and_then(|parent| self.departments.get(&parent));
        }
        path.reverse();
        path
    }

    pub fn is_ours(&self, address: &EmailAddress) -> bool {
        self.domains.contains(address.domain())
    }

    /// Everyone behind these addresses, each mailbox once, in the order they are met.
    pub fn expand<'a>(&self, addresses: impl IntoIterator<Item = &'a NamedAddress>) -> Vec<Recipient> {
        let mut expansion = Expansion { directory: self, found: Vec::new(), places: HashMap::new() };
        for named in addresses {
            expansion.address(&named.address, &named.name, &mut Vec::new());
        }
        expansion.found
    }

    /// Everybody with this role who hasn't left, by name.
    pub fn with_role(&self, role: Role) -> Vec<&Person> {
        self.people().into_iter().filter(|person| person.active && person.has(role)).collect()
    }

    /// Can anybody's request come to this person?
    pub fn decides(&self, person: PersonId) -> bool {
        let manages = || self.people.values().any(|other| other.manager == Some(person));
        self.people
            .get(&person)
            .is_some_and(|person| person.may_approve() && (person.has(Role::Approver) || manages()))
    }

    /// Who decides for this person: the manager, else the manager's manager and so on; where nobody stands
    /// above, whoever has the role `approver`. Never the person themself, never somebody who has left, and never
    /// an administrator: whoever runs the portal approves nothing.
    pub fn approvers_of(&self, person: PersonId) -> Vec<PersonId> {
        let mut seen = BTreeSet::from([person]);
        let mut next = self.people.get(&person).and_then(|person| person.manager);
        while let Some(manager) = next.and_then(|id| self.people.get(&id)) {
            if !seen.insert(manager.id) {
                break;
            }
            if manager.may_approve() {
                return vec![manager.id];
            }
            next = manager.manager;
        }
        let mut approvers: Vec<&Person> = self
            .people
            .values()
            .filter(|candidate| {
                candidate.may_approve() && candidate.id != person && candidate.has(Role::Approver)
            })
            .collect();
        approvers.sort_by(|a, b| a.address.cmp(&b.address));
        approvers.into_iter().map(|person| person.id).collect()
    }
}

struct Expansion<'a> {
    directory: &'a Directory,
    found: Vec<Recipient>,
    places: HashMap<EmailAddress, usize>,
}

impl Expansion<'_> {
    fn address(&mut self, address: &EmailAddress, name: &str, via: &mut Vec<GroupId>) {
        if let Some(group) = self.directory.group_by_address.get(address) {
            self.group(*group, via);
        } else if let Some(person) = self.directory.person_by_address(address) {
            self.add(RecipientKind::Inside(person.id), &person.name, &person.address, via);
        } else {
            let kind =
                if self.directory.is_ours(address) { RecipientKind::Unknown } else { RecipientKind::Outside };
            self.add(kind, name, address, via);
        }
    }

    /// A group inside itself, directly or by a detour, is entered once.
    fn group(&mut self, id: GroupId, via: &mut Vec<GroupId>) {
        let directory = self.directory;
        let Some(group) = directory.groups.get(&id) else { return };
        if via.contains(&id) {
            return;
        }
        via.push(id);
        for member in &group.members {
            match member {
                Member::Person(person) => {
                    if let Some(person) = directory.people.get(person) {
                        self.add(RecipientKind::Inside(person.id), &person.name, &person.address, via);
                    }
                }
                Member::Group(inner) => self.group(*inner, via),
                Member::Outside(address) => self.address(address, "", via),
            }
        }
        via.pop();
    }

    fn add(&mut self, kind: RecipientKind, name: &str, address: &EmailAddress, via: &[GroupId]) {
        let groups =
            via.iter().filter_map(|id| self.directory.groups.get(id)).map(|group| group.address.clone());
        if let Some(place) = self.places.get(address) {
            if via.is_empty() {
                self.found[*place].via.clear();
            }
            return;
        }
        self.places.insert(address.clone(), self.found.len());
        self.found.push(Recipient {
            kind,
            name: name.to_owned(),
            address: address.clone(),
            via: groups.collect(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id<T: From<Uuid>>(n: u128) -> T {
        T::from(Uuid::from_u128(n))
    }

    fn person(n: u128, manager: Option<u128>) -> Person {
        Person {
            id: id(n),
            name: format!("P{n}"),
            address: format!("p{n}@x.test").parse().unwrap(),
            aliases: vec![format!("alias{n}@x.test").parse().unwrap()],
            department: None,
            manager: manager.map(id),
            language: Language::English,
            roles: vec![],
            active: true,
            legal_hold: false,
        }
    }

    fn to(addresses: &[&str]) -> Vec<NamedAddress> {
        addresses
            .iter()
            .map(|text| NamedAddress { name: String::new(), address: text.parse().unwrap() })
            .collect()
    }

    #[test]
    fn nested_and_circular_groups_give_each_mailbox_once() {
        let group = |n: u128, members| Group {
            id: id(n),
            address: format!("g{n}@x.test").parse().unwrap(),
            name: String::new(),
            members,
        };
        let directory = Directory::new(
            vec![person(1, None), person(2, Some(1)), person(3, Some(1))],
            vec![],
            vec![
                group(10, vec![Member::Person(id(1)), Member::Group(id(11))]),
                group(
                    11,
                    vec![
                        Member::Person(id(2)),
                        Member::Group(id(10)),
                        Member::Outside("o@y.test".parse().unwrap()),
                    ],
                ),
            ],
        );
        let found =
            directory.expand(&to(&["g10@x.test", "alias2@x.test", "nobody@x.test", "o@y.test", "z@z.test"]));
        let seen: Vec<(&str, usize)> = found.iter().map(|r| (r.address.as_str(), r.via.len())).collect();
        assert_eq!(
            seen,
            [("p1@x.test", 1), ("p2@x.test", 0), ("o@y.test", 0), ("nobody@x.test", 0), ("z@z.test", 0)]
        );
        assert_eq!(found[3].kind, RecipientKind::Unknown);
        assert_eq!(found[4].kind, RecipientKind::Outside);
    }

    #[test]
    fn decisions_go_up_past_those_who_left_and_never_to_oneself() {
        let mut gone = person(2, Some(1));
        gone.active = false;
        let mut second = person(9, None);
        second.roles = vec![Role::Approver];
        let directory = Directory::new(
            vec![person(1, None), gone, person(3, Some(2)), person(4, Some(4)), second],
            vec![],
            vec![],
        );
        assert_eq!(directory.approvers_of(id(3)), [id(1)]);
        assert_eq!(directory.approvers_of(id(1)), [id(9)]);
        assert_eq!(directory.approvers_of(id(4)), [id(9)]);
        assert_eq!(directory.approvers_of(id(9)), []);
    }

    #[test]
    fn an_administrator_approves_nothing() {
        let mut administrator = person(2, Some(1));
        administrator.roles = vec![Role::Administrator];
        let directory =
            Directory::new(vec![person(1, None), administrator, person(3, Some(2))], vec![], vec![]);
        assert_eq!(directory.approvers_of(id(3)), [id(1)]);
        assert!(directory.decides(id(1)) && !directory.decides(id(2)));
    }
}
