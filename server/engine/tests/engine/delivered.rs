//! Mail on its whole way: over SMTP to a Postfix, which opens the groups and delivers over LMTP to a Dovecot; and what
//! the portal writes leaves through the same Postfix.

use crate::office::{Ask, Office, RECALL, SENT, address, work};
use domain::{
    ids::OutgoingId,
    mail::Fingerprint,
    mail_system::{Flags, FolderName, NewCopy},
    mailer::Mailer,
    org::{Group, Member},
    portal::Portal,
    shared::{CaseState, CorrectionState, Outcome, Trouble, Verdict},
};
use mailbox::imap::{ImapConfig, ImapSystem, Login};
use mailer::{SmtpConfig, SmtpMailer, SmtpTls};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use testkit::{
    dovecot::Dovecot,
    postfix::{Delivery, House, Postfix},
};

const EVERYBODY: [&str; 5] =
    ["boss@office.test", "ann@office.test", "bob@office.test", "cho@office.test", "dan@office.test"];
/// Bob is in both inner groups; the partner's mailbox is elsewhere. Postfix and the portal's directory know the same.
const GROUPS: [(&str, &[&str]); 3] = [
    ("sales@office.test", &["bob@office.test", "dan@office.test", "partner@out.test"]),
    ("tech@office.test", &["bob@office.test", "cho@office.test"]),
    ("staff@office.test", &["sales@office.test", "tech@office.test"]),
];
/// With what a delivery likes to change: dots and `From ` at the start of a line, bytes beyond ASCII, blanks at line
/// ends, a folded subject, blank lines at the end.
const TEXT: &str = "From: =?utf-8?B?5a6J?= <ann@office.test>\r\nTo: staff@office.test\r\nCc: Tech <tech@office.test>\r\n\
    Subject: The contract,\r\n as we\t agreed\r\nDate: Mon, 2 Feb 2026 08:59:00 +0800\r\nMessage-ID: <1@office.test>\r\n\
    MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
    合同见附件。  \r\n.\r\n..two dots\r\nFrom here on\r\n\r\n\r\n";

struct Company {
    office: Office,
    /// Everything over IMAP and SMTP; the office's own Maildirs stay empty.
    portal: Arc<Portal>,
    smtp: Arc<SmtpMailer>,
    // The one that delivers ends before the one it delivers to.
    postfix: Postfix,
    dovecot: Dovecot,
}

impl Company {
    async fn open() -> Option<Self> {
        let dovecot = Dovecot::start(&EVERYBODY).unwrap()?;
        let house = House {
            domain: "office.test",
            lmtp_port: dovecot.lmtp_port,
            mailboxes: &EVERYBODY,
            groups: &GROUPS,
        };
        let postfix = Postfix::start(house).unwrap()?;
        let smtp = Arc::new(SmtpMailer::new(through(&postfix)).unwrap());
        let (admin, password) = Dovecot::ADMIN;
        let imap = ImapConfig {
            port: dovecot.imaps_port,
            authority: Some(dovecot.authority().unwrap()),
            ..ImapConfig::new("localhost", Login::plain(admin, password))
        };
        let imap = Arc::new(ImapSystem::new(imap).unwrap());
        let office = Office::open().await;
        let portal = office.through_sending(Box::new(move |store, _| (store, imap)), smtp.clone());
        let company = Self { office, portal, smtp, postfix, dovecot };
        company.found_groups().await;
        Some(company)
    }

