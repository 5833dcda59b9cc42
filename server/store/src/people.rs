//! The organisation: people with their addresses, departments, groups; passwords beside them.

use crate::{
    Transaction,
    dialect::Row,
    row::{json, unreadable},
    table::{Table, Taken, select},
};
use async_trait::async_trait;
use domain::{
    ids::{GroupId, PersonId},
    mail::EmailAddress,
    org::{Department, Directory, Group, Member, Person},
    shared::{Language, Role},
    store::{People, Result},
};
use sea_query::{Expr, ExprTrait, Order, Query, UpdateStatement};
use std::collections::HashMap;

pub(crate) const PEOPLE: Table = Table {
    name: "person",
    what: "the person",
    key: &["id"],
    columns: &[
        "id",
        "name",
        "department",
        "manager",
        "language",
        "roles",
        "active",
        "legal_hold",
        "delegates",
    ],
    only_written: &[],
};

const ADDRESSES: Table = Table {
    name: "person_address",
    what: "the address of a person",
    key: &["address"],
    columns: &["address", "person_id", "position"],
    only_written: &[],
};

const DEPARTMENTS: Table = Table {
    name: "department",
    what: "the department",
    key: &["id"],
    columns: &["id", "name", "parent"],
    only_written: &[],
};

const GROUPS: Table = Table {
    name: "mail_group",
    what: "the address of a group",
    key: &["id"],
    columns: &["id", "address", "name"],
    only_written: &[],
};

const MEMBERS: Table = Table {
    name: "group_member",
    what: "the member of a group",
    key: &["group_id", "position"],
    columns: &["group_id", "position", "member_person", "member_group", "address"],
    only_written: &[],
};

#[async_trait]
impl People for Transaction {
    async fn directory(&mut self) -> Result<Directory> {
        let addresses = ADDRESSES.select().order_by("position", Order::Asc).take();
        let mut addresses_of: HashMap<PersonId, Vec<EmailAddress>> = HashMap::new();
        for (person, address) in
            self.rows(&addresses, |row| Ok((row.id("person_id")?, row.parsed("address")?))).await?
        {
            addresses_of.entry(person).or_default().push(address);
        }
        let people = self.rows(&PEOPLE.select(), |row| read_person(row, &addresses_of)).await?;
        let departments = self.rows(&DEPARTMENTS.select(), read_department).await?;
        let groups = groups(self).await?;
        Ok(Directory::new(people, departments, groups))
    }

    async fn directory_version(&mut self) -> Result<i64> {
        let version = self.row(&select("directory_state", ["version"]), |row| row.get("version")).await?;
        Ok(version.unwrap_or_default())
    }

    async fn replace_organisation(
        &mut self,
        people: &[Person],
        departments: &[Department],
        groups: &[Group],
    ) -> Result<()> {
        // First of all: its row lock lets one import at a time into the tables.
        raise_version(self).await?;
        self.run(&MEMBERS.delete()).await?;
        self.run(&GROUPS.delete()).await?;
        self.insert(&DEPARTMENTS, departments.iter().map(department_row).collect(), Taken::Replace).await?;
        let rows: Result<_> = people.iter().map(person_row).collect();
        self.insert(&PEOPLE, rows?, Taken::Replace).await?;
        replace_addresses(self, people).await?;
        self.insert(&GROUPS, groups.iter().map(group_row).collect(), Taken::Refuse).await?;
        self.insert(&MEMBERS, groups.iter().flat_map(member_rows).collect(), Taken::Refuse).await?;
        Ok(())
    }

    async fn password_hash(&mut self, person: PersonId) -> Result<Option<String>> {
        let hash = select("person", ["password_hash"]).and_where(Expr::col("id").eq(person.0)).take();
        Ok(self.row(&hash, |row| row.get("password_hash")).await?.flatten())
    }

    async fn set_password_hash(&mut self, person: PersonId, hash: &str) -> Result<()> {
        self.run_on("the person", &change(person, "password_hash", hash.into())).await
    }

    async fn forget_password(&mut self, person: PersonId) -> Result<()> {
        self.run_on("the person", &change(person, "password_hash", None::<String>.into())).await
    }

    async fn set_language(&mut self, person: PersonId, language: Language) -> Result<()> {
        self.run_on("the person", &change(person, "language", language.tag().into())).await?;
        raise_version(self).await
    }

    async fn set_roles(&mut self, person: PersonId, roles: &[Role]) -> Result<()> {
        self.run_on("the person", &change(person, "roles", json(&roles)?)).await?;
        raise_version(self).await
    }
}

