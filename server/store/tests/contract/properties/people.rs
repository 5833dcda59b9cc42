//! Imports of people, departments and groups; what is set for one person.

use super::{Command, Expected, Said, broken, model::Model, no, said, yes};
use crate::builders::{address, id, person};
use domain::{
    ids::PersonId,
    org::{Delegate, Department, Directory, Group, Member, Person},
    shared::{Language, Role},
    store::{StoreError, Tx},
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::select,
};

properties!(people: command());

#[derive(Clone, Debug)]
enum Call {
    Import(Import),
    Directory,
    Version,
    Password(u128),
    SetPassword(u128, u8),
    ForgetPassword(u128),
    SetLanguage(u128, Language),
    SetRoles(u128, Vec<Role>),
}

#[derive(Clone, Debug)]
struct Import {
    people: Vec<Person>,
    departments: Vec<Department>,
    groups: Vec<Group>,
}

/// Number 4 is nobody. Addresses collide at times.
fn somebody() -> impl Strategy<Value = Person> {
    let links = (option::weighted(0.3, 1..=4_u128), option::weighted(0.3, 1..=3_u128));
    let delegate = prop_oneof![
        (1..=4_u128).prop_map(|n| Delegate::Person(id(n))),
        (1..=4_u128).prop_map(|n| Delegate::Group(id(n))),
    ];
    let facts = (1..=3_u128, 1..=5_u8, option::of(1..=5_u8), any::<bool>(), links, vec(delegate, 0..3));
    facts.prop_map(|(n, address_n, alias, flag, (manager, department), delegates)| Person {
        delegates,
        address: address(&format!("p{address_n}@example.test")),
        aliases: alias.map(|alias| address(&format!("a{alias}@example.test"))).into_iter().collect(),
        manager: manager.map(id),
        department: department.map(id),
        active: flag,
        legal_hold: !flag,
        ..person(n, &format!("人 {address_n}"))
    })
}

fn import() -> impl Strategy<Value = Import> {
    let people = vec(somebody(), 0..4).prop_map(|mut people| {
        people.sort_by_key(|person| person.id);
        people.dedup_by_key(|person| person.id);
        people
    });
    let departments = btree_map(1..=3_u128, option::weighted(0.3, 1..=3_u128), 0..3);
    let departments = departments.prop_map(|parents| {
        let named = |(n, parent): (u128, Option<u128>)| Department {
            id: id(n),
            name: format!("部 {n}"),
            parent: parent.map(id),
        };
        parents.into_iter().map(named).collect()
    });
    let member = prop_oneof![
        3 => (1..=3_u128).prop_map(|n| Member::Person(id(n))),
        1 => (1..=4_u128).prop_map(|n| Member::Group(id(n))),
        1 => Just(Member::Outside(address("guest@out.test"))),
    ];
    let groups = btree_map(1..=3_u128, (1..=4_u8, vec(member, 0..4)), 0..3).prop_map(|groups| {
        let named = |(n, (address_n, members)): (u128, (u8, Vec<Member>))| Group {
            id: id(n),
            address: address(&format!("g{address_n}@example.test")),
            name: format!("组 {n}"),
            members,
        };
        groups.into_iter().map(named).collect()
    });
    (people, departments, groups).prop_map(|(people, departments, groups)| Import {
        people,
        departments,
        groups,
    })
}

fn command() -> impl Strategy<Value = Call> {
    let n = || 1..=4_u128;
    prop_oneof![
        4 => import().prop_map(Call::Import),
        1 => Just(Call::Directory),
        1 => Just(Call::Version),
        1 => n().prop_map(Call::Password),
        1 => (n(), any::<u8>()).prop_map(|(n, hash)| Call::SetPassword(n, hash)),
        1 => n().prop_map(Call::ForgetPassword),
        1 => (n(), select(&[Language::Chinese, Language::English])).prop_map(|(n, to)| Call::SetLanguage(n, to)),
        1 => (n(), vec(select(Role::ALL), 0..3)).prop_map(|(n, roles)| Call::SetRoles(n, roles)),
    ]
}

fn whole(directory: &Directory) -> (Vec<Person>, Vec<Department>, Vec<Group>) {
    let mut people: Vec<_> = directory.people().into_iter().cloned().collect();
    people.sort_by_key(|person| person.id);
    let mut departments: Vec<_> = directory.departments().into_iter().cloned().collect();
    departments.sort_by_key(|department| department.id);
    (people, departments, directory.groups().into_iter().cloned().collect())
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::Import(Import { people, departments, groups }) => {
                said(tx.replace_organisation(people, departments, groups).await)
            }
            Self::Directory => said(tx.directory().await.map(|directory| whole(&directory))),
            Self::Version => said(tx.directory_version().await),
            Self::Password(n) => said(tx.password_hash(id(*n)).await),
            Self::SetPassword(n, hash) => said(tx.set_password_hash(id(*n), &hash.to_string()).await),
            Self::ForgetPassword(n) => said(tx.forget_password(id(*n)).await),
            Self::SetLanguage(n, language) => said(tx.set_language(id(*n), *language).await),
            Self::SetRoles(n, roles) => said(tx.set_roles(id(*n), roles).await),
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        match self {
            Self::Import(import) => model.import(import),
            Self::Directory => {
                let mut groups = model.groups.clone();
                groups.sort_by(|a, b| a.address.cmp(&b.address));
                let people: Vec<_> = model.people.values().cloned().collect();
                yes((people, model.departments.values().cloned().collect::<Vec<_>>(), groups))
            }
            Self::Version => yes(model.directory_version),
            Self::Password(n) => yes(model.passwords.get(&id(*n)).cloned()),
            Self::SetPassword(n, hash) => model.of_person(*n, |model, person| {
                model.passwords.insert(person, hash.to_string());
            }),
            Self::ForgetPassword(n) => model.of_person(*n, |model, person| {
                model.passwords.remove(&person);
            }),
            Self::SetLanguage(n, language) => model.of_person(*n, |model, person| {
                model.people.get_mut(&person).unwrap().language = *language;
                model.directory_version += 1;
            }),
            Self::SetRoles(n, roles) => model.of_person(*n, |model, person| {
                model.people.get_mut(&person).unwrap().roles.clone_from(roles);
                model.directory_version += 1;
            }),
        }
    }

    fn looks() -> Vec<Self> {
        [Self::Directory, Self::Version].into_iter().chain((1..=4).map(Self::Password)).collect()
    }
}

impl Model {
    fn of_person(&mut self, n: u128, change: impl FnOnce(&mut Self, PersonId)) -> Expected {
        if !self.people.contains_key(&id(n)) {
            return no(StoreError::Missing("the person"));
        }
        change(self, id(n));
        yes(())
    }

    fn import(&mut self, import: &Import) -> Expected {
        self.directory_version += 1;
        self.departments.extend(import.departments.iter().map(|one| (one.id, one.clone())));
        self.people.extend(import.people.iter().map(|one| (one.id, one.clone())));
        self.groups.clone_from(&import.groups);
        let of_people = self.people.values().flat_map(|one| one.aliases.iter().chain([&one.address]));
        if has_twins(of_people) {
            return broken(StoreError::Conflict("the address of a person"));
        }
        if has_twins(self.groups.iter().map(|group| &group.address)) {
            return broken(StoreError::Conflict("the address of a group"));
        }
        yes(())
    }
}

fn has_twins<T: Ord>(all: impl Iterator<Item = T>) -> bool {
    let mut all: Vec<_> = all.collect();
    all.sort();
    all.windows(2).any(|pair| pair[0] == pair[1])
}
