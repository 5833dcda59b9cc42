//! However much there is to do, a case whose time has come doesn't wait behind it.

use crate::office::{Office, RECALL, between::Between, hours};
use async_trait::async_trait;
use domain::{
    mail_system::{Flags, MailError},
    shared::CaseState,
};
use engine::{Engine, Tuning, Waker};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, time::timeout};
use tokio_util::sync::CancellationToken;

/// Mailboxes open when they are let.
struct Slow(Semaphore);

#[async_trait]
impl Between for Slow {
    async fn opening(&self) -> Result<(), MailError> {
        self.0.acquire().await.unwrap().forget();
        Ok(())
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
    let gate = Arc::new(Slow(Semaphore::new(0)));
    let slow = office.with(gate.clone());
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

    gate.0.add_permits(100);
    stop.cancel();
    running.await.unwrap();
}
