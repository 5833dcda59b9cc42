//! `recant org import`: people and groups from one TOML file, or from CSV tables.

use super::say;
use crate::{config::Config, wiring, world};
use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use domain::org::import::{Document, ImportProblem, OrgPlan, parse_csv, parse_toml, take_over};
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(Debug, Subcommand)]
pub enum OrgCommand {
    /// Take over people and groups; whoever isn't named any more is deactivated. Nothing is taken over by half.
    Import {
        /// A .toml file, or a .csv table of people.
        file: PathBuf,
        /// A .csv table of groups.
        groups: Option<PathBuf>,
    },
}

pub async fn run(command: OrgCommand, config: &Config) -> Result<ExitCode> {
    let OrgCommand::Import { file, groups } = command;
    let plan = match read(&file, groups.as_deref())? {
        Ok(plan) => plan,
        Err(problems) => {
            for problem in &problems {
                say::problem(&problem.to_string());
            }
            say::problem(&format!("{} problems; nothing was changed", problems.len()));
            return Ok(ExitCode::FAILURE);
        }
    };
    let database = wiring::database(config).await?;
    let change = take_over(&database, &world::real(), &plan).await?;
    database.close().await;
    say::line(format!(
        "{} people added, {} changed, {} deactivated; {} people and {} groups in all",
        change.added,
        change.changed,
        change.deactivated,
        change.people.iter().filter(|person| person.active).count(),
        change.groups.len()
    ));
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path, groups: Option<&Path>) -> Result<Result<OrgPlan, Vec<ImportProblem>>> {
    match file.extension().and_then(|end| end.to_str()) {
        Some("csv") => {
            let (people, groups) = (text(file)?, groups.map(text).transpose()?);
            Ok(parse_csv(document(&people), groups.as_ref().map(document)))
        }
        Some("toml") if groups.is_none() => Ok(parse_toml(document(&text(file)?))),
        Some("toml") => bail!("a TOML file holds the groups, too: name that one file only"),
        _ => bail!("{}: name a .toml file, or .csv tables", file.display()),
    }
}

/// The file's name, as it was typed, and what is in it.
fn text(file: &Path) -> Result<(String, String)> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file).with_context(|| format!("{name} can't be read as text"))?;
    Ok((name, text))
}

fn document((name, text): &(String, String)) -> Document<'_> {
    Document { name, text }
}
