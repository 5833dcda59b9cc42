//! What whoever runs the portal does beside the people: stops and starts the engine, lets old things be erased, signs
//! the trail, changes the master key.

use crate::{
    journal::Deed,
    office::{self, RETENTION},
    points::Lure,
    workload::{A_DAY, Office, cases},
};
use anyhow::{Context, Result};
use domain::{
    audit::Actor,
    checkpoint::{self, When},
    engine_switch::{self, SwitchError},
    shared::CaseState,
    vault::{retention, rotation},
};
use std::sync::atomic::Ordering;

/// The administrator stops the engine, now and then, and starts it again.
pub async fn switch(office: &Office) -> Result<()> {
    let running = office.portal.store.read().await?.engine_switch().await?.running;
    if !running && office.dice.chance(50) {
        return start_engine(office).await;
    }
    if running && (office.lure == Lure::Switch || office.dice.chance(4)) {
        let (store, world) = (office.portal.store.as_ref(), &office.portal.world);
        engine_switch::stop(store, world, Actor::System, "a look at the mail server").await?;
        office.mortality.note(Deed::Stopped);
    }
    Ok(())
}

pub async fn start_engine(office: &Office) -> Result<()> {
    // Noted before: an effect right after it is no late one.
    office.mortality.note(Deed::Started);
    match engine_switch::start_here(&office.portal, Actor::System).await {
        Err(SwitchError::Already) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

pub async fn erase(office: &Office) -> Result<()> {
    let ended = cases(office, CaseState::is_final).await?;
    let lured = office.lure == Lure::Erase && !ended.is_empty();
    if lured && !office.a_month_passed.swap(true, Ordering::SeqCst) {
        office.clock.advance(RETENTION + A_DAY)?;
    }
    retention::erase_due(&office.portal).await?;
    Ok(())
}

/// The trail as it is now; one that is shorter than what was signed is an error that ends the worker.
pub async fn sign(office: &Office) -> Result<()> {
    let (store, now) = (office.portal.store.as_ref(), office.portal.world.now());
    checkpoint::make(store, &office::signer()?, When::Now, 0, now).await.context("signing")?;
    Ok(())
}

/// Another key in the file, and everything wrapped again with it; or what a killed one left is finished.
pub async fn rotate(office: &Office) -> Result<()> {
    let lured = office.lure == Lure::Rotate;
    if !lured && !office.dice.chance(10) {
        return Ok(());
    }
    if lured || office.dice.chance(50) {
        office.place.rotate()?;
    }
    let (store, world) = (office.portal.store.as_ref(), &office.portal.world);
    rotation::rewrap(store, &office.place.master_key()?, world).await.context("rotating")?;
    Ok(())
}
