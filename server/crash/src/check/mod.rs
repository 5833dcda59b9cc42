//! Is everything still true? Called on a dead worker and still mailboxes: I1 to I10 of design.md §4 against
//! mailboxes, vault, outbox, audit trail and the worker's journal.
//!
//! Each finding is a sentence that begins with the invariant it breaks.

mod cases;
mod corrections;
mod mail;
mod scene;
mod trail;

pub use trail::Auditor;

use crate::{letters::Letters, office::Place};
use anyhow::Result;
use domain::{store::Store, time::Timestamp, vault::rotation};
use scene::Scene;

/// What the check looks at.
pub struct Moment<'a> {
    pub place: &'a Place,
    pub letters: &'a Letters,
    /// Cases made since then; older ones ended before the mailboxes were emptied.
    pub since: Timestamp,
    /// Everything is decided and done: what may be on its way otherwise must have arrived.
    pub at_rest: bool,
}

pub async fn check(moment: &Moment<'_>, store: &dyn Store, auditor: &mut Auditor) -> Result<Vec<String>> {
    let mut found = Findings::default();
    auditor.follow(store, &mut found).await?;
    keys(moment.place, store, &mut found).await?;
    let scene = Scene::gather(moment, store).await?;
    mail::check(&scene, &mut found);
    cases::check(&scene, &mut found);
    corrections::check(&scene, &mut found);
    trail::check(&scene, &mut found);
    Ok(found.0)
}

/// Whatever a rotation was killed at, every case key opens with a key of the file, and the first one isn't retired.
async fn keys(place: &Place, store: &dyn Store, found: &mut Findings) -> Result<()> {
    let lost = rotation::check(store, &place.master_key()?).await;
    found.unless(lost.is_ok(), || format!("I3: the vault's keys: {lost:?}"));
    Ok(())
}

#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn unless(&mut self, holds: bool, finding: impl FnOnce() -> String) {
        if !holds {
            self.0.push(finding());
        }
    }
}
