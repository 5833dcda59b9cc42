//! The Maildir connector on mailboxes that a real Dovecot serves, with its clients as judges.
#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use domain::{
    mail::{MessageId, ParsedMail},
    mail_system::{FolderName, FoundCopy, MailSession, MailSystem, NewCopy, Put, Removal},
};
use mailbox::maildir::{MaildirConfig, MaildirSystem};
use std::{collections::BTreeSet, fs, path::Path};
use testkit::{dovecot::Dovecot, imap::ImapMail};

const MAIL: &str = "From: Lin <lin@x.test>\r\nTo: all@x.test\r\nSubject: Draft\r\nMessage-ID: <draft@x.test>\r\n\
    Date: Mon, 2 Feb 2026 09:00:00 +0800\r\n\r\n.Hello 你好\r\n";
/// `项目/2026 Ünïcode`
const PROJECT: &str = "&mHl27g-/2026 &ANw-n&AO8-code";

async fn open(dovecot: &Dovecot, user: &str) -> Box<dyn MailSession> {
    let system = MaildirSystem::new(MaildirConfig::new(dovecot.mail_root())).unwrap();
    system.open(&user.parse().unwrap()).await.unwrap()
}

fn draft() -> MessageId {
    "draft@x.test".parse().unwrap()
}

async fn find(session: &mut dyn MailSession) -> FoundCopy {
    let located = session.locate(&draft()).await.unwrap();
    assert_eq!(located.skipped, []);
    assert_eq!(located.copies.len(), 1);
    located.copies.into_iter().next().unwrap()
}

fn again<'a>(found: &'a FoundCopy, bytes: &'a [u8], key: &'a str) -> NewCopy<'a> {
    NewCopy { key, bytes, folder: &found.folder, flags: &found.flags, received_at: found.received_at }
}

/// What the person sees; only the UID may differ after a copy came back.
fn seen(mails: Vec<ImapMail>) -> Vec<(Vec<String>, String, Vec<u8>)> {
    let mut mails: Vec<_> = mails.into_iter().map(|mail| (mail.flags, mail.received, mail.raw)).collect();
    mails.sort();
    mails
}

#[tokio::test]
async fn a_mail_to_three_people_vanishes_and_returns_as_each_of_them_left_it() {
    let Some(dovecot) = Dovecot::start(&["mei@x.test", "lin@x.test", "bo@x.test"]).unwrap() else { return };
    dovecot.deliver("lin@x.test", &["mei@x.test", "lin@x.test", "bo@x.test"], MAIL.as_bytes()).unwrap();
    // Mei reads and labels it, Lin files it, Bo has not looked.
    let mut mei = dovecot.client("mei@x.test").unwrap();
    assert_eq!(mei.select("INBOX").unwrap(), 1);
    mei.store(1, "+FLAGS (\\Seen \\Flagged $Important $Later)").unwrap();
    let mut lin = dovecot.client("lin@x.test").unwrap();
    lin.create(PROJECT).unwrap();
    lin.select("INBOX").unwrap();
    lin.move_to(1, PROJECT).unwrap();
    lin.select(PROJECT).unwrap();
    let before = (seen(mei.mails().unwrap()), seen(lin.mails().unwrap()));

    let mut held = Vec::new();
    for user in ["mei@x.test", "lin@x.test", "bo@x.test"] {
        let mut session = open(&dovecot, user).await;
        let found = find(&mut *session).await;
        let bytes = session.fetch(&found.handle).await.unwrap();
        assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Removed);
        held.push((user, found, bytes));
    }
    let at = |number: usize| (held[number].1.folder.0.as_str(), &held[number].1.flags);
    assert!(
        at(0).0 == "INBOX"
            && at(0).1.seen
            && at(0).1.flagged
            && at(0).1.keywords == ["maildir:a", "maildir:b"]
    );
    assert!(at(1).0 == "项目/2026 Ünïcode" && !at(1).1.seen && !at(1).1.recent);
    assert!(at(2).0 == "INBOX" && !at(2).1.seen && at(2).1.recent);
    assert_eq!((mei.mails().unwrap(), lin.mails().unwrap()), (vec![], vec![]), "both clients were connected");

    for (user, found, bytes) in &held {
        let mut session = open(&dovecot, user).await;
        assert_eq!(session.put(&again(found, bytes, "case-1")).await.unwrap(), Put::Stored);
        assert_eq!(session.put(&again(found, bytes, "case-1")).await.unwrap(), Put::AlreadyThere);
    }
    assert_eq!((seen(mei.mails().unwrap()), seen(lin.mails().unwrap())), before);
    let mut bo = dovecot.client("bo@x.test").unwrap();
    bo.select("INBOX").unwrap();
    let mails = bo.mails().unwrap();
    assert_eq!(
        (mails.len(), mails[0].flags.as_slice()),
        (1, ["\\Recent".to_owned()].as_slice()),
        "new to Bo"
    );
    let text = String::from_utf8(mails[0].raw.clone()).unwrap();
    assert!(text.ends_with("\r\n\r\n.Hello 你好\r\n"), "{text}");
    assert!(text.starts_with("Return-Path: <lin@x.test>\r\n"), "{text}");
}

