//! Who works at the invented company: 60 people in four levels of departments, five of them always the same.
//! Addresses are plain texts here: the demo writes what the portal will parse.

use super::{
    accounts::{ACCOUNTS, AccountKind},
    dice::Dice,
    phrases::rows,
};
use std::fmt::Write;

pub const DOMAIN: &str = "chengyu.example";

/// A name and an address, as a header writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub name: String,
    pub address: String,
}

#[derive(Clone, Debug)]
pub struct Employee {
    pub party: Party,
    pub aliases: Vec<String>,
    /// Index of the unit.
    pub unit: usize,
    /// Index of the person.
    pub manager: Option<usize>,
    pub english: bool,
    role: &'static str,
    /// On legal hold, on leave, and on no list: the stories don't reach this person.
    pub on_hold: bool,
}

#[derive(Clone, Debug)]
pub struct Unit {
    pub path: String,
    pub list: String,
    pub parent: Option<usize>,
    pub people: Vec<usize>,
}

#[derive(Clone, Debug)]
pub struct Outsider {
    pub party: Party,
    pub company: String,
    pub english: bool,
}

#[derive(Clone, Debug)]
pub struct List {
    pub party: Party,
    pub members: Vec<String>,
}

/// A mailbox that isn't a person's.
#[derive(Clone, Debug)]
pub struct Shared {
    pub party: Party,
    /// Index of the unit whose people act for it.
    pub unit: usize,
}

#[derive(Clone, Debug)]
pub struct Cast {
    pub people: Vec<Employee>,
    pub units: Vec<Unit>,
    pub lists: Vec<List>,
    pub outsiders: Vec<Outsider>,
    /// Of the employee's unit.
    pub tenders: Shared,
}

pub fn at_home(local: &str) -> String {
    format!("{local}@{DOMAIN}")
}

