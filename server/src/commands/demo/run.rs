//! `recant demo run`: the portal over the demo's folder, on this machine's own address.

use super::{Folder, PASSWORD, Run, Seeded, say, seed, terminal_language, words::Words};
use crate::{
    boot::{Overrides, Running, boot},
    check,
    commands::serve,
    config::Config,
    demo, logging, world,
};
use anyhow::{Context as _, Result};
use std::{net::Ipv4Addr, path::Path, process::ExitCode, time::Duration};
use tokio::net::TcpListener;

/// After this the policy's window for recalls without approval is over for the newest of the demo's mails.
const FRESH: Duration = Duration::from_mins(25);

pub async fn run(run: Run) -> Result<ExitCode> {
    let words = Words(run.lang.unwrap_or_else(terminal_language));
    let folder = Folder::new(&run.place.dir)?;
    if run.check {
        return check(&folder, &run, words).await;
    }
    let seeded = made(&folder, &run.place.site, run.place.reset, words).await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, run.port))
        .await
        .with_context(|| format!("port {} can't be used: choose another one with --port", run.port))?;
    let running = start(&folder, &run.place.site, listener).await?;
    announce(&folder, seeded, &running, words);
    serve::until_told(running).await
}

/// A folder of its own inside, fresh each time, and a free port: a demo that is running isn't disturbed.
async fn check(folder: &Folder, run: &Run, words: Words) -> Result<ExitCode> {
    if folder.seeded()?.is_none() {
        // Marks the folder, so that `check` inside doesn't make it look like somebody else's.
        folder.begin(0, world::real().now())?;
    }
    let inner = Folder::new(&folder.at("check"))?;
    let seeded = made(&inner, &run.place.site, true, words).await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let running = start(&inner, &run.place.site, listener).await?;
    let (stories, mails) = (demo::stories(seeded.seed, seeded.now), demo::mails(seeded.seed, seeded.now));
    let deviations = check::play(&running, inner.path(), &stories, &mails).await;
    running.stop().await;
    Ok(check::conclude(&deviations))
}

async fn made(folder: &Folder, site: &Path, reset: bool, words: Words) -> Result<Seeded> {
    if reset || folder.seeded()?.is_none() {
        say::line(words.seeding());
        seed(folder, site).await?;
    }
    folder.seeded()?.context("the demo's organisation couldn't be made")
}

async fn start(folder: &Folder, site: &Path, listener: TcpListener) -> Result<Running> {
    let addr = listener.local_addr()?;
    let site = std::path::absolute(site)?;
    let chosen = [
        ("RECANT_SERVER__LISTEN", addr.to_string()),
        ("RECANT_SERVER__PUBLIC_URL", format!("http://{addr}")),
        ("RECANT_SITE__DIR", site.to_string_lossy().into_owned()),
    ];
    let variables = std::env::vars().chain(chosen.map(|(name, value)| (name.to_owned(), value)));
    let config = Config::load(&folder.at("recant.toml"), variables)?;
    logging::start(&config.log);
    Ok(boot(&config, Overrides { listener: Some(listener), ..Overrides::default() }).await?)
}

fn announce(folder: &Folder, seeded: Seeded, running: &Running, words: Words) {
    say::line("");
    say::line(words.ready(&format!("http://{}", running.addr)));
    say::line("");
    say::table(&words.accounts(&demo::accounts()));
    say::line(words.password(PASSWORD));
    say::line("");
    for sentence in words.stories(&demo::stories(seeded.seed, seeded.now)) {
        say::line(sentence);
    }
    if running.portal.world.now().since(seeded.now) > FRESH {
        say::line(words.stale());
    }
    say::line("");
    say::line(words.folder(&folder.path().display().to_string()));
    say::line(words.stop());
}
