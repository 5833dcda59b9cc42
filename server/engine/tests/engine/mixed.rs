//! One case over two kinds of mail systems: some mailboxes on a Dovecot, some as Maildirs.

use crate::office::{
    Ask, Mail, Office, RECALL, address,
    between::{Between, behind},
    work,
};
use domain::{
    case::{ReadBy, Target},
    mail_system::{MailSystem, ReadEvidence},
    portal::Portal,
    sent::{Page, SentFilter},
    sent_index::{self, Indexed},
    shared::{CaseState, Outcome, Verdict},
};
use mailbox::{
    imap::{ImapConfig, ImapSystem, Login},
    route::{Routes, Served},
};
use std::sync::Arc;
use testkit::{
    dovecot::Dovecot,
    imap::{ImapClient, ImapMail},
};

/// `项目`
const PROJECT: &str = "&mHl27g-";
const TO: &str = "bob@office.test, cho@office.test, dan@office.test, client@out.test";

pub struct Mixed {
    pub office: Office,
    pub dovecot: Dovecot,
    pub portal: Arc<Portal>,
    mail: Arc<dyn MailSystem>,
}

impl Mixed {
    /// `bob` and `cho` are on the server.
    pub async fn open() -> Option<Self> {
        let dovecot = Dovecot::start(&["bob@office.test", "cho@office.test"]).unwrap()?;
        let office = Office::open().await;
        let (admin, password) = Dovecot::ADMIN;
        let config = ImapConfig {
            port: dovecot.imaps_port,
            authority: Some(dovecot.authority().unwrap()),
            read_log: Some(dovecot.log_file()),
            ..ImapConfig::new("localhost", Login::plain(admin, password))
        };
        let server = Served {
            name: "hq".into(),
            system: Arc::new(ImapSystem::new(config).unwrap()),
            domains: vec![],
            mailboxes: vec![address("bob"), address("cho")],
        };
        let mail: Arc<dyn MailSystem> = Arc::new(Routes::new(vec![server], Some(office.mail.clone())));
        let both = mail.clone();
        let portal = office.through(Box::new(|store, _| (store, both)));
        Some(Self { office, dovecot, portal, mail })
    }

    /// The same, with something between the engine and the mailboxes.
    pub fn with(&self, between: Arc<dyn Between>) -> Arc<Portal> {
        let mail = behind(self.mail.clone(), between);
        self.office.through(Box::new(|store, _| (store, mail)))
    }

    /// To all three; `cho` files and labels it.
    pub async fn send(&self) -> (Mail, ImapClient, ImapClient) {
        let mail = self.office.send(&["dan"], TO).await;
        let both = ["bob@office.test", "cho@office.test"];
        self.dovecot.deliver("ann@office.test", &both, mail.raw.as_bytes()).unwrap();
        let mut cho = self.dovecot.client("cho@office.test").unwrap();
        cho.create(PROJECT).unwrap();
        cho.select("INBOX").unwrap();
        cho.store(1, "+FLAGS (\\Flagged $Important)").unwrap();
        cho.move_to(1, PROJECT).unwrap();
        (mail, self.dovecot.client("bob@office.test").unwrap(), cho)
    }
}

/// As the person sees it; which session met it first is no part of that.
pub fn seen(client: &mut ImapClient, folder: &str) -> Vec<(Vec<String>, String, Vec<u8>)> {
    client.select(folder).unwrap();
    let unrecent = |mut mail: ImapMail| {
        mail.flags.retain(|flag| flag != "\\Recent");
        (mail.flags, mail.received, mail.raw)
    };
    client.mails().unwrap().into_iter().map(unrecent).collect()
}

#[tokio::test]
async fn a_refusal_puts_everything_back_on_both() {
    let Some(mixed) = Mixed::open().await else { return };
    let (mail, mut bob, mut cho) = mixed.send().await;
    let office = &mixed.office;
    let before = (seen(&mut bob, "INBOX"), seen(&mut cho, PROJECT), office.copies("dan", &mail).await);
    assert_eq!((before.0.len(), before.1.len(), before.2.len()), (1, 1, 1));
    let number = office.ask(&mixed.portal, Ask { text: "Sorry", ..RECALL }).await;
    work(&mixed.portal).await;
    assert_eq!((seen(&mut bob, "INBOX"), seen(&mut cho, PROJECT)), (vec![], vec![]), "held");
    assert!(office.copies("dan", &mail).await.is_empty(), "held");

    office.decide(number, Verdict::Refused).await;
    work(&mixed.portal).await;
    assert_eq!(office.case(number).await.state, CaseState::Closed);
    assert_eq!((seen(&mut bob, "INBOX"), seen(&mut cho, PROJECT)), (before.0, before.1));
    let facts = |copies: Vec<(domain::mail_system::FoundCopy, Vec<u8>)>| {
        copies
            .into_iter()
            .map(|(copy, raw)| (copy.folder, copy.flags, copy.received_at, raw))
            .collect::<Vec<_>>()
    };
    assert_eq!(facts(office.copies("dan", &mail).await), facts(before.2));
    for name in ["bob", "cho", "dan"] {
        assert_eq!(office.outcome(number, name).await, Some(Outcome::Restored), "{name}");
    }
    office.trail_is_whole().await;
}

