//! What a plan changes in a directory. Nobody and nothing is deleted: cases refer to people, and mail that was
//! sent to a group can only be recalled while the group can still be expanded.

use super::{OrgPlan, PlannedGroup, PlannedPerson};
use crate::{
    ids::{DepartmentId, GroupId, PersonId},
    mail::EmailAddress,
    org::{Delegate, Department, Directory, Group, Member, Person, directory::NOWHERE},
    world::World,
};
use std::collections::{HashMap, HashSet};

/// The organisation after the import, whole: it replaces what is stored. The counts are people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgChange {
    /// Those who left come first, so that an address handed on belongs to its new owner in [`Directory::new`].
    pub people: Vec<Person>,
    /// Parents before children.
    pub departments: Vec<Department>,
    pub groups: Vec<Group>,
    pub added: usize,
    /// Active before and after, but not the same.
    pub changed: usize,
    pub deactivated: usize,
}

impl OrgPlan {
    pub fn apply(&self, current: &Directory, world: &World) -> OrgChange {
        let mut departments = Departments::of(current);
        let ids = self.person_ids(current, world);
        let groups = self.group_ids(current, world);
        let mut change = OrgChange {
            people: self.leavers(current, &ids),
            departments: Vec::new(),
            groups: Vec::new(),
            added: 0,
            changed: 0,
            deactivated: 0,
        };
        change.deactivated = change
            .people
            .iter()
            .filter(|leaver| current.person(leaver.id).is_some_and(|person| person.active))
            .count();
        for planned in &self.people {
            let Some(id) = ids.get(&planned.address) else { continue };
            let department = departments.at(&planned.department, world);
            let before = current.person(*id);
            let mut person = planned.person(*id, &ids, &groups, department);
            // They may have chosen another one since.
            person.language = before.map_or(person.language, |before| before.language);
            match before {
                None => change.added += 1,
                Some(before) if before.active && !person.active => change.deactivated += 1,
                Some(before) if *before != person => change.changed += 1,
                Some(_) => {}
            }
            change.people.push(person);
        }
        change.departments = departments.all;
        change.groups = self.groups(current, &ids, &groups);
        change
    }

    /// By the person's own address. After a change of address the old one stands among the aliases, or the new
    /// one stood there before: then the name must be the same, too, and also when the person had left. Otherwise
    /// whoever takes over the address of a person who left would take over the account and its sent mail.
    fn person_ids(&self, current: &Directory, world: &World) -> HashMap<EmailAddress, PersonId> {
        let mut ids = HashMap::new();
        let mut taken = HashSet::new();
        for planned in &self.people {
            if let Some(person) = current.person_by_address(&planned.address)
                && person.address == planned.address
                && (person.active || person.name == planned.name)
            {
                ids.insert(planned.address.clone(), person.id);
                taken.insert(person.id);
            }
        }
        for planned in &self.people {
            if ids.contains_key(&planned.address) {
                continue;
            }
            let known = planned.addresses().filter_map(|address| current.person_by_address(address));
            let same =
                known.filter(|person| person.name == planned.name).find(|person| !taken.contains(&person.id));
            let id = same.map_or_else(|| world.id(), |person| person.id);
            taken.insert(id);
            ids.insert(planned.address.clone(), id);
        }
        ids
    }

    /// People the plan doesn't name, without the addresses that it gives to others.
    fn leavers(&self, current: &Directory, ids: &HashMap<EmailAddress, PersonId>) -> Vec<Person> {
        let staying: HashSet<&PersonId> = ids.values().collect();
        let handed_on = self.addresses();
        let leavers = current.people().into_iter().filter(|person| !staying.contains(&person.id));
        leavers
            .map(|person| {
                let aliases =
                    person.aliases.iter().filter(|alias| !handed_on.contains(alias)).cloned().collect();
                let address = if handed_on.contains(&person.address) {
                    retired(person)
                } else {
                    person.address.clone()
                };
                Person { active: false, address, aliases, ..person.clone() }
            })
            .collect()
    }

    fn group_ids(&self, current: &Directory, world: &World) -> HashMap<EmailAddress, GroupId> {
        let known = |address| current.group_by_address(address).map(|group| group.id);
        let ids = self
            .groups
            .iter()
            .map(|group| (group.address.clone(), known(&group.address).unwrap_or_else(|| world.id())));
        ids.collect()
    }

