//! The one process that lives: it starts the worker, kills it, looks, and starts it again.

use crate::{
    breaks::Bug,
    check::{self, Auditor, Moment},
    client::Clients,
    clock::{OfficeClock, world},
    death::UNLISTED,
    dice::Dice,
    letters::Letters,
    office::{self, Place},
    plan::{Plan, Planner},
    worker::RESTLESS,
};
use anyhow::{Context, Result, bail};
use domain::{time::Timestamp, world::Clock};
use std::{
    collections::HashSet,
    fs,
    io::{self, Write as _},
    mem,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::{Database, Options};
use tokio::{
    process::{Child, Command},
    time::timeout,
};

/// After so many kills everything is finished and checked, and the mailboxes are emptied.
const CHAPTER: usize = 25;
/// A point that isn't reached in this time is tried again later.
const PATIENCE: Duration = Duration::from_secs(10);
/// To finish everything.
const REST: Duration = Duration::from_mins(3);
/// Of points that weren't reached, before we say that they can't be.
const MISSES: usize = 20;

pub struct Driver {
    pub place: Place,
    pub seed: u64,
    pub bug: Option<Bug>,
    pub planner: Planner,
    pub violations: Vec<String>,
    told: HashSet<String>,
    dice: Dice,
    letters: Arc<Mutex<Letters>>,
    auditor: Auditor,
    since: Timestamp,
    kills: usize,
    lives: u64,
    misses: usize,
}

/// How a life ended.
enum End {
    Killed,
    /// The point it should die at never came.
    Missed,
    /// It must not end by itself.
    ByItself(ExitStatus),
}

impl Driver {
    pub async fn begin(place: Place, seed: u64, bug: Option<Bug>, planner: Planner) -> Result<Self> {
        place.found()?;
        let database = Database::open(&place.url, &Options::default()).await?;
        database.migrate().await?;
        let clock = Arc::new(OfficeClock::read(place.clock())?);
        office::hire(&database, &world(clock.clone(), seed)).await?;
        database.close().await;
        Ok(Self {
            since: clock.now(),
            place,
            seed,
            bug,
            planner,
            violations: Vec::new(),
            told: HashSet::new(),
            dice: Dice::new(seed, 3),
            letters: Arc::default(),
            auditor: Auditor::default(),
            kills: 0,
            lives: 0,
            misses: 0,
        })
    }

    /// Kills so often, and lets the office come to rest in between and at the end.
    pub async fn campaign(&mut self, kills: usize, mut tell: impl FnMut(&str)) -> Result<()> {
        while self.kills < kills && (self.bug.is_none() || self.violations.is_empty()) {
            let plan = self.planner.next(&self.dice, kills - self.kills);
            match self.life(&plan).await? {
                End::Killed => {
                    self.kills += 1;
                    if self.kills.is_multiple_of(10) {
                        tell(&format!("so far: {}", self.summary()));
                    }
                }
                End::Missed => {
                    self.misses += 1;
                    tell(&format!("not reached, tried again: {plan}"));
                }
                End::ByItself(status) => self.explain(status)?,
            }
            self.look(&plan.to_string(), false).await?;
            if self.kills.is_multiple_of(CHAPTER) || self.kills == kills {
                self.rest().await?;
            }
            if self.misses > MISSES {
                tell("too many points can't be reached");
                break;
            }
        }
        Ok(())
    }

    pub fn summary(&self) -> String {
        let (hit, all) = self.planner.score();
        format!("kills {}, fail points {hit} of {all}, violations {}", self.kills, self.violations.len())
    }

    /// Everything was reached, nothing was found.
    pub fn is_content(&self) -> bool {
        let (hit, all) = self.planner.score();
        hit == all && self.violations.is_empty()
    }

    async fn life(&mut self, plan: &Plan) -> Result<End> {
        let clock = OfficeClock::read(self.place.clock())?;
        for _ in 0..3 {
            self.letters().send(&self.place, &self.dice, clock.now())?;
        }
        let mut worker = self.spawn(|command| {
            command.args(["--lure", &option(&plan.lure())]);
            if let Some((point, passing)) = plan.point() {
                command.args(["--die-at", point, "--passing", &passing.to_string()]);
            }
        })?;
        let clients =
            Clients::start(self.place.clone(), self.letters.clone(), Dice::new(self.seed, self.lives));
        let ended = timeout(plan.delay().unwrap_or(PATIENCE), worker.wait()).await;
        let end = if let Ok(status) = ended {
            self.autopsy(status?)?
        } else {
            worker.kill().await.context("killing the worker")?;
            if plan.point().is_some() { End::Missed } else { End::Killed }
        };
        clients.stop()?;
        Ok(end)
    }

    fn spawn(&mut self, more: impl FnOnce(&mut Command)) -> Result<Child> {
        self.lives += 1;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("worker")
            .arg("--folder")
            .arg(&self.place.folder)
            .args(["--url", &self.place.url, "--seed", &(self.seed * 1_000_000 + self.lives).to_string()])
            .args(["--since", &self.since.0.to_string()])
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if let Some(bug) = self.bug {
            command.args(["--bug", &option(&bug)]);
        }
        more(&mut command);
        command.spawn().context("starting the worker")
    }

    /// A death by its own hand is told in a file; any other end is one too many.
    fn autopsy(&mut self, status: ExitStatus) -> Result<End> {
        let file = self.place.folder.join("death");
        if !file.exists() {
            return Ok(End::ByItself(status));
        }
        for name in fs::read_to_string(&file)?.lines() {
            self.planner.hit(name);
        }
        fs::remove_file(&file)?;
        Ok(End::Killed)
    }

    fn explain(&mut self, status: ExitStatus) -> Result<()> {
        if status.code() == Some(UNLISTED) {
            let point = fs::read_to_string(self.place.folder.join("unlisted")).unwrap_or_default();
            bail!("the worker passed a point that no list names; add it to points.rs: {}", point.trim());
        }
        self.violation(format!("the worker ended by itself: {status}"));
        Ok(())
    }

    /// Everything open is decided and done by a worker that nobody kills, and then nothing is excused.
    async fn rest(&mut self) -> Result<()> {
        let mut worker = self.spawn(|command| {
            command.arg("--rest");
        })?;
        match timeout(REST, worker.wait()).await {
            Ok(status) if status.as_ref().is_ok_and(ExitStatus::success) => {
                self.look("at rest", true).await?;
            }
            Ok(status) if status.as_ref().is_ok_and(|status| status.code() == Some(RESTLESS)) => {
                self.violation("the office doesn't come to rest".into());
                self.look("no rest", false).await?;
            }
            Ok(status) => self.explain(status?)?,
            Err(_) => {
                worker.kill().await?;
                self.violation(format!("the office isn't at rest after {} s", REST.as_secs()));
            }
        }
        self.turn_the_page()
    }

    fn turn_the_page(&mut self) -> Result<()> {
        if !self.violations.is_empty() {
            // Left as it is, for whoever looks into it.
            return Ok(());
        }
        self.letters().forget(&self.place)?;
        let _ = fs::remove_file(self.place.journal());
        let clock = OfficeClock::read(self.place.clock())?;
        clock.advance(Duration::from_secs(1))?;
        self.since = clock.now();
        Ok(())
    }

    /// Said at once: a run that is cut off has still told what it found.
    fn violation(&mut self, what: String) {
        let _ = writeln!(io::stdout(), "{what}");
        self.violations.push(what);
    }

    fn letters(&self) -> MutexGuard<'_, Letters> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn look(&mut self, when: &str, at_rest: bool) -> Result<()> {
        let database = Database::open(&self.place.url, &Options::default()).await?;
        // The clients stand still: nobody else has the letters now.
        let letters = mem::take(&mut *self.letters());
        let moment = Moment { place: &self.place, letters: &letters, since: self.since, at_rest };
        let findings = check::check(&moment, &database, &mut self.auditor).await?;
        database.close().await;
        *self.letters() = letters;
        self.letters().surprises.clear();
        // What stays wrong is told once.
        let fresh = findings.into_iter().filter(|finding| self.told.insert(finding.clone()));
        let told = fresh.map(|finding| format!("{finding} [kill {}: {when}]", self.kills));
        for violation in told.collect::<Vec<_>>() {
            self.violation(violation);
        }
        Ok(())
    }
}

/// As the command line writes it.
fn option(value: &impl clap::ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
