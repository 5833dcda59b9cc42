//! A release to a mail server that doesn't give back the bytes it was given.

use crate::office::{
    Office, RECALL, address,
    between::{Between, behind},
    work,
};
use async_trait::async_trait;
use domain::{
    mail::EmailAddress,
    mail_system::{Located, MailError},
    portal::Portal,
    shared::{CaseNumber, CaseState, Outcome, Verdict},
};
use mailbox::{
    imap::{ImapConfig, ImapSystem, Login, Tls},
    route::{Routes, Served},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use testkit::keeping_imap::{KeepingImap, Manners};

/// So many looks fail, once something was put back.
struct Blinks {
    left: AtomicUsize,
    put: AtomicBool,
}

#[async_trait]
impl Between for Blinks {
    async fn located(&self, _: &EmailAddress, located: Located) -> Result<Located, MailError> {
        if self.put.load(Ordering::SeqCst) && self.left.load(Ordering::SeqCst) > 0 {
            self.left.fetch_sub(1, Ordering::SeqCst);
            return Err(MailError::Unavailable { reason: "gone".into(), retry_after: None });
        }
        Ok(located)
    }

    async fn putting(&self) -> Result<(), MailError> {
        self.put.store(true, Ordering::SeqCst);
        Ok(())
    }
}

/// bob is on the server; `blinks` looks fail once something was put back.
fn serving(office: &Office, server: &KeepingImap, blinks: usize) -> Arc<Portal> {
    let config = ImapConfig {
        port: server.fake.port,
        tls: Tls::None,
        ..ImapConfig::new("127.0.0.1", Login::plain("admin", "secret"))
    };
    let bobs = Served {
        name: "hq".into(),
        system: Arc::new(ImapSystem::new(config).unwrap()),
        domains: vec![],
        mailboxes: vec![address("bob")],
    };
    let blinks = Blinks { left: AtomicUsize::new(blinks), put: AtomicBool::new(false) };
    office.through(Box::new(move |store, files| {
        let both = Arc::new(Routes::new(vec![bobs], Some(files)));
        (store, behind(both, Arc::new(blinks)))
    }))
}

/// ann's mail to bob is held there, and the case refused.
async fn refused(office: &Office, server: &KeepingImap, portal: &Arc<Portal>) -> CaseNumber {
    let mail = office.send(&[], "bob@office.test, client@out.test").await;
    let delivered = String::from_utf8(mail.delivered("bob")).unwrap();
    server.deliver("INBOX", "02-Feb-2026 01:00:00 +0000", &delivered);
    let number = office.ask(portal, RECALL).await;
    work(portal).await;
    assert_eq!(server.messages("INBOX"), Vec::<String>::new(), "held");
    office.decide(number, Verdict::Refused).await;
    number
}

async fn work_three_times(office: &Office, portal: &Arc<Portal>) {
    for _ in 0..3 {
        work(portal).await;
        office.clock.advance(Duration::from_mins(11));
    }
}

#[tokio::test]
async fn it_stands_there_once_and_the_case_ends() {
    for blinks in [0, 1] {
        let office = Office::open().await;
        let manners = Manners { kept: |raw| format!("X-Gateway: seen\r\n{raw}"), ..Manners::default() };
        let server = KeepingImap::start(&["INBOX"], manners).unwrap();
        let portal = serving(&office, &server, blinks);
        let number = refused(&office, &server, &portal).await;
        work_three_times(&office, &portal).await;
        assert_eq!(server.count("APPEND"), 1, "{blinks} looks failed");
        assert_eq!(office.case(number).await.state, CaseState::Closed);
        assert_eq!(office.outcome(number, "bob").await, Some(Outcome::Restored));
        let told = office.store_read().await.trail_after(0, 1000).await.unwrap();
        assert_eq!(told.iter().filter(|entry| entry.action == "copy.reshaped").count(), 1, "and said so");
        office.trail_is_whole().await;
    }
}

#[tokio::test]
async fn the_vault_keeps_what_stands_nowhere_as_it_was() {
    let office = Office::open().await;
    let manners = Manners { kept: |raw| raw.replace("Not finished", "[External]"), ..Manners::default() };
    let server = KeepingImap::start(&["INBOX"], manners).unwrap();
    let portal = serving(&office, &server, 0);
    let number = refused(&office, &server, &portal).await;
    work_three_times(&office, &portal).await;
    assert_eq!(server.count("APPEND"), 1);
    assert_eq!(office.case(number).await.state, CaseState::Releasing);
    assert_eq!(office.outcome(number, "bob").await, None);
}

/// What it says it has stored isn't there, and another copy of the same mail is: that proves nothing.
#[tokio::test]
async fn a_twin_that_stayed_is_not_what_went_back() {
    let office = Office::open().await;
    let manners = Manners { kept: |_| "Subject: nothing\r\n\r\n".into(), ..Manners::default() };
    let server = KeepingImap::start(&["INBOX"], manners).unwrap();
    let portal = serving(&office, &server, 0);
    let number = refused(&office, &server, &portal).await;
    let mail = office.send(&[], "bob@office.test, client@out.test").await;
    let other_way = format!("Received: from list\r\n{}", mail.raw);
    server.deliver("INBOX", "02-Feb-2026 01:00:07 +0000", &other_way);
    work(&portal).await;
    assert_eq!(server.count("APPEND"), 1);
    assert_eq!(office.outcome(number, "bob").await, None, "the vault keeps it");
}
