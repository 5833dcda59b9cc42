//! Any sequence of calls, on a real database and on a small model of it in memory: every answer must be the same,
//! and a transaction that is dropped must leave nothing behind. One file per port of `domain::store`.
//!
//! A failure prints the shortest script that still fails. `PROPTEST_CASES=1000` looks longer.

#[macro_use]
mod stage;
mod audit;
mod cases;
mod checkpoints;
mod corrections;
mod coverage;
mod drafts;
mod engine_switch;
mod model;
mod notifications;
mod people;
mod sent;
mod sessions;
mod targets;
mod vault;
mod vault_care;
mod vault_keys;

use domain::store::{Result, Store, StoreError, Tx};
use model::Model;
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use stage::Stage;
use std::fmt::Debug;

/// One call of a repository, as data.
#[async_trait::async_trait]
trait Command: Clone + Debug + Send + Sync {
    async fn ask(&self, tx: &mut dyn Tx) -> Said;

    fn expect(&self, model: &mut Model) -> Expected;

    /// Reads that show everything a script may have changed.
    fn looks() -> Vec<Self>;
}

/// Commands in one transaction.
#[derive(Clone, Debug)]
struct Deal<C> {
    commands: Vec<C>,
    commits: bool,
}

/// What the store answered; kinds of errors by name.
#[derive(Debug, PartialEq, Eq)]
struct Said(String);

/// What the model answers.
struct Expected {
    said: Said,
    /// The database refused a row: the transaction can only be dropped.
    breaks: bool,
}

fn said<T: Debug>(answer: Result<T>) -> Said {
    Said(match answer {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("refused: {error:?}"),
    })
}

/// Where the port promises no order.
fn sorted<T: Ord>(answer: Result<Vec<T>>) -> Result<Vec<T>> {
    answer.map(|mut rows| {
        rows.sort();
        rows
    })
}

fn yes(value: impl Debug) -> Expected {
    Expected { said: said(Ok(value)), breaks: false }
}

/// The transaction goes on.
fn no(error: StoreError) -> Expected {
    Expected { said: said::<()>(Err(error)), breaks: false }
}

fn broken(error: StoreError) -> Expected {
    Expected { breaks: true, ..no(error) }
}

const DANGLING: StoreError = StoreError::Missing("what a row refers to");

fn deal<C: Debug>(command: impl Strategy<Value = C>) -> impl Strategy<Value = Deal<C>> {
    (vec(command, 1..9), prop::bool::weighted(0.75))
        .prop_map(|(commands, commits)| Deal { commands, commits })
}

/// Runs scripts of such commands on this stage, each from its beginning.
fn check<C: Command>(stage: &Stage, command: impl Strategy<Value = C>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let config = Config { max_shrink_iters: 500, failure_persistence: None, ..Config::default() };
    // Few, unless somebody asks for more: each is a script of a dozen calls on a real database.
    let cases = std::env::var("PROPTEST_CASES").map_or(24, |_| config.cases);
    let mut runner = TestRunner::new(Config { cases, ..config });
    let done = runner
        .run(&vec(deal(command), 1..6), |script| runtime.block_on(async { play(stage, &script).await }));
    assert!(done.is_ok(), "{}", done.unwrap_err());
}

async fn play<C: Command>(stage: &Stage, script: &[Deal<C>]) -> Result<(), TestCaseError> {
    let (mut model, scene) = (stage::model(), stage.scene().await);
    for deal in script {
        let mut draft = model.clone();
        let mut tx = scene.db.write().await.unwrap();
        let breaks = tell(tx.as_mut(), &mut draft, &deal.commands).await?;
        if deal.commits {
            match tx.commit().await {
                Ok(()) => {
                    prop_assert!(!breaks && !draft.dangles(), "committed what must be refused: {deal:?}");
                    model = draft;
                }
                Err(StoreError::Missing("what a row refers to")) => prop_assert!(draft.dangles()),
                Err(error) => prop_assert!(breaks, "not committed: {error} ({deal:?})"),
            }
        } else {
            drop(tx);
        }
        let mut tx = scene.db.read().await.unwrap();
        tell(tx.as_mut(), &mut model.clone(), &C::looks()).await?;
    }
    scene.end().await;
    Ok(())
}

/// Whether the last answer broke the transaction.
async fn tell<C: Command>(tx: &mut dyn Tx, model: &mut Model, commands: &[C]) -> Result<bool, TestCaseError> {
    for command in commands {
        let expected = command.expect(model);
        let said = command.ask(tx).await;
        prop_assert_eq!(said, expected.said, "{:?}", command);
        if expected.breaks {
            return Ok(true);
        }
    }
    Ok(false)
}
