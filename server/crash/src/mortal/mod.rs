//! The ports as a mortal worker sees them: each durable write and each effect is a point to die at, each effect
//! is noted in the journal, and now and then the world outside says no.

mod mail;
mod mailer;
mod store;
mod tx;

pub use mail::{Delivery, MortalMail};
pub use mailer::MortalMailer;
pub use store::MortalStore;

use crate::{
    breaks::Bug,
    clock::OfficeClock,
    death::Fate,
    dice::Dice,
    journal::{Deed, Journal, Time},
    points::{Lure, Moment},
};
use domain::world::World;
use std::sync::Arc;

/// What all ports of one worker share.
pub struct Mortality {
    pub fate: Fate,
    pub journal: Journal,
    pub world: World,
    pub clock: Arc<OfficeClock>,
    pub dice: Dice,
    pub lure: Lure,
    pub bug: Option<Bug>,
    /// Without it the world never says no: when the office must come to rest.
    pub troubled: bool,
}

pub type Shared = Arc<Mortality>;

impl Mortality {
    pub fn before(&self, name: &str) {
        self.fate.pass(&[name], Moment::Before);
    }

    pub fn after(&self, name: &str) {
        self.fate.pass(&[name], Moment::After);
    }

    pub fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// Does the world say no this time? Always when that is what we wait for.
    pub fn says_no(&self, lure: Lure) -> bool {
        self.troubled && (self.lure == lure || self.dice.chance(1))
    }

    /// A worker whose deeds can't be written down must do no more of them.
    pub fn note(&self, deed: Deed) {
        self.note_at(self.now(), deed);
    }

    pub fn now(&self) -> Time {
        Time { office: self.world.now(), real: OfficeClock::real() }
    }

    pub fn note_at(&self, at: Time, deed: Deed) {
        if self.journal.note(at, deed).is_err() {
            std::process::abort();
        }
    }
}