impl Cast {
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, "people");
        let tenders = Shared {
            party: Party { name: "投标专用邮箱".to_owned(), address: at_home("tenders") },
            unit: 0,
        };
        let (people, units, lists, outsiders) = (Vec::new(), Vec::new(), Vec::new(), outsiders());
        let mut cast = Self { people, units, lists, outsiders, tenders };
        let mut names = Names::shuffled(&mut dice);
        for row in rows(include_str!("data/units.txt")) {
            let fields: Vec<&str> = row.split('|').map(str::trim).collect();
            let [path, list, size, rest @ ..] = fields.as_slice() else { continue };
            let parent = path
                .rsplit_once('/')
                .and_then(|(above, _)| cast.units.iter().position(|unit| unit.path == above));
            let unit =
                Unit { path: (*path).to_owned(), list: (*list).to_owned(), parent, people: Vec::new() };
            cast.units.push(unit);
            for place in 0..size.parse().unwrap_or(0) {
                cast.hire(list, place, rest.contains(&"en"), &mut names, &mut dice);
            }
        }
        cast.tenders.unit = cast.people[cast.account(AccountKind::Employee)].unit;
        cast.give_aliases(&mut dice);
        cast.lists = cast.make_lists();
        cast
    }

    /// One of the fixed five.
    pub fn account(&self, kind: AccountKind) -> usize {
        let account = ACCOUNTS.iter().find(|account| account.kind == kind);
        let is = |person: &Employee| account.is_some_and(|account| account.address == person.party.address);
        self.people.iter().position(is).unwrap_or(0)
    }

    pub fn list(&self, local: &str) -> Party {
        let address = at_home(local);
        let name =
            self.lists.iter().find(|list| list.party.address == address).map(|list| list.party.name.clone());
        Party { name: name.unwrap_or_default(), address }
    }

    /// People behind these parties, each once, in the order they are met.
    pub fn expand<'a>(&self, parties: impl IntoIterator<Item = &'a Party>) -> Vec<usize> {
        let mut found = Vec::new();
        for party in parties {
            self.enter(&party.address, &mut found, &mut Vec::new());
        }
        found
    }

    fn enter(&self, address: &str, found: &mut Vec<usize>, inside: &mut Vec<String>) {
        if let Some(person) = self.people.iter().position(|person| person.party.address == address) {
            if !found.contains(&person) {
                found.push(person);
            }
        } else if let Some(list) = self.lists.iter().find(|list| list.party.address == address)
            && !inside.iter().any(|outer| outer == address)
        {
            inside.push(address.to_owned());
            for member in &list.members {
                self.enter(member, found, inside);
            }
            inside.pop();
        }
    }

    /// Into the unit made last. Its first person leads it.
    fn hire(&mut self, list: &str, place: usize, english: bool, names: &mut Names, dice: &mut Dice) {
        let unit = self.units.len() - 1;
        let lead = self.units[unit].people.first().copied();
        let above = self.units[unit].parent.and_then(|parent| self.units[parent].people.first().copied());
        let fixed = ACCOUNTS.iter().find(|account| account.unit == list && account.place == place);
        let (party, english) = match fixed {
            Some(account) => (
                Party { name: account.name.to_owned(), address: account.address.to_owned() },
                account.language == "en",
            ),
            None => names.draw(english || (place > 0 && dice.chance(14)), &self.people, dice),
        };
        self.units[unit].people.push(self.people.len());
        self.people.push(Employee {
            party,
            aliases: Vec::new(),
            unit,
            manager: if place == 0 { above } else { lead },
            english,
            role: fixed.map_or("", |account| account.role),
            on_hold: list == "audit" && place == 1,
        });
    }

    /// The part after the dot, or before it for English names, where nobody else has it.
    fn give_aliases(&mut self, dice: &mut Dice) {
        let mut taken: Vec<String> = self.units.iter().map(|unit| unit.list.clone()).collect();
        taken.extend(["servicedesk", "ladder", "leads", "tenders"].map(str::to_owned));
        for person in &mut self.people {
            let local = person.party.address.split('@').next().unwrap_or_default();
            let Some((first, last)) = local.split_once('.') else { continue };
            let alias = if person.english { first } else { last }.to_owned();
            if !taken.contains(&alias) && (dice.chance(55) || !person.role.is_empty()) {
                person.aliases.push(at_home(&alias));
                taken.push(alias);
            }
            if person.role == "helpdesk" {
                person.aliases.push(at_home("servicedesk"));
            }
        }
    }

    /// A list for each unit, which holds the lists of the units below; a project's and the leads' besides.
    fn make_lists(&self) -> Vec<List> {
        let address = |person: &usize| self.people[*person].party.address.clone();
        let mut lists = Vec::new();
        for (index, unit) in self.units.iter().enumerate() {
            let own = unit.people.iter().filter(|person| !self.people[**person].on_hold).map(address);
            let below = self.units.iter().filter(|other| other.parent == Some(index));
            let members = own.chain(below.map(|other| at_home(&other.list))).collect();
            let last = unit.path.rsplit('/').next().unwrap_or_default();
            let name = if unit.parent.is_none() { "全体员工" } else { last };
            lists
                .push(List { party: Party { name: name.to_owned(), address: at_home(&unit.list) }, members });
        }
        let leads = self.units.iter().filter_map(|unit| unit.people.first()).map(address).collect();
        lists.push(List {
            party: Party { name: "部门负责人".to_owned(), address: at_home("leads") },
            members: leads,
        });
        let mut project = vec![at_home("storage"), at_home("frontend"), at_home("delivery")];
        project.extend(self.outsiders.first().map(|outsider| outsider.party.address.clone()));
        lists.push(List {
            party: Party { name: "云梯项目组".to_owned(), address: at_home("ladder") },
            members: project,
        });
        lists
    }

    /// The organisation in the form that `recant org import` reads.
    pub fn toml(&self) -> String {
        let mut text = String::from("# The demo organisation, made from a seed. Nobody in it exists.\n");
        let quoted =
            |texts: &[String]| texts.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(", ");
        for person in &self.people {
            let language = if person.english { "en" } else { "zh-CN" };
            let unit = &self.units[person.unit].path;
            let Party { name, address } = &person.party;
            // Writing into a String can't fail.
            let _ = write!(text, "\n[[person]]\nname = {name:?}\naddress = {address:?}\n");
            let _ = write!(
                text,
                "aliases = [{}]\ndepartment = {unit:?}\nlanguage = {language:?}\n",
                quoted(&person.aliases)
            );
            if let Some(manager) = person.manager {
                let _ = writeln!(text, "manager = {:?}", self.people[manager].party.address);
            }
            if !person.role.is_empty() {
                let _ = writeln!(text, "roles = [{:?}]", person.role);
            }
            if person.on_hold {
                text.push_str("legal_hold = true\n");
            }
        }
        self.write_shared(&mut text);
        for list in &self.lists {
            let Party { name, address } = &list.party;
            let _ = write!(
                text,
                "\n[[group]]\naddress = {address:?}\nname = {name:?}\nmembers = [{}]\n",
                quoted(&list.members)
            );
        }
        text
    }

    fn write_shared(&self, text: &mut String) {
        let Shared { party: Party { name, address }, unit } = &self.tenders;
        let Unit { path, list, people, .. } = &self.units[*unit];
        let _ = write!(
            text,
            "\n[[person]]\nname = {name:?}\naddress = {address:?}\ndepartment = {path:?}\nlanguage = \"zh-CN\"\n"
        );
        if let Some(lead) = people.first() {
            let _ = writeln!(text, "manager = {:?}", self.people[*lead].party.address);
        }
        let _ = writeln!(text, "delegates = [{:?}]", at_home(list));
    }
}