#[tokio::test]
async fn what_a_client_did_since_stops_the_removal() {
    let Some(dovecot) = Dovecot::start(&["mei@x.test"]).unwrap() else { return };
    dovecot.deliver("lin@x.test", &["mei@x.test"], MAIL.as_bytes()).unwrap();
    let mut session = open(&dovecot, "mei@x.test").await;
    let mut client = dovecot.client("mei@x.test").unwrap();

    let delivered = find(&mut *session).await;
    client.select("INBOX").unwrap();
    assert_eq!(session.remove(&delivered.handle).await.unwrap(), Removal::Changed, "shown in a list");
    let shown = find(&mut *session).await;
    client.store(1, "+FLAGS (\\Seen)").unwrap();
    assert_eq!(session.remove(&shown.handle).await.unwrap(), Removal::Changed, "read");
    let read = find(&mut *session).await;
    assert!(read.flags.seen);
    client.move_to(1, "Sent").unwrap();
    assert_eq!(session.remove(&read.handle).await.unwrap(), Removal::Changed, "moved");
    let moved = find(&mut *session).await;
    assert_eq!(moved.folder.0, "Sent");
    assert_eq!(session.remove(&moved.handle).await.unwrap(), Removal::Removed);
    assert_eq!(client.select("Sent").unwrap(), 0);
}

#[tokio::test]
async fn a_folder_that_was_deleted_comes_back_with_the_copy() {
    let Some(dovecot) = Dovecot::start(&["mei@x.test"]).unwrap() else { return };
    dovecot.deliver("lin@x.test", &["mei@x.test"], MAIL.as_bytes()).unwrap();
    let mut session = open(&dovecot, "mei@x.test").await;
    let mut found = find(&mut *session).await;
    let bytes = session.fetch(&found.handle).await.unwrap();
    found.folder = FolderName("项目/2026 Ünïcode".into());
    assert_eq!(session.put(&again(&found, &bytes, "case-1")).await.unwrap(), Put::Stored);
    let mut client = dovecot.client("mei@x.test").unwrap();
    assert!(client.list().unwrap().contains(&PROJECT.to_owned()));
    assert_eq!(client.select(PROJECT).unwrap(), 1);
    client.store(1, "+FLAGS (\\Answered)").unwrap();
    assert_eq!(
        session.put(&again(&found, &bytes, "case-1")).await.unwrap(),
        Put::AlreadyThere,
        "answered since"
    );
    client.move_to(1, "Sent").unwrap();
    assert_eq!(
        session.put(&again(&found, &bytes, "case-1")).await.unwrap(),
        Put::AlreadyThere,
        "Dovecot keeps its name"
    );
    // A copy gets a name of its own: who copies and deletes takes the key away, and a caller that doesn't know
    // whether its put happened must look before it puts again.
    client.select("Sent").unwrap();
    client.copy_to(1, PROJECT).unwrap();
    client.store(1, "+FLAGS (\\Deleted)").unwrap();
    client.expunge(1).unwrap();
    assert_eq!(session.put(&again(&found, &bytes, "case-1")).await.unwrap(), Put::Stored);
    assert_eq!(session.locate(&draft()).await.unwrap().copies.len(), 3);
}

#[tokio::test]
async fn mail_from_the_wild_survives_its_recall() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/eml");
    let Ok(entries) = fs::read_dir(&data) else {
        println!("skipped: no {}", data.display());
        return;
    };
    let Some(dovecot) = Dovecot::start(&["mei@x.test"]).unwrap() else { return };
    let messages: Vec<_> = entries.map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
    for message in &messages {
        dovecot.deliver("lin@x.test", &["mei@x.test"], message).unwrap();
    }
    let mut client = dovecot.client("mei@x.test").unwrap();
    assert_eq!(client.select("INBOX").unwrap() as usize, messages.len());
    client.store(1, "+FLAGS (\\Seen \\Draft)").unwrap();
    client.select("INBOX").unwrap();
    let before = seen(client.mails().unwrap());
    let mut session = open(&dovecot, "mei@x.test").await;
    let ids: BTreeSet<_> =
        messages.iter().filter_map(|message| ParsedMail::read(message).message_id).collect();
    let mut recalled = 0;
    for id in &ids {
        let located = session.locate(id).await.unwrap();
        assert_eq!(located.skipped, []);
        assert!(!located.copies.is_empty(), "{id}");
        for found in located.copies {
            let (bytes, key) = (session.fetch(&found.handle).await.unwrap(), format!("k{recalled}"));
            assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Removed);
            assert_eq!(session.put(&again(&found, &bytes, &key)).await.unwrap(), Put::Stored);
            recalled += 1;
        }
    }
    // To the first session that meets a UID it is \Recent, wherever the file lies; to the next one it isn't.
    client.mails().unwrap();
    client.select("INBOX").unwrap();
    assert!(seen(client.mails().unwrap()) == before);
    println!("{recalled} of {} messages went and came back", messages.len());
}
