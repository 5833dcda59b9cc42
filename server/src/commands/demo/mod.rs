//! `recant demo`: the made-up organisation in a folder of its own, and a portal over it for this machine alone.

mod folder;
mod run;
mod seed;
mod words;

use super::say;
use anyhow::Result;
use clap::{Args, Subcommand};
use domain::shared::Language;
use std::{path::PathBuf, process::ExitCode};

pub use folder::{Folder, Seeded};
pub use seed::{PASSWORD, organisation, seed};

#[derive(Debug, Subcommand)]
pub enum DemoCommand {
    /// Make the organisation, its mail, a database and a configuration.
    Seed(Place),
    /// Start the portal over it; makes it first when it isn't there.
    Run(Run),
}

#[derive(Debug, Args)]
pub struct Place {
    /// The folder for all of it.
    #[arg(long, default_value = "target/demo")]
    dir: PathBuf,
    /// Remove an organisation made earlier, and make it anew.
    #[arg(long)]
    reset: bool,
    /// The browser bundle.
    #[arg(long, default_value = "target/site")]
    site: PathBuf,
}

#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    place: Place,
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Play the stories through the portal's own pages, verify the mailboxes, and end.
    #[arg(long)]
    check: bool,
    /// zh or en; otherwise the terminal's.
    #[arg(long, value_parser = language)]
    lang: Option<Language>,
}

pub async fn run(command: DemoCommand) -> Result<ExitCode> {
    match command {
        DemoCommand::Seed(place) => {
            let folder = Folder::new(&place.dir)?;
            if place.reset || folder.seeded()?.is_none() {
                seed(&folder, &place.site).await?;
            }
            say::line(folder.path().display());
            Ok(ExitCode::SUCCESS)
        }
        DemoCommand::Run(run) => run::run(run).await,
    }
}

fn language(tag: &str) -> Result<Language, String> {
    Language::from_tag(tag).ok_or_else(|| "zh or en".to_owned())
}

/// The first of the variables that POSIX gives the messages' language.
fn terminal_language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    set.into_iter()
        .find(|value| !value.is_empty())
        .and_then(|value| Language::from_tag(&value))
        .unwrap_or_default()
}
