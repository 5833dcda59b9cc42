//! Who begins a thread with whom, and about what.

use super::{
    people::Party,
    phrases::{Audience, Topic},
    traffic::{Author, Traffic},
};

pub struct Round {
    pub author: Author,
    pub to: Vec<Party>,
    pub cc: Vec<Party>,
    pub bcc: Vec<Party>,
    /// What the mails call the company outside.
    pub client: Option<String>,
}

impl Traffic<'_> {
    pub fn choose_topic(&mut self, starter: usize, english: bool) -> usize {
        let person = &self.cast.people[starter];
        let path = &self.cast.units[person.unit].path;
        let everybody = self.dice.chance(8);
        let mut choices = Vec::new();
        for (index, topic) in self.phrases(english).topics.iter().enumerate() {
            if !topic.by.is_empty() && !topic.by.iter().any(|part| path.contains(part.as_str())) {
                continue;
            }
            let weight = match topic.audience {
                Audience::All => usize::from(everybody),
                Audience::Manager if person.manager.is_none() => 0,
                Audience::Department => 1,
                Audience::Manager | Audience::Supplier | Audience::Team => 3,
                Audience::Colleagues => 4,
                Audience::Outside => 6,
            };
            choices.extend(std::iter::repeat_n(index, weight));
        }
        *self.dice.pick(&choices)
    }

    pub fn round(&mut self, starter: usize, topic: &Topic) -> Round {
        let cast = self.cast;
        let person = &cast.people[starter];
        let unit = &cast.units[person.unit];
        let mut round = Round {
            author: Author::Person(starter),
            to: Vec::new(),
            cc: Vec::new(),
            bcc: Vec::new(),
            client: None,
        };
        let manager = person.manager.map(|manager| cast.people[manager].party.clone());
        match topic.audience {
            Audience::All => round.to.push(cast.list("all")),
            Audience::Team if self.dice.chance(12) => round.to.push(cast.list("ladder")),
            Audience::Team => {
                round.to.push(cast.list(if unit.parent.is_none() { "leads" } else { &unit.list }));
            }
            Audience::Department => {
                let above =
                    unit.parent.map(|parent| &cast.units[parent]).filter(|above| above.parent.is_some());
                round.to.push(cast.list(&above.unwrap_or(unit).list));
            }
            Audience::Manager => {
                round.to.extend(manager);
                round.cc = self.colleagues(starter, 25);
            }
            Audience::Colleagues => {
                round.to = self.colleagues(starter, 100);
                round.cc = self.colleagues(starter, 20);
                round.bcc = if self.dice.chance(7) { manager.into_iter().collect() } else { Vec::new() };
            }
            Audience::Outside | Audience::Supplier => {
                self.with_outsider(&mut round, starter, topic.audience, manager);
            }
        }
        let to = round.to.clone();
        round.cc.retain(|party| !to.contains(party));
        round.bcc.retain(|party| !to.contains(party) && !round.cc.contains(party));
        round
    }

    fn with_outsider(
        &mut self,
        round: &mut Round,
        starter: usize,
        audience: Audience,
        manager: Option<Party>,
    ) {
        let person = &self.cast.people[starter];
        let same: Vec<usize> = (0..self.cast.outsiders.len())
            .filter(|index| self.cast.outsiders[*index].english == person.english)
            .collect();
        let index = *self.dice.pick(&same);
        let outsider = &self.cast.outsiders[index];
        round.client = Some(outsider.company.clone());
        if audience == Audience::Supplier {
            round.author = Author::Outsider(index);
            round.to.push(person.party.clone());
            round.cc = self.colleagues(starter, 15);
            return;
        }
        round.to.push(outsider.party.clone());
        let company = self
            .cast
            .outsiders
            .iter()
            .filter(|other| other.company == outsider.company && other.party != outsider.party);
        if self.dice.chance(30) {
            round.to.extend(company.map(|other| other.party.clone()));
        }
        round.cc = self.colleagues(starter, 60);
        if self.dice.chance(10) {
            round.bcc.extend(manager);
        }
    }

    /// With this chance one to three people, most of them from the same department.
    pub fn colleagues(&mut self, starter: usize, percent: u64) -> Vec<Party> {
        let mut found = Vec::new();
        if !self.dice.chance(percent) {
            return found;
        }
        let part = |person: usize| {
            self.cast.units[self.cast.people[person].unit].path.split('/').nth(1).unwrap_or("")
        };
        let near: Vec<usize> =
            (0..self.cast.people.len()).filter(|person| part(*person) == part(starter)).collect();
        let all: Vec<usize> = (0..self.cast.people.len()).collect();
        let wanted = *self.dice.pick(&[1, 1, 1, 2, 2, 3]);
        while found.len() < wanted {
            let from = if self.dice.chance(70) { &near } else { &all };
            let person = *self.dice.pick(from);
            let party = &self.cast.people[person].party;
            if person != starter && !found.contains(party) {
                found.push(party.clone());
            }
        }
        found
    }
}
