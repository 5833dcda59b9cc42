//! On IMAP a copy is marked as deleted and then expunged. Whoever dies in between leaves a mark that isn't its owner's.

use crate::{
    mixed::{Mixed, seen},
    office::{RECALL, address, between::Between, work},
};
use async_trait::async_trait;
use domain::{
    case::decide,
    mail::EmailAddress,
    mail_system::MailError,
    shared::{CaseNumber, CaseState, CopyState, Verdict},
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use testkit::imap::ImapClient;

/// At its first removal from bob's mailbox it marks the copy and dies.
struct Dies {
    client: Mutex<ImapClient>,
    dead: AtomicBool,
}

#[async_trait]
impl Between for Dies {
    async fn removing(&self, mailbox: &EmailAddress) -> Result<(), MailError> {
        if *mailbox != address("bob") || self.dead.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        let mut client = self.client.lock().unwrap();
        client.select("INBOX").unwrap();
        client.store(1, "+FLAGS (\\Deleted)").unwrap();
        Err(MailError::Unavailable { reason: "dead".into(), retry_after: None })
    }
}

/// bob's mailbox: one copy, with a label; its hold dies between mark and expunge.
async fn half_removed(mixed: &Mixed, flags: &str) -> (CaseNumber, ImapClient, Arc<Dies>) {
    let (_, mut bob, _) = mixed.send().await;
    bob.select("INBOX").unwrap();
    bob.store(1, &format!("+FLAGS ({flags})")).unwrap();
    let number = mixed.office.ask(&mixed.portal, RECALL).await;
    let client = Mutex::new(mixed.dovecot.client("bob@office.test").unwrap());
    (number, bob, Arc::new(Dies { client, dead: AtomicBool::new(false) }))
}

async fn states(mixed: &Mixed, number: CaseNumber) -> Vec<CopyState> {
    let target = mixed.office.target(number, "bob").await.id;
    let copies = mixed.office.store_read().await.copies(target).await.unwrap();
    copies.iter().map(|copy| copy.state).collect()
}

async fn later(mixed: &Mixed) {
    mixed.office.clock.advance(Duration::from_mins(11));
    work(&mixed.portal).await;
}

#[tokio::test]
async fn a_hold_that_goes_on_keeps_the_flags_that_were_there() {
    for flags in ["$Important", "$Important \\Deleted"] {
        let Some(mixed) = Mixed::open().await else { return };
        let (number, mut bob, dies) = half_removed(&mixed, flags).await;
        let before = seen(&mut bob, "INBOX");
        work(&mixed.with(dies)).await;
        later(&mixed).await;
        assert_eq!(seen(&mut bob, "INBOX"), vec![], "held");
        assert_eq!(states(&mixed, number).await, [CopyState::Left, CopyState::Held]);
        mixed.office.decide(number, Verdict::Refused).await;
        later(&mixed).await;
        assert_eq!(mixed.office.case(number).await.state, CaseState::Closed);
        assert_eq!(seen(&mut bob, "INBOX"), before, "{flags}");
    }
}

#[tokio::test]
async fn what_stays_after_a_withdrawal_stays_unmarked() {
    for flags in ["$Important", "$Important \\Deleted"] {
        let Some(mixed) = Mixed::open().await else { return };
        let (number, mut bob, dies) = half_removed(&mixed, flags).await;
        let before = seen(&mut bob, "INBOX");
        let engine = engine::Engine::new(mixed.with(dies.clone()), engine::Waker::default(), "dies".into());
        while !dies.dead.load(Ordering::SeqCst) {
            engine.turn().await.unwrap();
        }
        let ann = mixed.office.who("ann").await;
        decide::withdraw(&mixed.portal, &ann, number).await.unwrap();
        later(&mixed).await;
        assert_eq!(mixed.office.case(number).await.state, CaseState::Closed);
        assert_eq!(states(&mixed, number).await, [CopyState::Left]);
        assert_eq!(seen(&mut bob, "INBOX"), before, "{flags}");
    }
}

/// Somebody deletes it in the very moment: that mark isn't ours to take off.
struct Deletes(Dies);

#[async_trait]
impl Between for Deletes {
    async fn removing(&self, mailbox: &EmailAddress) -> Result<(), MailError> {
        let _ = self.0.removing(mailbox).await;
        Ok(())
    }
}

#[tokio::test]
async fn a_mark_that_came_before_ours_stays() {
    let Some(mixed) = Mixed::open().await else { return };
    let (number, mut bob, dies) = half_removed(&mixed, "$Important").await;
    let deletes = Deletes(Arc::into_inner(dies).unwrap());
    work(&mixed.with(Arc::new(deletes))).await;
    assert_eq!(states(&mixed, number).await, [CopyState::Left, CopyState::Held]);
    mixed.office.decide(number, Verdict::Refused).await;
    later(&mixed).await;
    let [(flags, ..)] = seen(&mut bob, "INBOX").try_into().unwrap();
    assert!(flags.contains(&"\\Deleted".to_owned()), "{flags:?}");
}