#[tokio::test]
async fn an_approval_removes_everything_on_both() {
    let Some(mixed) = Mixed::open().await else { return };
    let (mail, mut bob, mut cho) = mixed.send().await;
    let office = &mixed.office;
    let number = office.ask(&mixed.portal, Ask { text: "Sorry", ..RECALL }).await;
    work(&mixed.portal).await;
    office.decide(number, Verdict::Approved).await;
    work(&mixed.portal).await;
    assert_eq!(office.case(number).await.state, CaseState::Finished);
    for name in ["bob", "cho", "dan"] {
        assert_eq!(office.outcome(number, name).await, Some(Outcome::RemovedUnread), "{name}");
    }
    assert_eq!((seen(&mut bob, "INBOX"), seen(&mut cho, PROJECT)), (vec![], vec![]));
    assert!(office.copies("dan", &mail).await.is_empty());
    office.trail_is_whole().await;
}

#[tokio::test]
async fn what_was_opened_and_marked_as_unread_again_counts_as_read() {
    let Some(mixed) = Mixed::open().await else { return };
    let (mail, mut bob, mut cho) = mixed.send().await;
    bob.select("INBOX").unwrap();
    bob.store(1, "+FLAGS (\\Seen)").unwrap();
    bob.store(1, "-FLAGS (\\Seen)").unwrap();
    bob.store(1, "+FLAGS ($Later)").unwrap();
    mixed.dovecot.says("$Later").unwrap();
    let office = &mixed.office;
    let number = office.ask(&mixed.portal, Ask { text: "Sorry", ..RECALL }).await;
    work(&mixed.portal).await;
    assert_eq!((seen(&mut bob, "INBOX").len(), seen(&mut cho, PROJECT).len()), (1, 0), "only cho's is held");
    let read_by = |target: &Target| (target.read_by(), target.detail.evidence);
    let opened = office.target(number, "bob").await;
    assert!(matches!(read_by(&opened), (Some(ReadBy::Log(_)), ReadEvidence::FlagsAndLog)), "{opened:?}");
    let unread = office.target(number, "cho").await;
    assert_eq!(read_by(&unread), (None, ReadEvidence::FlagsAndLog));
    assert_eq!(
        read_by(&office.target(number, "dan").await),
        (None, ReadEvidence::Flags),
        "a Maildir has no log"
    );

    office.decide(number, Verdict::Approved).await;
    work(&mixed.portal).await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::LeftRead));
    assert_eq!(office.outcome(number, "cho").await, Some(Outcome::RemovedUnread));
    assert!(matches!(office.target(number, "bob").await.read_by(), Some(ReadBy::Log(_))));
    assert!(office.copies("dan", &mail).await.is_empty());
    office.trail_is_whole().await;
}

#[tokio::test]
async fn taking_what_was_opened_is_told_as_that() {
    let Some(mixed) = Mixed::open().await else { return };
    let (_, mut bob, _) = mixed.send().await;
    bob.select("INBOX").unwrap();
    bob.store(1, "+FLAGS (\\Seen)").unwrap();
    bob.store(1, "-FLAGS (\\Seen)").unwrap();
    bob.store(1, "+FLAGS ($Later)").unwrap();
    mixed.dovecot.says("$Later").unwrap();
    let office = &mixed.office;
    let ask = Ask { text: "Sorry", include_read: true, ..RECALL };
    let number = office.ask(&mixed.portal, ask).await;
    work(&mixed.portal).await;
    office.decide(number, Verdict::Approved).await;
    work(&mixed.portal).await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::RemovedRead));
    assert_eq!(seen(&mut bob, "INBOX"), vec![]);
    assert!(matches!(office.target(number, "bob").await.read_by(), Some(ReadBy::Log(_))), "also afterwards");
}

#[tokio::test]
async fn what_somebody_sent_from_the_server_is_found_and_forgotten() {
    let Some(mixed) = Mixed::open().await else { return };
    let (_, mut bob, _) = mixed.send().await;
    let who = mixed.office.who("bob").await;
    let listed = || async {
        let page = Page { index: 0, size: 10 };
        let mut tx = mixed.office.store_read().await;
        tx.list_sent(who.id, &SentFilter::default(), page).await.unwrap().total.rows()
    };
    let refresh = || async { sent_index::refresh(&mixed.portal, &who).await.unwrap() };
    assert_eq!(refresh().await, Indexed::default());
    bob.select("INBOX").unwrap();
    bob.copy_to(1, "Sent").unwrap();
    bob.copy_to(1, "Sent").unwrap();
    assert_eq!((refresh().await, listed().await), (Indexed { added: 2, ..Indexed::default() }, 2));
    assert_eq!(refresh().await, Indexed::default());
    bob.select("Sent").unwrap();
    bob.store(1, "+FLAGS (\\Deleted)").unwrap();
    bob.expunge(1).unwrap();
    assert_eq!((refresh().await, listed().await), (Indexed { gone: 1, ..Indexed::default() }, 1));
}
