//! Who hears what by mail: each thing once, whatever dies in between.

use crate::office::{
    Ask, Office, RECALL, address, hours,
    mortal::{Life, MortalStore},
    work,
};
use domain::{
    case::decide,
    doctor::{self, Area},
    mailer::Mailer,
    notify::{self, Notification, STUCK_AFTER},
    shared::{CaseNumber, CaseState, CorrectionState, Intent, NotificationKind, Role, Verdict},
    store::Store,
};
use engine::{Engine, Waker};
use mailer::{SmtpConfig, SmtpMailer, SmtpTls};
use std::{sync::Arc, time::Duration};
use testkit::smtp::SmtpServer;

/// A case that waits for `boss`, as soon as the engine has worked.
async fn asked(office: &Office) -> CaseNumber {
    office.send(&["bob"], "bob@office.test, client@out.test").await;
    office.ask(&office.portal, RECALL).await
}

async fn told(office: &Office, number: CaseNumber) -> Vec<Notification> {
    let case = office.case(number).await;
    office.store.read().await.unwrap().notifications(case.id).await.unwrap()
}

/// Subjects of what the portal wrote to this mailbox.
fn heard(office: &Office, name: &str) -> Vec<String> {
    let files = ["new", "cur"].map(|sub| std::fs::read_dir(office.maildir(name).join(sub)).unwrap());
    let mails =
        files.into_iter().flatten().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let ours = mails.filter(|mail| mail.contains("recant@office.test"));
    let mut subjects: Vec<String> = ours
        .map(|mail| mail.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().to_owned())
        .collect();
    subjects.sort();
    subjects
}

#[tokio::test]
async fn the_approver_and_the_requester_hear_each_thing_once() {
    let office = Office::open().await;
    let number = asked(&office).await;
    assert!(told(&office, number).await.is_empty(), "it doesn't wait yet");
    office.settle().await;
    office.settle().await;
    assert_eq!(heard(&office, "boss"), [format!("approval_wanted {number}")]);
    office.decide(number, Verdict::Approved).await;
    office.settle().await;
    assert_eq!(heard(&office, "boss").len(), 1);
    assert_eq!(heard(&office, "ann"), [format!("approved {number}"), format!("finished {number}")]);
    let told = told(&office, number).await;
    assert!(told.iter().all(|told| told.state == CorrectionState::Sent && told.attempts == 1), "{told:?}");
    office.trail_is_whole().await;
}

#[tokio::test]
async fn the_mail_says_who_where_and_that_a_machine_wrote_it() {
    let office = Office::open().await;
    let number = asked(&office).await;
    office.settle().await;
    let file = std::fs::read_dir(office.maildir("boss").join("new")).unwrap().next().unwrap().unwrap();
    let mail = std::fs::read_to_string(file.path()).unwrap();
    for line in
        ["From: Recant <recant@office.test>", "To: boss <boss@office.test>", "Auto-Submitted: auto-generated"]
    {
        assert!(mail.contains(line), "{line} in\n{mail}");
    }
    assert!(mail.contains(&format!("http://127.0.0.1/cases/{number}")), "{mail}");
    assert!(!mail.contains("Draft"), "nothing of the recalled mail: {mail}");
}

#[tokio::test]
async fn refused_and_expired_are_told_apart() {
    let office = Office::open().await;
    let number = asked(&office).await;
    office.settle().await;
    office.decide(number, Verdict::Refused).await;
    office.settle().await;
    assert_eq!(heard(&office, "ann"), [format!("refused {number}")]);

    let office = Office::open().await;
    let number = asked(&office).await;
    office.settle().await;
    office.clock.advance(hours(24));
    office.settle().await;
    assert_eq!(heard(&office, "ann"), [format!("expired {number}")]);
}

#[tokio::test]
async fn telling_it_again_makes_no_second_mail() {
    let office = Office::open().await;
    let number = asked(&office).await;
    office.settle().await;
    let (case, directory) = (office.case(number).await, office.portal.directory().await.unwrap());
    let mut tx = office.store.write().await.unwrap();
    let kind = NotificationKind::ApprovalWanted;
    notify::tell(tx.as_mut(), &office.portal, &directory, &case, kind).await.unwrap();
    tx.commit().await.unwrap();
    office.settle().await;
    assert_eq!(heard(&office, "boss").len(), 1);
}