    /// Groups that the plan doesn't name stay as they were, unless their address is needed.
    fn groups(
        &self,
        current: &Directory,
        people: &HashMap<EmailAddress, PersonId>,
        ids: &HashMap<EmailAddress, GroupId>,
    ) -> Vec<Group> {
        let needed = self.addresses();
        let mut kept: Vec<Group> =
            current.groups().into_iter().filter(|group| !needed.contains(&group.address)).cloned().collect();
        let alive: HashSet<GroupId> =
            ids.values().copied().chain(kept.iter().map(|group| group.id)).collect();
        for group in &mut kept {
            group.members.retain(|member| !matches!(member, Member::Group(id) if !alive.contains(id)));
        }
        let owners = self.owners();
        let member = |address: &EmailAddress| {
            let person =
                owners.get(address).and_then(|owner| people.get(*owner)).copied().map(Member::Person);
            person
                .or_else(|| ids.get(address).copied().map(Member::Group))
                .unwrap_or_else(|| Member::Outside(address.clone()))
        };
        kept.extend(
            self.groups.iter().filter_map(|group| Some(group.group(*ids.get(&group.address)?, member))),
        );
        kept
    }

    fn addresses(&self) -> HashSet<&EmailAddress> {
        let people = self.people.iter().flat_map(PlannedPerson::addresses);
        people.chain(self.groups.iter().map(|group| &group.address)).collect()
    }

    /// Address or alias → the person's own address.
    fn owners(&self) -> HashMap<&EmailAddress, &EmailAddress> {
        self.people
            .iter()
            .flat_map(|person| person.addresses().map(|address| (address, &person.address)))
            .collect()
    }
}

/// Each person needs an address, and theirs is somebody else's now.
fn retired(person: &Person) -> EmailAddress {
    let address = format!("{}@{NOWHERE}", person.id).parse();
    address.unwrap_or_else(|_| person.address.clone())
}

impl PlannedPerson {
    fn addresses(&self) -> impl Iterator<Item = &EmailAddress> {
        std::iter::once(&self.address).chain(&self.aliases)
    }

    fn person(
        &self,
        id: PersonId,
        ids: &HashMap<EmailAddress, PersonId>,
        groups: &HashMap<EmailAddress, GroupId>,
        department: Option<DepartmentId>,
    ) -> Person {
        let delegate = |address| {
            let person = ids.get(address).copied().map(Delegate::Person);
            person.or_else(|| groups.get(address).copied().map(Delegate::Group))
        };
        Person {
            id,
            name: self.name.clone(),
            address: self.address.clone(),
            aliases: self.aliases.clone(),
            department,
            manager: self.manager.as_ref().and_then(|manager| ids.get(manager)).copied(),
            language: self.language,
            roles: self.roles.clone(),
            active: self.active,
            legal_hold: self.legal_hold,
            delegates: self.delegates.iter().filter_map(delegate).collect(),
        }
    }
}

impl PlannedGroup {
    fn group(&self, id: GroupId, member: impl Fn(&EmailAddress) -> Member) -> Group {
        let members = self.members.iter().map(member).collect();
        Group { id, address: self.address.clone(), name: self.name.clone(), members }
    }
}

/// All departments, found by their path and made when missing.
struct Departments {
    by_path: HashMap<Vec<String>, DepartmentId>,
    all: Vec<Department>,
}

impl Departments {
    fn of(current: &Directory) -> Self {
        let path = |department: &Department| -> Vec<String> {
            current.department_path(department.id).into_iter().map(str::to_owned).collect()
        };
        let mut all: Vec<(Vec<String>, Department)> = current
            .departments()
            .into_iter()
            .map(|department| (path(department), department.clone()))
            .collect();
        all.sort_by(|a, b| a.0.len().cmp(&b.0.len()).then(a.0.cmp(&b.0)));
        Self {
            by_path: all.iter().map(|(path, department)| (path.clone(), department.id)).collect(),
            all: all.into_iter().map(|(_, department)| department).collect(),
        }
    }

    /// None for the empty path.
    fn at(&mut self, path: &[String], world: &World) -> Option<DepartmentId> {
        let (name, above) = path.split_last()?;
        if let Some(id) = self.by_path.get(path) {
            return Some(*id);
        }
        let parent = self.at(above, world);
        let department = Department { id: world.id(), name: name.clone(), parent };
        self.by_path.insert(path.to_vec(), department.id);
        self.all.push(department.clone());
        Some(department.id)
    }
}
