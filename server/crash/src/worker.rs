//! The process that dies: people who use the portal, and the engine as in production.

use crate::{
    breaks::Bug,
    clock::{OfficeClock, world},
    death::{Fate, Sentence},
    dice::Dice,
    journal::Journal,
    mortal::{Delivery, MortalMail, MortalMailer, MortalStore, Mortality},
    office::{self, Place},
    operation,
    points::Lure,
    workload::{self, Office},
};
use anyhow::{Context, Result, bail};
use domain::{portal::Portal, time::Timestamp};
use engine::{Engine, Waker};
use mailer::LocalMailer;
use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};
use store::{Database, Options};
use tokio_util::sync::CancellationToken;

/// The exit status of an office that doesn't come to rest.
pub const RESTLESS: i32 = 71;

#[derive(clap::Args)]
pub struct Task {
    #[arg(long)]
    folder: PathBuf,
    #[arg(long)]
    url: String,
    /// Another one in each life.
    #[arg(long)]
    seed: u64,
    /// Milliseconds: cases from before belong to mailboxes that are gone.
    #[arg(long)]
    since: i64,
    #[arg(long)]
    die_at: Option<String>,
    #[arg(long, default_value_t = 1)]
    passing: u32,
    #[arg(long, value_enum, default_value_t = Lure::Nothing)]
    lure: Lure,
    #[arg(long, value_enum)]
    bug: Option<Bug>,
    /// Decide what is open, finish what is begun, and end.
    #[arg(long)]
    rest: bool,
}

pub async fn work(task: Task) -> Result<()> {
    let place = Place { folder: task.folder.clone(), url: task.url.clone() };
    let clock = Arc::new(OfficeClock::read(place.clock())?);
    let world = world(clock.clone(), task.seed);
    let sentence = task.die_at.map(|point| Sentence { point, passing: task.passing });
    let mortality = Arc::new(Mortality {
        fate: Fate::new(&place.folder, sentence),
        journal: Journal::open(&place.journal())?,
        world: world.clone(),
        clock: clock.clone(),
        dice: Dice::new(task.seed, 1),
        lure: task.lure,
        bug: task.bug,
        troubled: !task.rest,
    });
    let waker = Waker::default();
    let portal = Arc::new(portal(&place, &mortality, waker.clone()).await?);
    let dice = Dice::new(task.seed, 2);
    let office = Office {
        portal: portal.clone(),
        place,
        mortality,
        clock,
        dice,
        lure: task.lure,
        since: Timestamp(task.since),
        a_month_passed: AtomicBool::new(false),
    };
    let holder = format!("worker-{}", task.seed);
    if task.rest {
        // Nobody waits for the leases of the dead.
        portal.store.enlist(&holder).await?.free_orphans().await?;
        return rest(&office, &Engine::new(portal, waker, holder)).await;
    }
    let enlisted = portal.store.enlist(&holder).await?;
    let engine = Engine::new(portal, waker, holder).run(enlisted, CancellationToken::new());
    tokio::select! {
        () = engine => bail!("the engine ended"),
        ended = workload::live(&office) => ended,
    }
}

async fn portal(place: &Place, mortality: &Arc<Mortality>, waker: Waker) -> Result<Portal> {
    // Whoever is killed here is dead at once.
    let options = Options { dead_after: Duration::ZERO, ..Options::default() };
    let database = Database::open(&place.url, &options).await?;
    database.migrate().await?;
    let mail = place.mail_system()?;
    let delivery = Arc::new(Delivery(mail.clone(), mortality.clone()));
    let mailer = MortalMailer(LocalMailer::new(place.outbox(), delivery), mortality.clone());
    office::portal(
        Arc::new(MortalStore(Arc::new(database), mortality.clone())),
        Arc::new(MortalMail(mail, mortality.clone())),
        Arc::new(mailer),
        mortality.world.clone(),
        place.master_key()?,
        Arc::new(waker),
    )
}

/// Turns until nothing is due, then lets time pass for what is tried again later: once more when all cases have
/// ended, for mail about them.
async fn rest(office: &Office, engine: &Engine) -> Result<()> {
    operation::start_engine(office).await?;
    let mut ended = false;
    for _ in 0..60 {
        workload::decide_everything(office).await?;
        for _ in 0..500 {
            if !engine.turn().await.context("a turn of the engine")? {
                break;
            }
        }
        let all_had_ended = ended;
        ended = workload::open_cases(office).await?.is_empty();
        if ended && all_had_ended {
            return Ok(());
        }
        office.clock.advance(Duration::from_mins(11))?;
    }
    std::process::exit(RESTLESS);
}
