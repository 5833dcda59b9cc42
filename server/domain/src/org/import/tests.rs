use super::*;
use crate::{
    org::{Delegate, Directory, Member, Person},
    time::Timestamp,
    world::{Clock, Random, World},
};
use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

const GOOD: &str = r#"
[[person]]
name = "沈若岚"
address = "Shen@x.test"
department = "公司"

[[person]]
name = "Ann"
address = "ann@x.test"
aliases = ["a@x.test", "ann@y.test"]
department = "公司/研发中心/平台部"
manager = "shen@x.test"
language = "en"
roles = ["approver", "helpdesk"]
legal_hold = true

[[person]]
name = "Bo"
address = "bo@x.test"
department = "公司/研发中心"
manager = "a@x.test"
active = false

[[person]]
name = "Info"
address = "info@x.test"
delegates = ["a@x.test", "rd@x.test", "ann@x.test"]

[[group]]
address = "all@x.test"
name = "All"
members = ["rd@x.test", "shen@x.test"]

[[group]]
address = "rd@x.test"
name = "R&D"
members = ["a@x.test", "bo@x.test", "all@x.test", "client@out.test"]
"#;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp(1_769_994_000_000)
    }
}

/// Never the same bytes twice.
struct Counting(AtomicU8);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

fn world() -> World {
    World { clock: Arc::new(Still), random: Arc::new(Counting(AtomicU8::new(1))) }
}

fn read_toml(text: &str) -> Result<OrgPlan, Vec<ImportProblem>> {
    parse_toml(Document { name: "org.toml", text })
}

fn read_csv(people: &str, groups: Option<&str>) -> Result<OrgPlan, Vec<ImportProblem>> {
    let groups = groups.map(|text| Document { name: "groups.csv", text });
    parse_csv(Document { name: "people.csv", text: people }, groups)
}

fn plan(text: &str) -> OrgPlan {
    read_toml(text).unwrap_or_else(|problems| panic!("{}", problems[0]))
}

fn directory(change: &OrgChange) -> Directory {
    Directory::new(change.people.clone(), change.departments.clone(), change.groups.clone())
}

fn person<'a>(change: &'a OrgChange, address: &str) -> &'a Person {
    change.people.iter().find(|person| person.address.as_str() == address).unwrap()
}

fn told(result: Result<OrgPlan, Vec<ImportProblem>>) -> Vec<String> {
    result.unwrap_err().iter().map(ToString::to_string).collect()
}

/// Each text must be found in the problem of the same place, and there are no more problems than that.
#[track_caller]
fn tells(result: Result<OrgPlan, Vec<ImportProblem>>, expected: &[&str]) {
    let told = told(result);
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.contains(expected), "{told:?} lacks {expected:?}");
    }
}

#[test]
fn reads_people_groups_and_defaults() {
    let plan = plan(GOOD);
    assert_eq!(plan.people[0].address.as_str(), "shen@x.test");
    assert_eq!(plan.people[0].language, Language::default());
    assert!(plan.people[0].active && !plan.people[0].legal_hold && plan.people[0].roles.is_empty());
    let ann = &plan.people[1];
    assert_eq!(ann.department, ["公司", "研发中心", "平台部"]);
    assert_eq!((ann.language, ann.legal_hold), (Language::English, true));
    assert_eq!(ann.roles, [Role::Approver, Role::Helpdesk]);
    assert_eq!(plan.people[2].manager.as_ref().unwrap().as_str(), "ann@x.test", "an alias names the person");
    assert!(!plan.people[2].active);
    let delegates: Vec<&str> = plan.people[3].delegates.iter().map(EmailAddress::as_str).collect();
    assert_eq!(delegates, ["ann@x.test", "rd@x.test"], "by their own addresses, each once");
    assert_eq!(plan.groups[1].members.len(), 4);
}

#[test]
fn csv_says_the_same_in_any_order_of_columns() {
    let people = "\u{feff}address,name,manager,Department,aliases,language,roles,active,legal_hold,delegates\r\n\
        Shen@x.test,沈若岚,,公司,,,,,\r\n\
        ann@x.test,Ann,shen@x.test,公司/研发中心/平台部,a@x.test; ann@y.test,en,approver；helpdesk,yes,是\r\n\
        ,,,,,,,,\r\n\
        bo@x.test,Bo,a@x.test,公司/研发中心,,,,false\r\n\
        info@x.test,Info,,,,,,,,a@x.test;rd@x.test\r\n";
    let groups = "name,address,members\nAll,all@x.test,rd@x.test;shen@x.test\n\
        R&D,rd@x.test,a@x.test;bo@x.test;all@x.test;client@out.test\n";
    assert_eq!(read_csv(people, Some(groups)).unwrap(), plan(GOOD));
    assert_eq!(read_csv("name,address\nAnn,ann@x.test\n", None).unwrap().people.len(), 1);
}

