//! `recant user`: passwords of people in the directory. People themselves come and go with `recant org import`.

use super::say;
use crate::{config::Config, wiring, world};
use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use domain::{
    audit::{Actor, NewEntry},
    mail::EmailAddress,
    org::Person,
    password,
    store::{Store, StoreError},
    world::World,
};
use serde_json::json;
use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
};
use zeroize::Zeroizing;

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Let a person of the directory sign in: gives them a first password.
    Add(Which),
    /// Give a person another password; they are signed out everywhere.
    Passwd(Which),
    /// Who is in the directory, and who can sign in.
    List,
}

#[derive(Debug, Args)]
pub struct Which {
    /// Any of the person's addresses.
    address: EmailAddress,
    /// Make a password and print it once, instead of asking for one (or reading it from standard input).
    #[arg(long)]
    generate: bool,
}

pub async fn run(command: UserCommand, config: &Config) -> Result<ExitCode> {
    let database = wiring::database(config).await?;
    let world = world::real();
    match command {
        UserCommand::Add(which) => add(&database, &world, &which).await?,
        UserCommand::Passwd(which) => passwd(&database, &world, &which).await?,
        UserCommand::List => list(&database).await?,
    }
    database.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn add(store: &dyn Store, world: &World, which: &Which) -> Result<()> {
    let person = find(store, &which.address).await?;
    if store.read().await?.password_hash(person.id).await?.is_some() {
        bail!("{} can sign in already; `recant user passwd` gives them another password", person.address);
    }
    set(store, world, &person, which.generate).await
}

async fn passwd(store: &dyn Store, world: &World, which: &Which) -> Result<()> {
    let person = find(store, &which.address).await?;
    set(store, world, &person, which.generate).await
}

async fn find(store: &dyn Store, address: &EmailAddress) -> Result<Person> {
    let directory = store.read().await?.directory().await?;
    let person = directory.person_by_address(address).cloned().with_context(|| {
        format!("nobody in the directory has the address {address}: add the person to the file that `recant org import` reads")
    })?;
    if !person.active {
        bail!("{address} belongs to somebody who left: import them as active first");
    }
    Ok(person)
}

async fn set(store: &dyn Store, world: &World, person: &Person, generate: bool) -> Result<()> {
    let fresh = if generate { make(world) } else { ask()? };
    set_password(store, world, person, &fresh).await?;
    say::line(format!("{} ({}) can sign in with the new password", person.name, person.address));
    if generate {
        say::line(format!("password: {}", fresh.as_str()));
    }
    Ok(())
}

/// Whoever is signed in with the old password is signed out.
pub async fn set_password(store: &dyn Store, world: &World, person: &Person, fresh: &str) -> Result<()> {
    let hash = password::hash(fresh, world.bytes())?;
    write(store, world, person, &hash).await.context("the password couldn't be written")
}

async fn write(store: &dyn Store, world: &World, person: &Person, hash: &str) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.set_password_hash(person.id, hash).await?;
    tx.delete_sessions_of(person.id, None).await?;
    let detail = json!({ "person": person.id });
    let action = "account.password_set";
    let at = world.now();
    let actor = Actor::System;
    tx.record(&NewEntry { at, actor, action, case: None, target: None, detail, sealed: None }).await?;
    tx.commit().await
}

/// From a terminal without showing it, twice; else one line of standard input.
fn ask() -> Result<Zeroizing<String>> {
    if io::stdin().is_terminal() {
        let first = Zeroizing::new(rpassword::prompt_password("New password: ")?);
        let second = Zeroizing::new(rpassword::prompt_password("Once more: ")?);
        if first != second {
            bail!("the two aren't the same; nothing was changed");
        }
        return Ok(first);
    }
    let mut line = Zeroizing::new(String::new());
    io::stdin().read_line(&mut line)?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// 100 bits in letters that aren't taken for one another.
fn make(world: &World) -> Zeroizing<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters = world.bytes::<20>().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let groups: Vec<String> = letters.chunks(5).map(|group| group.iter().collect()).collect();
    Zeroizing::new(groups.join("-"))
}

async fn list(store: &dyn Store) -> Result<()> {
    let mut tx = store.read().await?;
    let directory = tx.directory().await?;
    let mut rows = vec![["address", "name", "roles", "signs in"].map(str::to_owned).to_vec()];
    for person in directory.people() {
        let signs_in = match (person.active, tx.password_hash(person.id).await?) {
            (false, _) => "left",
            (true, None) => "no password",
            (true, Some(_)) => "yes",
        };
        let roles: Vec<&str> = person.roles.iter().map(|role| role.code()).collect();
        rows.push(vec![
            person.address.to_string(),
            person.name.clone(),
            roles.join(", "),
            signs_in.to_owned(),
        ]);
    }
    say::table(&rows);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_password_is_long_enough_and_new_each_time() {
        let world = world::real();
        let (one, two) = (make(&world), make(&world));
        assert_eq!(one.len(), 23);
        assert_ne!(one, two);
    }
}