/// Names that aren't given yet.
struct Names {
    surnames: Vec<(String, String)>,
    given: Vec<(String, String)>,
    english: Vec<(String, String)>,
}

impl Names {
    fn shuffled(dice: &mut Dice) -> Self {
        let of = |kind: &str| -> Vec<(String, String)> {
            let rows = rows(include_str!("data/names.txt")).map(|row| row.split(' ').collect::<Vec<_>>());
            rows.filter(|row| row.len() == 3 && row[0] == kind)
                .map(|row| (row[1].to_owned(), row[2].to_owned()))
                .collect()
        };
        let mut names = Self { surnames: of("surname"), given: of("given"), english: of("english") };
        dice.shuffle(&mut names.surnames);
        dice.shuffle(&mut names.given);
        dice.shuffle(&mut names.english);
        names
    }

    /// Chinese when no English name is left.
    fn draw(&mut self, english: bool, taken: &[Employee], dice: &mut Dice) -> (Party, bool) {
        if english && let Some((first, last)) = self.english.pop() {
            let address = at_home(&format!("{first}.{last}").to_lowercase());
            return (Party { name: format!("{first} {last}"), address }, true);
        }
        loop {
            let (surname, family) = dice.pick(&self.surnames);
            let (given, personal) = dice.pick(&self.given);
            let party = Party {
                name: format!("{surname}{given}"),
                address: at_home(&format!("{family}.{personal}")),
            };
            if !taken.iter().any(|person| person.party.address == party.address) {
                return (party, false);
            }
        }
    }
}

fn outsiders() -> Vec<Outsider> {
    let mut outsiders = Vec::new();
    for row in rows(include_str!("data/names.txt")) {
        let Some((kind, rest)) = row.split_once(' ') else { continue };
        let fields: Vec<&str> = rest.split('|').map(str::trim).collect();
        if let [name, address, company] = fields.as_slice() {
            outsiders.push(Outsider {
                party: Party { name: (*name).to_owned(), address: (*address).to_owned() },
                company: (*company).to_owned(),
                english: kind == "outside-en",
            });
        }
    }
    outsiders
}
