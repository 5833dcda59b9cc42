//! A recall among people who go on using their mail clients: a real Dovecot, its clients as judges.

use crate::house::{
    again, folder, fresh, id, in_clear, master, on_dovecot, only, open, over_tls, plain, system,
};
use domain::mail_system::{Flags, MailError, MailSystem, Put, Removal};
use mailbox::imap::{ImapConfig, Login, Tls};
use std::{fs, time::Instant};
use testkit::{dovecot::Dovecot, imap::ImapMail};

const MAIL: &str = "From: Lin <lin@x.test>\r\nTo: all@x.test\r\nSubject: Draft\r\nMessage-ID: <draft@x.test>\r\n\
    Date: Mon, 2 Feb 2026 09:00:00 +0800\r\n\r\n.Hello 你好\r\n";
/// `项目/2026 Ünïcode "q"`
const PROJECT: &str = "&mHl27g-/2026 &ANw-n&AO8-code \"q\"";

/// What the person sees; only the UID may differ after a copy came back.
fn seen(mails: Vec<ImapMail>) -> Vec<(Vec<String>, String, Vec<u8>)> {
    let mut mails: Vec<_> = mails.into_iter().map(|mail| (mail.flags, mail.received, mail.raw)).collect();
    mails.sort();
    mails
}

#[tokio::test]
async fn a_mail_to_three_people_vanishes_and_returns_as_each_of_them_left_it() {
    let users = ["mei@x.test", "lin@x.test", "bo@x.test"];
    let Some(dovecot) = Dovecot::start(&users).unwrap() else { return };
    dovecot.deliver("lin@x.test", &users, MAIL.as_bytes()).unwrap();
    let mut mei = dovecot.client("mei@x.test").unwrap();
    assert_eq!(mei.select("INBOX").unwrap(), 1);
    mei.store(1, "+FLAGS (\\Seen \\Flagged $Important $Later)").unwrap();
    let mut lin = dovecot.client("lin@x.test").unwrap();
    lin.create(PROJECT).unwrap();
    lin.select("INBOX").unwrap();
    lin.move_to(1, PROJECT).unwrap();
    lin.select(PROJECT).unwrap();
    let before = (seen(mei.mails().unwrap()), seen(lin.mails().unwrap()));

    let system = on_dovecot(&dovecot);
    let mut held = Vec::new();
    for user in users {
        let mut session = open(&system, user).await;
        let found = only(session.locate(&id("draft@x.test")).await.unwrap());
        let bytes = session.fetch(&found.handle).await.unwrap();
        assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Removed);
        held.push((user, found, bytes));
    }
    assert!(system.capabilities().race_free_removal);
    assert_eq!(held[1].1.folder.0, "项目/2026 Ünïcode \"q\"");
    assert!(held[2].1.flags.recent && !held[2].1.flags.seen, "new to Bo, also after we looked");
    assert_eq!((mei.mails().unwrap(), lin.mails().unwrap()), (vec![], vec![]), "both clients were connected");

    for (user, found, bytes) in &held {
        let mut session = open(&system, user).await;
        assert_eq!(session.put(&again(found, bytes, "case-1")).await.unwrap(), Put::Stored);
        assert_eq!(session.put(&again(found, bytes, "case-1")).await.unwrap(), Put::AlreadyThere);
    }
    mei.select("INBOX").unwrap();
    lin.select(PROJECT).unwrap();
    let unrecent = |mails: Vec<(Vec<String>, String, Vec<u8>)>| {
        let strip =
            |flags: Vec<String>| flags.into_iter().filter(|flag| flag != "\\Recent").collect::<Vec<_>>();
        mails.into_iter().map(|(flags, date, raw)| (strip(flags), date, raw)).collect::<Vec<_>>()
    };
    assert_eq!(unrecent(seen(mei.mails().unwrap())), unrecent(before.0));
    assert_eq!(unrecent(seen(lin.mails().unwrap())), unrecent(before.1));
    let mut bo = dovecot.client("bo@x.test").unwrap();
    bo.select("INBOX").unwrap();
    assert_eq!(bo.mails().unwrap()[0].flags, ["\\Recent"], "new to Bo");
}