#[test]
fn lists_every_problem_with_its_line() {
    let text = r#"
[[person]]
name = ""
address = "ann@x.test"
language = "fr"
roles = ["approver", "boss"]
shoe_size = 38

[[person]]
name = "Bo"
address = "bo at x.test"
aliases = "b@x.test"
manager = "nobody@x.test"
department = "公司//平台部"
active = "yes"

[[person]]
address = "cy@x.test"
name = "Cy"
aliases = ["ann@x.test"]
manager = "cy@x.test"
"#;
    tells(
        read_toml(text),
        &[
            "org.toml, line 3: the name is missing",
            "line 5: the language \"fr\" is not known",
            "line 6: the role \"boss\" is not known",
            "line 7: \"shoe_size\" means nothing here",
            "line 11: \"bo at x.test\" is not a mail address",
            "line 12: \"aliases\" must be a list",
            "line 13: the manager of bo at x.test, nobody@x.test, is not in this file",
            "line 14: the department \"公司//平台部\" has an empty part",
            "line 15: \"active\" must be true or false",
            "line 20: the address ann@x.test is already used in org.toml, line 4",
            "line 21: cy@x.test is their own manager",
        ],
    );
}

#[test]
fn csv_lists_every_problem_with_its_line() {
    let people = "name,address,manager,legal_hold,mood\n\"An\nn\",ann@x.test,,,\nBo,bo@x.test,ann@x.test,perhaps,good\nCy,cy@x.test,ghost@x.test,,,,\nDi,,,,\n";
    let groups = "address,name,members\nann@x.test,Team,bo@x.test\nteam@x.test,Team,cy@x.test;bad\n";
    tells(
        read_csv(people, Some(groups)),
        &[
            "people.csv, line 1: \"mood\" means nothing here",
            "people.csv, line 4: \"legal_hold\" must be true or false",
            "people.csv, line 5: this row has 7 fields, the header has 5",
            "people.csv, line 6: the address is missing",
            "groups.csv, line 2: the address ann@x.test is already used in people.csv, line 2",
            "groups.csv, line 3: cy@x.test, a member of team@x.test, is in a domain",
            "groups.csv, line 3: \"bad\" is not a mail address",
        ],
    );
    tells(
        read_csv("name,name\nA,B\n", None),
        &[
            "the column \"name\" stands there twice",
            "there is no column \"address\"",
            "line 2: the address is missing",
        ],
    );
}

#[test]
fn a_broken_file_is_one_problem_and_an_empty_one_too() {
    tells(read_toml("[[person]]\nname = \"Ann\n"), &["org.toml, line 2: the file can't be read from here"]);
    tells(read_toml(""), &["there are no people"]);
    tells(read_csv("name,address\n", None), &["people.csv, line 1: there are no people"]);
    tells(read_toml("[person]\nname = \"Ann\"\n"), &["two brackets"]);
    tells(read_toml("person = [1]\ngroups = []\n"), &["two brackets", "\"groups\" means nothing here"]);
}

#[test]
fn names_the_members_of_a_manager_circle_once() {
    let person = |name: &str, manager: &str| {
        format!(
            "[[person]]\nname = \"{name}\"\naddress = \"{name}@x.test\"\nmanager = \"{manager}@x.test\"\n"
        )
    };
    let text = [person("d", "a"), person("a", "b"), person("b", "c"), person("c", "a")].concat();
    tells(
        read_toml(&text),
        &["line 8: these people manage each other in a circle: a@x.test → b@x.test → c@x.test;"],
    );
}

#[test]
fn a_missing_member_of_our_domains_is_a_problem_an_outsider_is_not() {
    let text = "[[person]]\nname = \"Ann\"\naddress = \"ann@x.test\"\n[[group]]\nname = \"G\"\naddress = \"g@x.test\"\nmembers = [\"o@y.test\",\n\"ghost@x.test\"]\n";
    tells(read_toml(text), &["line 8: ghost@x.test, a member of g@x.test"]);
}

#[test]
fn a_delegate_is_somebody_of_the_organisation() {
    let text = "[[person]]\nname = \"Info\"\naddress = \"info@x.test\"\ndelegates = [\"o@y.test\",\n\"?\"]\n";
    tells(
        read_toml(text),
        &[
            "line 4: o@y.test, a delegate of info@x.test, is neither a person nor a group",
            "line 5: \"?\" is not a mail address",
        ],
    );
}

#[test]
fn the_first_import_makes_everything_and_the_second_changes_nothing() {
    let world = world();
    let first = plan(GOOD).apply(&Directory::default(), &world);
    assert_eq!((first.added, first.changed, first.deactivated), (4, 0, 0));
    assert_eq!(first.departments.len(), 3, "one for each part of a path");
    let directory = directory(&first);
    let ann = person(&first, "ann@x.test");
    assert_eq!(directory.department_path(ann.department.unwrap()), ["公司", "研发中心", "平台部"]);
    assert_eq!(ann.manager, Some(person(&first, "shen@x.test").id));
    assert!(matches!(first.groups[0].members[0], Member::Group(id) if id == first.groups[1].id));
    assert!(
        matches!(&first.groups[1].members[3], Member::Outside(address) if address.as_str() == "client@out.test")
    );

    let delegates = [Delegate::Person(ann.id), Delegate::Group(first.groups[1].id)];
    assert_eq!(person(&first, "info@x.test").delegates, delegates);

    let second = plan(GOOD).apply(&directory, &world);
    assert_eq!(OrgChange { added: 4, ..second }, first);
}