    async fn found_groups(&self) {
        let ids = GROUPS.map(|_| self.portal.world.id());
        let directory = self.portal.directory().await.unwrap();
        let member = |text: &&str| {
            let address = text.parse().unwrap();
            let inner = GROUPS.iter().position(|(group, _)| group == text).map(|at| Member::Group(ids[at]));
            let person = directory.person_by_address(&address).map(|person| Member::Person(person.id));
            inner.or(person).unwrap_or(Member::Outside(address))
        };
        let groups: Vec<Group> = GROUPS
            .iter()
            .zip(ids)
            .map(|((address, members), id)| Group {
                id,
                address: address.parse().unwrap(),
                name: String::new(),
                members: members.iter().map(member).collect(),
            })
            .collect();
        let mut tx = self.office.store_write().await;
        tx.replace_organisation(&[], &[], &groups).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// As Ann's mail program: one copy among what she sent, and one message to each address.
    async fn send(&self, text: &str, to: &[&str]) -> Vec<Delivery> {
        let (folder, flags) = (FolderName(SENT.into()), Flags { seen: true, ..Flags::default() });
        let mut session = self.portal.mail.open(&address("ann")).await.unwrap();
        let received_at = self.portal.world.now();
        let copy =
            NewCopy { key: "sent", bytes: text.as_bytes(), folder: &folder, flags: &flags, received_at };
        session.put(&copy).await.unwrap();
        for to in to {
            let id: OutgoingId = self.portal.world.id();
            self.smtp.send(id, &address("ann"), &to.parse().unwrap(), text.as_bytes()).await.unwrap();
        }
        self.postfix.deliveries("1@office.test", to.len()).unwrap()
    }

    /// What stands in somebody's inbox.
    fn inbox(&self, name: &str) -> Vec<String> {
        let mut client = self.dovecot.client(address(name).as_str()).unwrap();
        client.select("INBOX").unwrap();
        client.mails().unwrap().into_iter().map(|mail| String::from_utf8(mail.raw).unwrap()).collect()
    }

    fn inboxes(&self) -> [usize; 3] {
        ["bob", "cho", "dan"].map(|name| self.inbox(name).len())
    }
}

fn through(postfix: &Postfix) -> SmtpConfig {
    SmtpConfig {
        host: "localhost".into(),
        port: postfix.port,
        tls: SmtpTls::StartTls,
        login: None,
        timeout: Duration::from_secs(30),
        authority: Some(postfix.authority().unwrap()),
    }
}

/// Whom it was delivered for, asked under which address.
fn whom(deliveries: &[Delivery]) -> Vec<(&str, &str)> {
    deliveries
        .iter()
        .map(|delivery| (delivery.to.as_str(), delivery.through.as_deref().unwrap_or_default()))
        .collect()
}

#[tokio::test]
async fn what_arrives_is_known_as_what_was_sent() {
    let Some(company) = Company::open().await else { return };
    let deliveries = company.send(TEXT, &["staff@office.test", "dan@office.test"]).await;
    assert_eq!(
        whom(&deliveries),
        [
            ("bob@office.test", "staff@office.test"),
            ("cho@office.test", "staff@office.test"),
            ("dan@office.test", ""),
            ("dan@office.test", "staff@office.test"),
            ("partner@out.test", "staff@office.test"),
        ],
        "Bob once, though two ways lead to him"
    );
    assert!(deliveries.iter().all(|delivery| delivery.status.starts_with("sent ")), "{deliveries:?}");
    assert_eq!(company.inboxes(), [1, 1, 2]);
    let copies: Vec<String> = ["bob", "cho", "dan"].iter().flat_map(|name| company.inbox(name)).collect();
    for copy in &copies {
        assert_eq!(Fingerprint::of(copy.as_bytes()), Fingerprint::of(TEXT.as_bytes()), "{copy}");
    }
    // Dovecot writes Delivered-To where a message has one recipient alone.
    let added: BTreeSet<&str> = copies.iter().flat_map(|copy| added_headers(copy)).collect();
    assert_eq!(Vec::from_iter(added), ["Delivered-To", "Received", "Return-Path"]);
}

fn added_headers(copy: &str) -> impl Iterator<Item = &str> {
    let (head, _) = copy.split_once("\r\n\r\n").unwrap();
    head.lines()
        .filter(|line| !TEXT.contains(line) && !line.starts_with([' ', '\t']))
        .filter_map(|line| line.split(':').next())
}

#[tokio::test]
async fn a_mail_to_groups_is_got_back_and_the_outsider_is_written_to() {
    let Some(company) = Company::open().await else { return };
    let Company { office, portal, postfix, .. } = &company;
    let deliveries = company.send(TEXT, &["staff@office.test", "tech@office.test"]).await;
    assert_eq!(deliveries.len(), 6, "two messages are opened each by itself: {deliveries:?}");
    assert_eq!(company.inboxes(), [2, 2, 1]);

    let number = office.ask(portal, Ask { text: "Please delete it. Sorry.", ..RECALL }).await;
    work(portal).await;
    assert_eq!(office.case(number).await.state, CaseState::AwaitingApproval);
    assert_eq!(company.inboxes(), [0, 0, 0], "every copy is held");
    let target = office.target(number, "bob").await;
    assert_eq!(target.recipient.via.len(), 2, "one target, found through the groups: {target:?}");

    office.decide(number, Verdict::Approved).await;
    work(portal).await;
    assert_eq!(office.case(number).await.state, CaseState::Finished);
    for (name, outcome) in [
        ("bob", Outcome::RemovedUnread),
        ("cho", Outcome::RemovedUnread),
        ("dan", Outcome::RemovedUnread),
        ("partner", Outcome::Outside),
    ] {
        assert_eq!(office.outcome(number, name).await, Some(outcome), "{name}");
    }
    assert_eq!(company.inboxes(), [0, 0, 0]);
    let corrections = office.corrections(number).await;
    let correction = corrections.iter().find(|one| one.to.address.local() == "partner").unwrap();
    assert_eq!(correction.state, CorrectionState::Sent);
    let deliveries = postfix.deliveries(correction.message_id.as_str(), 1).unwrap();
    assert_eq!(whom(&deliveries), [("partner@out.test", "")]);
    assert_eq!(deliveries[0].status, "sent (outside)");
    office.trail_is_whole().await;
}

/// No mail may have such a line (RFC 5322 §2.1.1), some have; Postfix breaks it in two.
#[tokio::test]
async fn a_line_that_is_too_long_arrives_as_other_content() {
    let Some(company) = Company::open().await else { return };
    let Company { office, portal, .. } = &company;
    let text = format!("{TEXT}{}\r\n", "x".repeat(999));
    company.send(&text, &["bob@office.test"]).await;
    let number = office.ask(portal, RECALL).await;
    work(portal).await;
    office.decide(number, Verdict::Approved).await;
    work(portal).await;
    let target = office.target(number, "bob").await;
    assert_eq!(
        (target.outcome, target.detail.trouble),
        (Some(Outcome::Failed), Some(Trouble::ContentDiffers))
    );
    let [delivered] = <[String; 1]>::try_from(company.inbox("bob")).unwrap();
    assert!(delivered.ends_with(&format!("{}\r\n x\r\n", "x".repeat(998))), "{delivered}");
}
