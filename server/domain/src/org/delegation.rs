//! Mailboxes that several people send for: whose they are besides their owner's.

use super::{Directory, Member, Person};
use crate::ids::{GroupId, PersonId};
use serde::{Deserialize, Serialize};

/// Sees what was sent from a mailbox and may have it recalled, besides its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Delegate {
    Person(PersonId),
    /// Everybody in it, to any depth.
    Group(GroupId),
}

impl Directory {
    /// The owner always does. For a mailbox whose owner has left, nobody else.
    pub fn acts_for(&self, person: PersonId, mailbox: PersonId) -> bool {
        person == mailbox || self.person(mailbox).is_some_and(|mailbox| self.is_delegate(person, mailbox))
    }

    /// Mailboxes of others that this person acts for, by name.
    pub fn delegated_to(&self, person: PersonId) -> Vec<&Person> {
        let others = self.people().into_iter().filter(|mailbox| mailbox.id != person);
        others.filter(|mailbox| self.is_delegate(person, mailbox)).collect()
    }

    fn is_delegate(&self, person: PersonId, mailbox: &Person) -> bool {
        mailbox.active
            && mailbox.delegates.iter().any(|delegate| match delegate {
                Delegate::Person(id) => *id == person,
                Delegate::Group(id) => self.is_in(person, *id, &mut Vec::new()),
            })
    }

    /// A group inside itself, directly or by a detour, is entered once.
    fn is_in(&self, person: PersonId, group: GroupId, seen: &mut Vec<GroupId>) -> bool {
        let Some(group) = self.group(group).filter(|group| !seen.contains(&group.id)) else { return false };
        seen.push(group.id);
        group.members.iter().any(|member| match member {
            Member::Person(id) => *id == person,
            Member::Group(id) => self.is_in(person, *id, seen),
            Member::Outside(_) => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::org::{
        Group,
        directory::testing::{id, person},
    };

    fn group(n: u128, members: Vec<Member>) -> Group {
        Group { id: id(n), address: format!("g{n}@x.test").parse().unwrap(), name: format!("G{n}"), members }
    }

    /// 9 is shared by 1 and by group 20, which holds 21, which holds 2 and 20 again.
    fn directory(active: bool) -> Directory {
        let mut shared = person(9);
        shared.active = active;
        shared.delegates = vec![Delegate::Person(id(1)), Delegate::Group(id(20)), Delegate::Group(id(99))];
        let groups = vec![
            group(20, vec![Member::Group(id(21))]),
            group(21, vec![Member::Group(id(20)), Member::Person(id(2))]),
        ];
        Directory::new(vec![person(1), person(2), person(3), shared], vec![], groups)
    }

    #[test]
    fn who_is_named_alone_or_by_a_group_acts_for_it_and_nobody_else() {
        let directory = directory(true);
        let act: Vec<u128> = (1..=9).filter(|n| directory.acts_for(id(*n), id(9))).collect();
        assert_eq!(act, [1, 2, 9]);
        assert!(!directory.acts_for(id(9), id(1)), "not the other way round");
        assert!(directory.acts_for(id(3), id(3)) && !directory.acts_for(id(3), id(77)));
        let names =
            |n| directory.delegated_to(id(n)).into_iter().map(|mailbox| mailbox.id).collect::<Vec<_>>();
        assert_eq!([names(1), names(2), names(3), names(9)], [vec![id(9)], vec![id(9)], vec![], vec![]]);
    }

    #[test]
    fn a_mailbox_that_was_given_up_is_nobody_else_s() {
        let directory = directory(false);
        assert!(directory.delegated_to(id(1)).is_empty() && !directory.acts_for(id(1), id(9)));
        assert!(directory.acts_for(id(9), id(9)));
    }
}
