//! The administrator's switch: while it is off, no effect begins anywhere (I5).
//!
//! The database refuses claims and renewals while it is off, so no worker needs to hear of it. What was under way
//! at that moment is listed; it stops before its next effect.

use crate::{
    audit::{Actor, NewEntry},
    ids::{PersonId, TargetId},
    mail::EmailAddress,
    portal::Portal,
    store::{Store, StoreError},
    time::Timestamp,
    world::World,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::{CaseNumber, Task};
use thiserror::Error;

pub const MAX_REASON: usize = 500;

/// As it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    pub running: bool,
    /// None: from the command line, or never touched.
    pub changed_by: Option<PersonId>,
    pub changed_at: Timestamp,
    /// Why it was stopped; everybody who is signed in reads it.
    pub reason: String,
    /// What was under way when it was stopped.
    pub in_flight: Vec<InFlight>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlight {
    pub case: CaseNumber,
    pub target: TargetId,
    pub recipient: EmailAddress,
    /// None: a correction was being sent.
    pub task: Option<Task>,
}

#[derive(Debug, Error)]
pub enum SwitchError {
    #[error("say why: everybody reads it")]
    ReasonMissing,
    #[error("the reason is longer than {MAX_REASON} letters")]
    ReasonTooLong,
    /// It stands that way already; nothing was changed.
    #[error("it is so already")]
    Already,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Returns what was in flight.
pub async fn stop(
    store: &dyn Store,
    world: &World,
    actor: Actor,
    reason: &str,
) -> Result<Vec<InFlight>, SwitchError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(SwitchError::ReasonMissing);
    }
    if reason.chars().count() > MAX_REASON {
        return Err(SwitchError::ReasonTooLong);
    }
    let now = world.now();
    let mut tx = store.write().await?;
    // First the switch, then the list: whoever claims meanwhile waits for us, or we for them.
    if !tx.turn_engine(false, by(actor), now, reason).await? {
        return Err(SwitchError::Already);
    }
    let in_flight = tx.in_flight(now).await?;
    tx.note_in_flight(&in_flight).await?;
    let listed: Vec<Value> = in_flight.iter().map(for_the_trail).collect();
    let detail = json!({ "reason": reason, "in_flight": listed });
    tx.record(&entry(now, actor, "engine.stopped", detail)).await?;
    tx.commit().await?;
    Ok(in_flight)
}

pub async fn start(store: &dyn Store, world: &World, actor: Actor) -> Result<(), SwitchError> {
    let now = world.now();
    let mut tx = store.write().await?;
    if !tx.turn_engine(true, by(actor), now, "").await? {
        return Err(SwitchError::Already);
    }
    tx.note_in_flight(&[]).await?;
    tx.record(&entry(now, actor, "engine.started", Value::Null)).await?;
    Ok(tx.commit().await?)
}

/// As [`start`], in the process that works: it needn't wait for its next look.
pub async fn start_here(portal: &Portal, actor: Actor) -> Result<(), SwitchError> {
    start(portal.store.as_ref(), &portal.world, actor).await?;
    portal.engine.wake();
    Ok(())
}

/// Without the address: the trail is for ever, and the target's id leads to it as long as the case is kept.
fn for_the_trail(flying: &InFlight) -> Value {
    json!({ "case": flying.case, "target": flying.target, "work": work_code(flying) })
}

pub fn work_code(flying: &InFlight) -> &'static str {
    flying.task.map_or("correct", Task::code)
}

fn by(actor: Actor) -> Option<PersonId> {
    match actor {
        Actor::Person(person) => Some(person),
        Actor::System => None,
    }
}

fn entry(at: Timestamp, actor: Actor, action: &'static str, detail: Value) -> NewEntry {
    NewEntry { at, actor, action, case: None, target: None, detail, sealed: None }
}
