//! The demo organisation: 60 people, a mailbox that some of them share, and two months of their mail, made from a seed
//! and a reference time.
//!
//! The same seed and time give the same bytes. It writes texts and files only: what is in them reaches the
//! portal through `recant org import` and the Maildirs, as anybody's would. Nobody and nothing in it exists.

mod accounts;
mod calendar;
mod dice;
mod files;
mod letter;
mod maildir;
mod people;
mod phrases;
mod placement;
mod recipients;
mod stories;
mod traffic;
mod wording;

pub use accounts::{Account, AccountKind, accounts};
pub use maildir::{Written, write};
pub use people::DOMAIN;
pub use placement::{DemoMail, Placement};
pub use stories::{Stories, Story, StoryCopy, stories};

use dice::Dice;
use domain::time::Timestamp;
use people::Cast;
use traffic::Traffic;

/// Mails in all.
const MAILS: usize = 2000;

/// The organisation as TOML, for `domain::org::import::parse_toml`.
pub fn organisation(seed: u64) -> String {
    Cast::new(seed).toml()
}

/// Oldest first; the stories are the newest.
pub fn mails(seed: u64, now: Timestamp) -> Vec<DemoMail> {
    let cast = Cast::new(seed);
    let stories = stories::told(&cast, seed, now);
    let everyday = calendar::last_friday(now);
    let mut traffic = Traffic::new(&cast, seed, everyday);
    let mut dice = Dice::new(seed, "placement");
    let posts = traffic.posts(MAILS - stories.len());
    let mut mails: Vec<DemoMail> =
        posts.iter().map(|post| placement::place(post, &cast, &traffic, everyday, &mut dice)).collect();
    mails.extend(stories.map(|(_, mail)| mail));
    mails.sort_by_key(|mail| mail.sent_at);
    mails
}

#[cfg(test)]
mod tests;