#[tokio::test]
async fn what_is_no_longer_true_is_not_said() {
    let office = Office::open().await;
    office.send(&["bob"], "bob@office.test, client@out.test").await;
    let ask = Ask { intent: Intent::CorrectOnly, include_read: false, text: "A word was wrong." };
    let number = office.ask(&office.portal, ask).await;
    assert_eq!(office.case(number).await.state, CaseState::AwaitingApproval);
    decide::withdraw(&office.portal, &office.who("ann").await, number).await.unwrap();
    office.settle().await;
    assert!(heard(&office, "boss").is_empty());
    assert_eq!(told(&office, number).await[0].state, CorrectionState::Unneeded);
}

/// Dies at its n-th write; then the clock passes the lease. True: it lived to the end.
async fn work_and_die(office: &Office, mailer: Arc<dyn Mailer>, calls: u32) -> bool {
    let life = Life::new(calls, false);
    let lives = life.clone();
    let wrap = Box::new(move |store, mail| (Arc::new(MortalStore(store, lives)) as Arc<dyn Store>, mail));
    let engine = Engine::new(office.through_sending(wrap, mailer), Waker::default(), "mortal".into());
    while engine.turn().await.unwrap_or(false) {}
    office.clock.advance(Duration::from_mins(6));
    !life.is_over()
}

fn smtp(server: &SmtpServer) -> Arc<dyn Mailer> {
    Arc::new(
        SmtpMailer::new(SmtpConfig {
            host: "127.0.0.1".into(),
            port: server.port,
            tls: SmtpTls::None,
            login: None,
            timeout: Duration::from_secs(10),
            authority: None,
        })
        .unwrap(),
    )
}

/// SMTP can't look: what was broken off is unknown, and stays so.
#[tokio::test]
async fn dying_while_the_approver_is_told_by_smtp() {
    let mut unknown = 0;
    for calls in 1.. {
        let (office, server) = (Office::open().await, SmtpServer::start().await.unwrap());
        let number = asked(&office).await;
        let lived = work_and_die(&office, smtp(&server), calls).await;
        work(&office.sending(smtp(&server))).await;
        office.clock.advance(hours(1));
        work(&office.sending(smtp(&server))).await;
        let told = told(&office, number).await;
        let mails = server.mails().len();
        assert_eq!((told.len(), told[0].attempts), (1, 1), "died at write {calls}");
        match told[0].state {
            CorrectionState::Sent => assert_eq!(mails, 1, "died at write {calls}"),
            CorrectionState::Unconfirmed => {
                unknown += 1;
                assert!(mails <= 1, "died at write {calls}: {mails} mails");
            }
            state => panic!("died at write {calls}: {state}"),
        }
        if lived {
            break;
        }
    }
    assert!(unknown > 0, "some death fell between sending and noting it");
}

/// A mailbox can be looked into: exactly one, always.
#[tokio::test]
async fn dying_while_the_approver_is_told_in_the_mailbox() {
    for calls in 1.. {
        let office = Office::open().await;
        let number = asked(&office).await;
        let lived = work_and_die(&office, office.portal.mailer.clone(), calls).await;
        office.settle().await;
        assert_eq!(heard(&office, "boss").len(), 1, "died at write {calls}");
        assert_eq!(told(&office, number).await[0].state, CorrectionState::Sent, "died at write {calls}");
        if lived {
            break;
        }
    }
}

#[tokio::test]
async fn copies_that_do_not_go_back_are_shouted_about() {
    let office = Office::open().await;
    let number = asked(&office).await;
    office.settle().await;
    let mut dan = office.who("dan").await;
    dan.roles = vec![Role::Administrator];
    let mut tx = office.store.write().await.unwrap();
    tx.replace_organisation(&[dan], &[], &[]).await.unwrap();
    tx.commit().await.unwrap();
    let (there, away) = (office.maildir("bob"), office.folder.path().join("away"));
    std::fs::rename(&there, &away).unwrap();
    office.decide(number, Verdict::Refused).await;
    for _ in 0..STUCK_AFTER + 2 {
        office.settle().await;
        office.clock.advance(Duration::from_mins(11));
    }
    assert_eq!(office.case(number).await.state, CaseState::Releasing);
    assert_eq!(heard(&office, "dan"), [format!("stuck {number}")]);
    let said = putting_back(&office).await.unwrap_err();
    assert!(said.contains(&number.to_string()) && said.contains(address("bob").as_str()), "{said}");

    std::fs::rename(&away, &there).unwrap();
    office.settle().await;
    assert_eq!(office.case(number).await.state, CaseState::Closed);
    putting_back(&office).await.unwrap();
    office.trail_is_whole().await;
}

async fn putting_back(office: &Office) -> Result<String, String> {
    let findings = doctor::examine(&office.portal).await;
    findings.into_iter().find(|finding| finding.area == Area::PuttingBack).unwrap().result
}
