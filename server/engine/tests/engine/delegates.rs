//! A mail of a shared mailbox is recalled by one of those who send for it.

use crate::office::{Office, address, work};
use domain::{
    audit::Entry,
    case::{
        ask::{self, AskError},
        draft::DraftForm,
        request,
    },
    mail_system::{Flags, MailSystem as _},
    org::{Delegate, Person},
    sent::{Page, SentFilter},
    sent_index,
    shared::{CaseNumber, Intent, Outcome, ReasonKind},
};

const RAW: &str = "From: info <info@office.test>\r\nTo: bob@office.test, info@office.test, ann@office.test\r\n\
    Subject: Offer\r\nDate: Mon, 2 Feb 2026 08:59:00 +0800\r\nMessage-ID: <7@office.test>\r\n\r\nToo cheap.\r\n";

/// `ann` sends for `info@`. It lies in its Sent folder, and unread with bob, ann and the mailbox itself.
async fn shared() -> (Office, Person) {
    let office = Office::open().await;
    let ann = office.who("ann").await;
    let names = office.hire(1).await;
    let mut info = office.who(&names[0]).await;
    info.address = address("info");
    info.name = "Info".into();
    info.delegates = vec![Delegate::Person(ann.id)];
    let mut tx = office.store_write().await;
    tx.replace_organisation(std::slice::from_ref(&info), &[], &[]).await.unwrap();
    tx.commit().await.unwrap();
    std::fs::rename(office.maildir(&names[0]), {
        let to = office.maildir("info");
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        to
    })
    .unwrap();
    office.put("info", "Sent", &Flags { seen: true, ..Flags::default() }, RAW.as_bytes(), "sent").await;
    for name in ["bob", "info", "ann"] {
        let delivered = format!("Delivered-To: {name}@office.test\r\n{RAW}");
        let flags = Flags { recent: true, ..Flags::default() };
        office.put(name, "INBOX", &flags, delivered.as_bytes(), "mail").await;
    }
    (office, info)
}

async fn folders(office: &Office, name: &str) -> Vec<String> {
    let mut session = office.mail.open(&address(name)).await.unwrap();
    let located = session.locate(&"7@office.test".parse().unwrap()).await.unwrap();
    located.copies.into_iter().map(|copy| copy.folder.0).collect()
}

async fn recall(office: &Office, who: &Person, mailbox: &Person) -> Result<CaseNumber, AskError> {
    let portal = &office.portal;
    sent_index::refresh(portal, mailbox).await.unwrap();
    let page = Page { index: 0, size: 1 };
    let mut tx = office.store_read().await;
    let sent = tx.list_sent(mailbox.id, &SentFilter::default(), page).await.unwrap().rows[0].message.id;
    let offer = ask::offer(portal, who, sent).await?;
    let form = DraftForm {
        intent: Intent::Recall,
        recipients: offer.recipients.into_iter().map(|recipient| recipient.address).collect(),
        include_read: false,
        reason: ReasonKind::Other,
        note: String::new(),
        subject: String::new(),
        text: String::new(),
    };
    let draft = ask::save(portal, who, portal.world.id(), sent, form).await?;
    Ok(request::request(portal, who, draft.id).await.unwrap())
}

#[tokio::test]
async fn the_acting_person_asks_and_the_mailbox_keeps_only_its_sent_copy() {
    let (office, info) = shared().await;
    let ann = office.who("ann").await;
    let number = recall(&office, &ann, &info).await.unwrap();
    work(&office.portal).await;
    let case = office.case(number).await;
    assert_eq!((case.requester, case.owner()), (ann.id, info.id));
    for name in ["bob", "info", "ann"] {
        assert_eq!(office.outcome(number, name).await, Some(Outcome::RemovedUnread), "{name}");
    }
    assert_eq!(folders(&office, "info").await, ["Sent"]);
    assert!(folders(&office, "ann").await.is_empty() && folders(&office, "bob").await.is_empty());
    // Both stand in the trail.
    let trail: Vec<Entry> = office.store_read().await.trail_of(case.id).await.unwrap();
    assert_eq!(trail[0].actor, Some(ann.id));
    assert!(trail[0].detail.contains(&format!("\"mailbox\":\"{}\"", info.id)), "{}", trail[0].detail);
    office.trail_is_whole().await;
}

#[tokio::test]
async fn a_stranger_and_a_delegate_who_is_one_no_more_find_nothing() {
    let (office, mut info) = shared().await;
    let (ann, dan) = (office.who("ann").await, office.who("dan").await);
    assert!(matches!(recall(&office, &dan, &info).await, Err(AskError::NotFound)));
    info.delegates.clear();
    let mut tx = office.store_write().await;
    tx.replace_organisation(std::slice::from_ref(&info), &[], &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(recall(&office, &ann, &info).await, Err(AskError::NotFound)));
    assert_eq!(folders(&office, "bob").await, ["INBOX"]);
}
