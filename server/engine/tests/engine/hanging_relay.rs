//! A relay that takes mail and doesn't answer: mailboxes don't wait for it.

use crate::office::{Ask, Office, RECALL, slow_mailer::SlowMailer};
use domain::{
    mail_system::Flags,
    shared::{CaseState, CorrectionState, Verdict},
};
use engine::{Engine, Tuning, Waker};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn freezing_goes_on_while_a_relay_hangs() {
    let office = Office::open().await;
    office.send(&[], "a@out.test, b@out.test, c@out.test, d@out.test, e@out.test").await;
    let corrected = office.ask(&office.portal, Ask { text: "Sorry.", ..RECALL }).await;
    office.settle().await;
    office.decide(corrected, Verdict::Approved).await;

    let mailer = Arc::new(SlowMailer::new(office.portal.mailer.clone()));
    let portal = office.sending(mailer.clone());
    let stop = CancellationToken::new();
    let enlisted = portal.store.enlist("one").await.unwrap();
    let tuning = Tuning { side_by_side: 4, ..Tuning::default() };
    let engine = Engine::tuned(portal, Waker::default(), "one".into(), tuning);
    let running = tokio::spawn(engine.run(enlisted, stop.clone()));
    timeout(Duration::from_secs(30), mailer.hangs()).await.unwrap();

    let raw = "From: ann@office.test\r\nTo: bob@office.test, client@out.test\r\nSubject: Next\r\n\
        Date: Mon, 2 Feb 2026 08:59:30 +0800\r\nMessage-ID: <2@office.test>\r\n\r\nHello.\r\n";
    office.put("ann", "Sent", &Flags::default(), raw.as_bytes(), "sent2").await;
    office.put("bob", "INBOX", &Flags::default(), raw.as_bytes(), "mail2").await;
    let number = office.ask(&office.portal, RECALL).await;
    let frozen = async {
        while office.case(number).await.state != CaseState::AwaitingApproval {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // Behind the relay it would never be.
    timeout(Duration::from_secs(30), frozen).await.unwrap();
    let states = office.corrections(corrected).await.into_iter().map(|correction| correction.state);
    assert!(states.clone().any(|state| state == CorrectionState::Sending), "the relay hangs still");

    mailer.gate.add_permits(100);
    stop.cancel();
    running.await.unwrap();
}
