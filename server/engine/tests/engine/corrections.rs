//! Corrections over real SMTP conversations: never twice, never silently lost.

use crate::office::{Ask, Office, RECALL, hours, work};
use async_trait::async_trait;
use domain::{
    ids::OutgoingId,
    mail::EmailAddress,
    mailer::{Mailer, OutgoingMail, SendError},
    portal::Portal,
    shared::{CaseNumber, CaseState, CorrectionState, Verdict},
};
use mailer::{SmtpConfig, SmtpMailer, SmtpTls};
use std::{sync::Arc, time::Duration};
use testkit::smtp::{Fault, SmtpServer, Step};

async fn start(office: &Office, server: &SmtpServer) -> (Arc<Portal>, CaseNumber) {
    let config = SmtpConfig {
        host: "127.0.0.1".into(),
        port: server.port,
        tls: SmtpTls::None,
        login: None,
        timeout: Duration::from_secs(10),
        authority: None,
    };
    let outside = SmtpMailer::new(config).unwrap();
    let portal = office.sending(Arc::new(Outwards { outside, inside: office.portal.mailer.clone() }));
    office.send(&[], "client@out.test").await;
    let number = office.ask(&portal, Ask { text: "Sorry, please delete it.", ..RECALL }).await;
    work(&portal).await;
    office.decide(number, Verdict::Approved).await;
    work(&portal).await;
    (portal, number)
}

/// Mail to outsiders by SMTP; what colleagues are told doesn't stand in the faults' way.
struct Outwards {
    outside: SmtpMailer,
    inside: Arc<dyn Mailer>,
}

impl Outwards {
    fn way(&self, to: &EmailAddress) -> &dyn Mailer {
        if to.domain() == "office.test" { self.inside.as_ref() } else { &self.outside }
    }
}

#[async_trait]
impl Mailer for Outwards {
    fn compose(&self, mail: &OutgoingMail<'_>) -> Result<Vec<u8>, SendError> {
        self.way(&mail.to.address).compose(mail)
    }

    async fn send(
        &self,
        id: OutgoingId,
        from: &EmailAddress,
        to: &EmailAddress,
        bytes: &[u8],
    ) -> Result<(), SendError> {
        self.way(to).send(id, from, to, bytes).await
    }

    async fn was_sent(&self, id: OutgoingId, to: &EmailAddress) -> Option<bool> {
        self.way(to).was_sent(id, to).await
    }

    async fn check(&self) -> Result<String, SendError> {
        self.outside.check().await
    }
}

async fn correction(office: &Office, number: CaseNumber) -> (CorrectionState, CaseState) {
    (office.corrections(number).await[0].state, office.case(number).await.state)
}

#[tokio::test]
async fn a_refusal_for_now_is_tried_again_and_arrives_once() {
    let office = Office::open().await;
    let server = SmtpServer::start().await.unwrap().failing(Step::Recipient, Fault::Answer("451 busy"));
    let (portal, number) = start(&office, &server).await;
    assert_eq!(
        correction(&office, number).await,
        (CorrectionState::Queued, CaseState::Executing),
        "not a success yet"
    );
    office.clock.advance(hours(1));
    work(&portal).await;
    assert_eq!(correction(&office, number).await, (CorrectionState::Sent, CaseState::Finished));
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_refusal_for_good_is_said() {
    let office = Office::open().await;
    let server =
        SmtpServer::start().await.unwrap().failing(Step::Recipient, Fault::Answer("550 no such user"));
    let (_, number) = start(&office, &server).await;
    assert_eq!(correction(&office, number).await, (CorrectionState::Failed, CaseState::Finished));
    assert!(office.corrections(number).await[0].problem.contains("550"));
}

#[tokio::test]
async fn an_answer_that_never_came_is_not_sent_again() {
    let office = Office::open().await;
    let server = SmtpServer::start().await.unwrap().failing(Step::Content, Fault::HangUp);
    let (portal, number) = start(&office, &server).await;
    assert_eq!(correction(&office, number).await.0, CorrectionState::Unconfirmed);
    office.clock.advance(hours(10));
    work(&portal).await;
    assert_eq!(server.mails().len(), 1, "it may have arrived: nobody gets two");
}
