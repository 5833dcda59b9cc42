//! Makes the demo: configuration and key as an operator would, the organisation through the same import, the mail
//! as Maildirs.

use super::Folder;
use crate::{config::Config, demo, key_file, signing_key, wiring, world};
use anyhow::{Context as _, Result, anyhow};
use domain::{
    org::import::{Document, parse_toml, take_over},
    password,
    store::Store,
    time::Timestamp,
    world::World,
};
use std::{fs, path::Path};

/// Of everybody in the demo. It is no secret: the demo's portal answers this machine alone.
pub const PASSWORD: &str = "recant-demo";

/// The demo's mail is the same for everybody who tries it.
const SEED: u64 = 7;

pub async fn seed(folder: &Folder, site: &Path) -> Result<()> {
    let now = Timestamp::from_secs(world::real().now().secs());
    folder.begin(SEED, now)?;
    organisation(folder, site).await?;
    demo::write(folder.at("mail"), SEED, now).await.context("the demo's mail can't be written")?;
    folder.finish(SEED, now)
}

/// Everything but the mail; enough for tests that need none.
pub async fn organisation(folder: &Folder, site: &Path) -> Result<()> {
    let world = world::real();
    fs::write(folder.at("recant.toml"), configuration(site)?)?;
    key_file::make(&folder.at("vault.key"), &world)?;
    signing_key::make(&folder.at("audit.key"), "recant.demo/trail", &world)?;
    let organisation = demo::organisation(SEED);
    fs::write(folder.at("organisation.toml"), &organisation)?;
    fs::create_dir(folder.at("mail"))?;
    let config = Config::load(&folder.at("recant.toml"), [])?;
    let database = wiring::database(&config).await?;
    people(&database, &organisation, &world).await?;
    database.close().await;
    Ok(())
}

async fn people(store: &dyn Store, organisation: &str, world: &World) -> Result<()> {
    let organisation = Document { name: "organisation.toml", text: organisation };
    let plan = parse_toml(organisation).map_err(|problems| match problems.into_iter().next() {
        Some(problem) => anyhow!("the demo's organisation is wrong: {problem}"),
        None => anyhow!("the demo's organisation is wrong"),
    })?;
    let change = take_over(store, world, &plan).await?;
    // One hash for all: sixty would take seconds, and the password is on the screen anyway.
    let hash = password::hash(PASSWORD, world.bytes())?;
    let mut tx = store.write().await?;
    for person in &change.people {
        tx.set_password_hash(person.id, &hash).await?;
    }
    Ok(tx.commit().await?)
}

/// The address is set anew at each start, from the port asked for.
fn configuration(site: &Path) -> Result<String> {
    let site = std::path::absolute(site)?;
    let site = toml::Value::String(site.to_string_lossy().into_owned());
    let domain = demo::DOMAIN;
    Ok(format!(
        "# Written by `recant demo`. For this machine only: everybody has the same password.\n\
         [server]\nlisten = \"127.0.0.1:8080\"\npublic_url = \"http://127.0.0.1:8080\"\n\n\
         [database]\nurl = \"sqlite:recant.db\"\n\n\
         [vault]\nkey_file = \"vault.key\"\n\n\
         [audit]\nkey_file = \"audit.key\"\ncheckpoint_file = \"checkpoints.txt\"\n\n\
         [mail]\nroot = \"mail\"\n\n\
         [sending]\noutbox = \"outbox\"\n\n\
         [organisation]\nname = \"澄屿科技\"\nmail_domain = \"{domain}\"\ntime_zone = \"Asia/Shanghai\"\n\n\
         [log]\nlevel = \"warn\"\n\n\
         [site]\ndir = {site}\n"
    ))
}
