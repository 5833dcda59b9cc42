//! The whole organisation in memory: small (a few MB for 10,000 people), read as one, replaced as one. Who decides
//! for whom is read from here; who stands behind the addresses of a mail is `expand`'s.

use super::Delegate;
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
    /// For a mailbox that several people send for.
    pub delegates: Vec<Delegate>,
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

/// Where nothing can ever be delivered (RFC 6761, 6.4): the domain of those whose address is somebody else's now.
pub(super) const NOWHERE: &str = "left.invalid";

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

    /// Where this person's mailbox is, likeliest first. `then`: its name when that was last asked. People are renamed,
    /// and their mailbox a while before or after; one that may be somebody else's by now is left out.
    pub fn mailboxes_of(&self, person: PersonId, then: &EmailAddress) -> Vec<EmailAddress> {
        let now = self.person(person).map(|person| &person.address);
        let now = now.filter(|address| address.domain() != NOWHERE);
        let is_others = |address: &&EmailAddress| {
            self.group_by_address.contains_key(*address)
                || self.person_by_address(address).is_some_and(|owner| owner.id != person)
        };
        let then = Some(then).filter(|address| !is_others(address));
        let mut mailboxes: Vec<EmailAddress> = now.into_iter().chain(then).cloned().collect();
        mailboxes.dedup();
        mailboxes
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

    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.get(&id)
    }

    pub fn group_by_address(&self, address: &EmailAddress) -> Option<&Group> {
        self.group_by_address.get(address).and_then(|id| self.groups.get(id))
    }

    pub fn is_ours(&self, address: &EmailAddress) -> bool {
        self.domains.contains(address.domain())
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

#[cfg(test)]
pub mod testing {
    use super::*;
    use uuid::Uuid;

    pub fn id<T: From<Uuid>>(n: u128) -> T {
        T::from(Uuid::from_u128(n))
    }

    /// `p{n}@x.test`, also `alias{n}@x.test`.
    pub fn person(n: u128) -> Person {
        Person {
            id: id(n),
            name: format!("P{n}"),
            address: format!("p{n}@x.test").parse().unwrap(),
            aliases: vec![format!("alias{n}@x.test").parse().unwrap()],
            department: None,
            manager: None,
            language: Language::English,
            roles: vec![],
            active: true,
            legal_hold: false,
            delegates: vec![],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::id, *};

    fn person(n: u128, manager: Option<u128>) -> Person {
        Person { manager: manager.map(id), ..testing::person(n) }
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
    fn a_mailbox_is_looked_for_where_its_owner_is_and_never_at_a_successors() {
        let address = |text: &str| text.parse::<EmailAddress>().unwrap();
        let mut left = person(2, None);
        left.address = address(&format!("2@{NOWHERE}"));
        let directory = Directory::new(vec![person(1, None), left], vec![], vec![]);
        let of = |n, then: &str| directory.mailboxes_of(id(n), &address(then));
        assert_eq!(of(1, "p1@x.test"), [address("p1@x.test")]);
        assert_eq!(of(1, "alias1@x.test"), [address("p1@x.test"), address("alias1@x.test")]);
        assert_eq!(of(1, "old@x.test"), [address("p1@x.test"), address("old@x.test")], "nobody else has it");
        assert_eq!(of(1, "alias2@x.test"), [address("p1@x.test")]);
        assert_eq!(of(2, "p1@x.test"), []);
        assert_eq!(of(2, "alias2@x.test"), [address("alias2@x.test")]);
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