#[test]
fn changes_are_counted_and_those_who_left_stay_known() {
    let world = world();
    let first = plan(GOOD).apply(&Directory::default(), &world);
    let text = "[[person]]\nname = \"沈若岚\"\naddress = \"shen@x.test\"\nactive = false\n\
        [[person]]\nname = \"Bo\"\naddress = \"bo.new@x.test\"\naliases = [\"bo@x.test\", \"a@x.test\"]\n\
        [[person]]\nname = \"Cy\"\naddress = \"cy@x.test\"\naliases = [\"all@x.test\"]\n";
    let next = plan(text).apply(&directory(&first), &world);
    assert_eq!((next.added, next.changed, next.deactivated), (1, 1, 3));
    assert_eq!(
        person(&next, "bo.new@x.test").id,
        person(&first, "bo@x.test").id,
        "the same person after a move"
    );
    let (before, after) = (person(&first, "ann@x.test"), person(&next, "ann@x.test"));
    assert_eq!(after.aliases.len(), 1, "a@x.test went to Bo");
    assert_eq!(Person { active: true, aliases: before.aliases.clone(), ..after.clone() }, *before);
    assert_eq!(next.departments, first.departments);
    assert_eq!(next.groups.len(), 1, "all@x.test belongs to Cy now");
    assert_eq!(next.groups[0].id, first.groups[1].id);
    assert_eq!(next.groups[0].members.len(), 3, "without the group that is no more");
}

#[test]
fn the_language_that_somebody_chose_stays() {
    let world = world();
    let text = "[[person]]\nname = \"Ann\"\naddress = \"ann@x.test\"\nlanguage = \"en\"\n";
    let mut first = plan(text).apply(&Directory::default(), &world);
    assert_eq!(first.people[0].language, Language::English);
    first.people[0].language = Language::Chinese;
    let next = plan(text).apply(&directory(&first), &world);
    assert_eq!((next.people[0].language, next.changed), (Language::Chinese, 0));
}

#[test]
fn a_successor_does_not_inherit_the_account() {
    let world = world();
    let first =
        plan("[[person]]\nname = \"Ann\"\naddress = \"ann@x.test\"\n").apply(&Directory::default(), &world);
    let text = "[[person]]\nname = \"Eve\"\naddress = \"eve@x.test\"\naliases = [\"ann@x.test\"]\n";
    let next = plan(text).apply(&directory(&first), &world);
    assert_ne!(person(&next, "eve@x.test").id, person(&first, "ann@x.test").id);
    assert_eq!((next.added, next.deactivated), (1, 1));
    let found = directory(&next);
    assert_eq!(found.person_by_address(&"ann@x.test".parse().unwrap()).unwrap().name, "Eve");
}

#[test]
fn nor_does_whoever_gets_the_address_as_their_own() {
    let world = world();
    let first =
        plan("[[person]]\nname = \"Ann\"\naddress = \"ann@x.test\"\n").apply(&Directory::default(), &world);
    let left = plan("[[person]]\nname = \"Bo\"\naddress = \"bo@x.test\"\n").apply(&directory(&first), &world);
    let text = "[[person]]\nname = \"Anna\"\naddress = \"ann@x.test\"\n";
    let next = plan(text).apply(&directory(&left), &world);
    let (old, new) = (person(&first, "ann@x.test").id, person(&next, "ann@x.test").id);
    assert_ne!(old, new);
    let leaver = next.people.iter().find(|person| person.id == old).unwrap();
    assert_eq!((leaver.active, leaver.address.domain()), (false, "left.invalid"));

    let back =
        plan("[[person]]\nname = \"Ann\"\naddress = \"ann@x.test\"\n").apply(&directory(&left), &world);
    assert_eq!(person(&back, "ann@x.test").id, old, "the same person came back");
}

/// The section of the guide that says how the files are written.
fn documented() -> &'static str {
    let guide = include_str!("../../../../../docs/operator-guide.md");
    let (_, section) = guide.split_once("\n## The organisation's file\n").unwrap();
    section.split("\n## ").next().unwrap()
}

/// The code blocks of a language, in order.
fn examples(language: &str) -> Vec<&'static str> {
    let begins = format!("```{language}\n");
    documented().split(&begins).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_documentation_names_every_key_and_no_other() {
    let rows = documented().lines().filter_map(|line| line.strip_prefix("| `"));
    let named: Vec<&str> = rows.map(|row| row.split_once('`').unwrap().0).collect();
    assert_eq!(named, [PERSON, GROUP].concat());
    let [example] = examples("toml")[..] else { panic!("there is one example in TOML") };
    for key in [PERSON, GROUP].concat() {
        assert!(example.contains(&format!("\n{key} = ")), "the example lacks {key}");
    }
}

#[test]
fn the_documentation_says_the_same_in_both_forms() {
    let [people, groups] = examples("csv")[..] else { panic!("there are two tables") };
    assert_eq!(read_csv(people, Some(groups)).unwrap(), plan(examples("toml")[0]));
}
