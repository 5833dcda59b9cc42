//! What is special to Cyrus: \Seen belongs to whoever asks, not to the message; anybody may be named at sign-in; old
//! installations write folders in another way.

use crate::house::{again, id, on_cyrus, only, open};
use domain::mail_system::{MailError, MailSystem, Put, Removal};
use testkit::cyrus::{Cyrus, Settings};

const MEI: &str = "mei@x.test";
const MAIL: &str = "From: Lin <lin@x.test>\r\nTo: mei@x.test\r\nSubject: Draft\r\nMessage-ID: <draft@x.test>\r\n\
    Date: Mon, 2 Feb 2026 09:00:00 +0800\r\n\r\nHello\r\n";

#[tokio::test]
async fn what_its_owner_has_read_is_read_though_its_keeper_sees_it_unread() {
    let Some(cyrus) = Cyrus::start(&[MEI]).unwrap() else { return };
    cyrus.deliver("lin@x.test", &[MEI], MAIL.as_bytes()).unwrap();
    let mut keeper = cyrus.keeper().unwrap();
    keeper.grant("user/mei@x.test", "cyrus").unwrap();
    let system = on_cyrus(&cyrus);
    let mut session = open(&system, MEI).await;
    let unread = only(session.locate(&id("draft@x.test")).await.unwrap());
    assert!(!unread.flags.seen);
    // Read by somebody who may, but isn't the owner: nothing that matters here.
    keeper.select("user/mei@x.test").unwrap();
    keeper.store(1, "+FLAGS (\\Seen)").unwrap();
    assert!(!only(session.locate(&id("draft@x.test")).await.unwrap()).flags.seen);
    keeper.store(1, "-FLAGS (\\Seen)").unwrap();

    let mut mei = cyrus.client(MEI).unwrap();
    mei.select("INBOX").unwrap();
    mei.store(1, "+FLAGS (\\Seen)").unwrap();
    assert_eq!(session.remove(&unread.handle).await.unwrap(), Removal::Changed, "read since");
    let read = only(session.locate(&id("draft@x.test")).await.unwrap());
    assert!(read.flags.seen, "we act as the owner");
    keeper.select("user/mei@x.test").unwrap();
    assert!(!keeper.mails().unwrap()[0].flags.contains(&"\\Seen".to_owned()), "and not as this one");

    let bytes = session.fetch(&read.handle).await.unwrap();
    assert_eq!(session.remove(&read.handle).await.unwrap(), Removal::Removed);
    assert_eq!(session.put(&again(&read, &bytes, "back")).await.unwrap(), Put::Stored);
    mei.select("INBOX").unwrap();
    assert!(mei.mails().unwrap()[0].flags.contains(&"\\Seen".to_owned()), "read, as before");
}

#[tokio::test]
async fn folders_below_the_inbox_with_dots_between_them() {
    let settings = Settings { dots: true, ..Settings::default() };
    let Some(cyrus) = Cyrus::with(&[MEI], settings).unwrap() else { return };
    cyrus.deliver("lin@x.test", &[MEI], MAIL.as_bytes()).unwrap();
    let mut mei = cyrus.client(MEI).unwrap();
    // 项目
    mei.create("INBOX.&mHl27g-.2026").unwrap();
    mei.select("INBOX").unwrap();
    mei.move_to(1, "INBOX.&mHl27g-.2026").unwrap();
    let system = on_cyrus(&cyrus);
    let mut session = open(&system, MEI).await;
    let found = only(session.locate(&id("draft@x.test")).await.unwrap());
    assert_eq!(found.folder.0, "INBOX/项目/2026");
    let bytes = session.fetch(&found.handle).await.unwrap();
    assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Removed);
    mei.select("INBOX").unwrap();
    mei.delete("INBOX.&mHl27g-.2026").unwrap();
    assert_eq!(session.put(&again(&found, &bytes, "back")).await.unwrap(), Put::Stored);
    assert_eq!(mei.select("INBOX.&mHl27g-.2026").unwrap(), 1, "the folder is made again");
}

/// Nothing in IMAP tells a mailbox that is there from one that came into being when we signed in: the operator guide
/// asks for `autocreate_quota: -1`.
#[tokio::test]
async fn autocreate_makes_a_mailbox_for_whoever_is_asked_for() {
    let nobody = "nobody@x.test".parse().unwrap();
    let Some(cyrus) = Cyrus::start(&[MEI]).unwrap() else { return };
    assert!(matches!(on_cyrus(&cyrus).open(&nobody).await, Err(MailError::NoSuchMailbox(_))));
    assert_eq!(cyrus.keeper().unwrap().list().unwrap(), ["user/mei@x.test"], "asking made none");
    let settings = Settings { autocreate: true, ..Settings::default() };
    let Some(cyrus) = Cyrus::with(&[MEI], settings).unwrap() else { return };
    assert!(on_cyrus(&cyrus).exists(&nobody).await.unwrap());
    assert!(cyrus.keeper().unwrap().list().unwrap().contains(&"user/nobody@x.test".to_owned()));
}