fn change(person: PersonId, column: &'static str, value: Expr) -> UpdateStatement {
    PEOPLE.update().value(column, value).and_where(Expr::col("id").eq(person.0)).take()
}

async fn raise_version(tx: &mut Transaction) -> Result<()> {
    let raise = Query::update().table("directory_state").value("version", Expr::col("version").add(1)).take();
    tx.run_on("the version of the directory", &raise).await
}

/// All at once, so that people may swap addresses.
async fn replace_addresses(tx: &mut Transaction, people: &[Person]) -> Result<()> {
    for some in people.chunks(10_000) {
        let ids = some.iter().map(|person| person.id.0);
        tx.run(&ADDRESSES.delete().and_where(Expr::col("person_id").is_in(ids)).take()).await?;
    }
    tx.insert(&ADDRESSES, people.iter().flat_map(address_rows).collect(), Taken::Refuse).await?;
    Ok(())
}

async fn groups(tx: &mut Transaction) -> Result<Vec<Group>> {
    let members = MEMBERS.select().order_by("position", Order::Asc).take();
    let mut members_of: HashMap<GroupId, Vec<Member>> = HashMap::new();
    for (group, member) in tx.rows(&members, |row| Ok((row.id("group_id")?, read_member(row)?))).await? {
        members_of.entry(group).or_default().push(member);
    }
    tx.rows(&GROUPS.select(), |row| read_group(row, &members_of)).await
}

fn person_row(person: &Person) -> Result<Vec<Expr>> {
    Ok(vec![
        person.id.0.into(),
        person.name.as_str().into(),
        person.department.map(|id| id.0).into(),
        person.manager.map(|id| id.0).into(),
        person.language.tag().into(),
        json(&person.roles)?,
        person.active.into(),
        person.legal_hold.into(),
        json(&person.delegates)?,
    ])
}

fn address_rows(person: &Person) -> Vec<Vec<Expr>> {
    let addresses = std::iter::once(&person.address).chain(&person.aliases);
    let numbered = addresses.zip(0_i64..);
    numbered.map(|(address, at)| vec![address.as_str().into(), person.id.0.into(), at.into()]).collect()
}

fn read_person(row: &Row, addresses_of: &HashMap<PersonId, Vec<EmailAddress>>) -> Result<Person> {
    let id = row.id("id")?;
    let addresses = addresses_of.get(&id).map(Vec::as_slice);
    let (address, aliases) = addresses
        .and_then(<[EmailAddress]>::split_first)
        .ok_or_else(|| unreadable("person", format!("{id} has no address")))?;
    Ok(Person {
        id,
        name: row.get("name")?,
        address: address.clone(),
        aliases: aliases.to_vec(),
        department: row.optional_id("department")?,
        manager: row.optional_id("manager")?,
        language: row.language("language")?,
        roles: row.json("roles")?,
        active: row.get("active")?,
        legal_hold: row.get("legal_hold")?,
        delegates: row.json("delegates")?,
    })
}

fn department_row(department: &Department) -> Vec<Expr> {
    vec![department.id.0.into(), department.name.as_str().into(), department.parent.map(|id| id.0).into()]
}

fn read_department(row: &Row) -> Result<Department> {
    Ok(Department { id: row.id("id")?, name: row.get("name")?, parent: row.optional_id("parent")? })
}

fn group_row(group: &Group) -> Vec<Expr> {
    vec![group.id.0.into(), group.address.as_str().into(), group.name.as_str().into()]
}

fn read_group(row: &Row, members_of: &HashMap<GroupId, Vec<Member>>) -> Result<Group> {
    let id = row.id("id")?;
    let members = members_of.get(&id).cloned().unwrap_or_default();
    Ok(Group { id, address: row.parsed("address")?, name: row.get("name")?, members })
}

fn member_rows(group: &Group) -> Vec<Vec<Expr>> {
    let row = |(member, at): (&Member, i64)| {
        let (person, inner, address) = match member {
            Member::Person(person) => (Some(person.0), None, None),
            Member::Group(inner) => (None, Some(inner.0), None),
            Member::Outside(address) => (None, None, Some(address.as_str())),
        };
        vec![group.id.0.into(), at.into(), person.into(), inner.into(), address.into()]
    };
    group.members.iter().zip(0..).map(row).collect()
}

fn read_member(row: &Row) -> Result<Member> {
    let person = row.optional_id("member_person")?.map(Member::Person);
    let inner = row.optional_id("member_group")?.map(Member::Group);
    let outside = row.optional_parsed("address")?.map(Member::Outside);
    person.or(inner).or(outside).ok_or_else(|| unreadable("group_member", "nobody"))
}
