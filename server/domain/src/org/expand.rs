//! Who stands behind the addresses of a mail: groups are opened to any depth, and each mailbox is met once.

use super::{Directory, Member};
use crate::{
    ids::{GroupId, PersonId},
    mail::{EmailAddress, NamedAddress},
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

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

impl Recipient {
    pub fn person(&self) -> Option<PersonId> {
        match self.kind {
            RecipientKind::Inside(person) => Some(person),
            RecipientKind::Unknown | RecipientKind::Outside => None,
        }
    }
}

impl Directory {
    /// Everyone behind these addresses, each mailbox once, in the order they are met.
    pub fn expand<'a>(&self, addresses: impl IntoIterator<Item = &'a NamedAddress>) -> Vec<Recipient> {
        let mut expansion = Expansion { directory: self, found: Vec::new(), places: HashMap::new() };
        for named in addresses {
            expansion.address(&named.address, &named.name, &mut Vec::new());
        }
        expansion.found
    }
}

struct Expansion<'a> {
    directory: &'a Directory,
    found: Vec<Recipient>,
    places: HashMap<EmailAddress, usize>,
}

impl Expansion<'_> {
    fn address(&mut self, address: &EmailAddress, name: &str, via: &mut Vec<GroupId>) {
        if let Some(group) = self.directory.group_by_address(address) {
            self.group(group.id, via);
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
        let Some(group) = directory.group(id) else { return };
        if via.contains(&id) {
            return;
        }
        via.push(id);
        for member in &group.members {
            match member {
                Member::Person(person) => {
                    if let Some(person) = directory.person(*person) {
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
        let groups = via.iter().filter_map(|id| self.directory.group(*id)).map(|group| group.address.clone());
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
    use crate::org::{
        Group,
        directory::testing::{id, person},
    };

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
            vec![person(1), person(2), person(3)],
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
}