#[tokio::test]
async fn looking_leaves_no_trace_and_what_a_client_did_since_stops_the_removal() {
    let Some(dovecot) = Dovecot::start(&["mei@x.test"]).unwrap() else { return };
    dovecot.deliver("lin@x.test", &["mei@x.test"], MAIL.as_bytes()).unwrap();
    let system = on_dovecot(&dovecot);
    let mut session = open(&system, "mei@x.test").await;
    let delivered = only(session.locate(&id("draft@x.test")).await.unwrap());
    session.fetch(&delivered.handle).await.unwrap();
    let mut client = dovecot.client("mei@x.test").unwrap();
    client.select("INBOX").unwrap();
    assert_eq!(client.mails().unwrap()[0].flags, ["\\Recent"], "as if nobody had looked");

    client.store(1, "+FLAGS (\\Seen)").unwrap();
    assert_eq!(session.remove(&delivered.handle).await.unwrap(), Removal::Changed, "read");
    let read = only(session.locate(&id("draft@x.test")).await.unwrap());
    assert!(read.flags.seen);
    client.store(1, "+FLAGS ($Tag)").unwrap();
    assert_eq!(session.remove(&read.handle).await.unwrap(), Removal::Changed, "labelled");
    let labelled = only(session.locate(&id("draft@x.test")).await.unwrap());
    client.move_to(1, "Sent").unwrap();
    assert_eq!(session.remove(&labelled.handle).await.unwrap(), Removal::Changed, "moved");
    assert!(matches!(session.fetch(&labelled.handle).await, Err(MailError::Gone)));
    let moved = only(session.locate(&id("draft@x.test")).await.unwrap());
    assert_eq!(moved.folder.0, "Sent");
    // What the owner only marked stays, whatever we expunge beside it.
    let mut other = open(&system, "mei@x.test").await;
    let marked = Flags { deleted: true, ..Flags::default() };
    other.put(&fresh("k", &folder("Sent"), &marked, b"Message-ID: <marked@x>\r\n\r\nx\r\n")).await.unwrap();
    assert_eq!(session.remove(&moved.handle).await.unwrap(), Removal::Removed);
    assert_eq!(client.select("Sent").unwrap(), 1, "never a bare EXPUNGE");
    assert!(client.mails().unwrap()[0].flags.contains(&"\\Deleted".to_owned()));
}

#[tokio::test]
async fn each_way_of_signing_in() {
    let Some(dovecot) = Dovecot::start(&["mei@x.test"]).unwrap() else { return };
    let authority = Some(dovecot.authority().unwrap());
    let starttls = ImapConfig {
        port: dovecot.imap_port,
        tls: Tls::StartTls,
        authority,
        ..ImapConfig::new("localhost", plain())
    };
    for config in [
        over_tls(&dovecot, plain()),
        over_tls(&dovecot, master()),
        starttls,
        in_clear(dovecot.imap_port, master()),
    ] {
        let told = format!("{config:?}");
        let system = system(ImapConfig { check: Some("mei@x.test".parse().unwrap()), ..config });
        assert!(system.exists(&"mei@x.test".parse().unwrap()).await.unwrap(), "{told}");
        assert!(!system.exists(&"nobody@x.test".parse().unwrap()).await.unwrap(), "{told}");
        let checked = system.check().await.unwrap();
        assert!(checked.contains("UIDPLUS yes, CONDSTORE yes, QRESYNC yes"), "{checked}");
    }
}

#[tokio::test]
async fn a_stranger_s_certificate_and_a_wrong_secret_are_told() {
    let Some(dovecot) = Dovecot::start(&["mei@x.test"]).unwrap() else { return };
    let mei = "mei@x.test".parse().unwrap();
    let unknown = system(ImapConfig { authority: None, ..over_tls(&dovecot, plain()) });
    let error = unknown.open(&mei).await.err().unwrap();
    assert!(matches!(&error, MailError::Denied(why) if why.contains("ertificate")), "{error:?}");
    let wrong = Login::plain("admin", "geheim");
    let error = system(over_tls(&dovecot, wrong)).open(&mei).await.err().unwrap();
    assert!(matches!(&error, MailError::Denied(_)), "{error:?}");
    assert!(!format!("{error:?}{error}").contains("geheim"));
}

#[tokio::test]
async fn an_unknown_mailbox_slows_nobody_down_for_long() {
    let Some(dovecot) = Dovecot::start(&["mei@x.test"]).unwrap() else { return };
    let system = on_dovecot(&dovecot);
    let nobody = "nobody@x.test".parse().unwrap();
    assert!(!system.exists(&nobody).await.unwrap());
    let started = Instant::now();
    for _ in 0..100 {
        assert!(!system.exists(&nobody).await.unwrap());
    }
    assert!(started.elapsed().as_secs() < 2, "asked once: the second time would cost 15 s, for everybody");
}

#[tokio::test]
async fn ten_thousand_messages_in_one_folder() {
    let Some(dovecot) = Dovecot::start(&["mei@x.test"]).unwrap() else { return };
    // The mailbox and its owner exist from here on.
    dovecot.deliver("lin@x.test", &["mei@x.test"], MAIL.as_bytes()).unwrap();
    let cur = dovecot.maildir("mei@x.test").join("cur");
    for at in 0..10_000 {
        let text = format!("From: lin@x.test\nMessage-ID: <{at}@x.test>\nSubject: {at}\n\nHello\n");
        let file = cur.join(format!("17000{at:05}.M1P1.h,S={}:2,S", text.len()));
        fs::write(&file, text).unwrap();
        std::os::unix::fs::chown(&file, Some(5000), Some(5000)).unwrap();
    }
    let system = on_dovecot(&dovecot);
    let mut session = open(&system, "mei@x.test").await;
    let found = only(session.locate(&id("7777@x.test")).await.unwrap());
    assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Removed);
    let located = session.locate(&id("7777@x.test")).await.unwrap();
    assert_eq!((located.copies.len(), located.skipped.len()), (0, 0));
    let mut client = dovecot.client("mei@x.test").unwrap();
    assert_eq!(client.select("INBOX").unwrap(), 10_000);
}
