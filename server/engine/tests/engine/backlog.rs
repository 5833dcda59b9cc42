//! However much there is to do, a case whose time has come doesn't wait behind it.

use crate::office::{Office, RECALL, hours};
use async_trait::async_trait;
use domain::{
    mail::EmailAddress,
    mail_system::{Capabilities, Flags, MailError, MailSession, MailSystem},
    shared::CaseState,
};
use engine::{Engine, Tuning, Waker};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, time::timeout};
use tokio_util::sync::CancellationToken;

/// Mailboxes open when they are let.
struct Slow(Arc<dyn MailSystem>, Arc<Semaphore>);

#[async_trait]
impl MailSystem for Slow {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
        self.1.acquire().await.unwrap().forget();
        self.0.open(mailbox).await
    }

    async fn exists(&self, mailbox: &EmailAddress) -> Result<bool, MailError> {
        self.0.exists(mailbox).await
    }

    async fn check(&self) -> Result<String, MailError> {
        self.0.check().await
    }
}

#[tokio::test]
async fn a_case_expires_while_the_engine_has_its_hands_full() {
    let office = Office::open().await;
    office.send(&["bob"], "bob@office.test, client@out.test").await;
    let waiting = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    assert_eq!(office.case(waiting).await.state, CaseState::AwaitingApproval);

    let raw = "From: ann@office.test\r\nTo: cho@office.test, dan@office.test\r\nSubject: Next\r\n\
        Date: Mon, 2 Feb 2026 08:59:30 +0800\r\nMessage-ID: <2@office.test>\r\n\r\nHello.\r\n";
    office.put("ann", "Sent", &Flags::default(), raw.as_bytes(), "sent2").await;
    let backlog = office.ask(&office.portal, RECALL).await;
    let gate = Arc::new(Semaphore::new(0));
    let slow = office.through(Box::new({
        let gate = gate.clone();
        move |store, mail| (store, Arc::new(Slow(mail, gate)) as _)
    }));
    let stop = CancellationToken::new();
    let enlisted = slow.store.enlist("one").await.unwrap();
    let tuning = Tuning { side_by_side: 1, ..Tuning::default() };
    let engine = Engine::tuned(slow, Waker::default(), "one".into(), tuning);
    let running = tokio::spawn(engine.run(enlisted, stop.clone()));

    office.clock.advance(hours(25));
    let expired = async {
        while office.case(waiting).await.state == CaseState::AwaitingApproval {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), expired).await.unwrap();
    assert_eq!(office.case(backlog).await.state, CaseState::Executing);

    gate.add_permits(100);
    stop.cancel();
    running.await.unwrap();
}
