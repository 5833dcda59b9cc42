//! `recant user`: passwords of people in the directory. People themselves come and go with `recant org import`.

use super::say;
use crate::{config::Config, wiring, world};
use anyhow::{Result, anyhow, bail};
use clap::{Args, Subcommand};
use domain::{
    account::{self, Accounts, GiveError},
    mail::EmailAddress,
    password,
    store::Store,
    world::World,
};
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
        UserCommand::Add(which) => give(&database, &world, &which, Accounts::New).await?,
        UserCommand::Passwd(which) => give(&database, &world, &which, Accounts::Any).await?,
        UserCommand::List => list(&database).await?,
    }
    database.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn give(store: &dyn Store, world: &World, which: &Which, accounts: Accounts) -> Result<()> {
    let person = account::to_be_given(store, &which.address, accounts).await.map_err(advise)?;
    let fresh = if which.generate { password::made_of(world.bytes()) } else { ask()? };
    account::give_password(store, world, &person, &fresh).await?;
    say::line(format!("{} ({}) can sign in with the new password", person.name, person.address));
    if which.generate {
        say::line(format!("password: {}", fresh.as_str()));
    }
    Ok(())
}

/// What the operator can do about it.
fn advise(error: GiveError) -> anyhow::Error {
    let advice = match error {
        GiveError::Unknown(_) => "add the person to the file that `recant org import` reads",
        GiveError::Left(_) => "import them as active first",
        GiveError::SignsIn(_) => "`recant user passwd` gives them another password",
        GiveError::Bad(_) | GiveError::Store(_) => return error.into(),
    };
    anyhow!("{error}: {advice}")
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
