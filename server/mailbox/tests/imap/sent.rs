//! The Sent folder of somebody who has written a lot.

use crate::house::{folder, fresh, mail, on_dovecot, on_fake, open};
use domain::mail_system::{Flags, SentChanges, SentGone, SentListing};
use std::{collections::HashSet, fs};
use testkit::{
    dovecot::Dovecot,
    fake_imap::{CAPABILITIES, FakeImap, TAG},
};

fn changes(listing: SentListing) -> SentChanges {
    match listing {
        SentListing::Changes(changes) => changes,
        other => panic!("{other:?}"),
    }
}

fn leaves(gone: &SentGone, locator: &str) -> bool {
    match gone {
        SentGone::One(one) => one == locator,
        SentGone::AllBut { prefix, kept } => {
            locator.starts_with(prefix) && !kept.iter().any(|kept| kept == locator)
        }
    }
}

/// So many messages, as if they had been sent over the years.
fn lay(dovecot: &Dovecot, folder: &str, many: u32) {
    let cur = dovecot.maildir("mei@x.test").join(format!(".{folder}/cur"));
    for at in 0..many {
        let text = format!("From: mei@x.test\nMessage-ID: <{at}@x.test>\n\nHello\n");
        let file = cur.join(format!("17000{at:05}.M1P1.h,S={}:2,S", text.len()));
        fs::write(&file, text).unwrap();
        std::os::unix::fs::chown(&file, Some(5000), Some(5000)).unwrap();
    }
}

#[tokio::test]
async fn of_several_folders_the_newest_of_each_come_first() {
    let Some(dovecot) = Dovecot::start(&["mei@x.test"]).unwrap() else { return };
    let system = on_dovecot(&dovecot);
    let mut session = open(&system, "mei@x.test").await;
    for (key, name) in [("first", "Sent"), ("second", "Sent Items")] {
        session.put(&fresh(key, &folder(name), &Flags::default(), mail("first@x").as_bytes())).await.unwrap();
        lay(&dovecot, name, 400);
    }
    let first = changes(session.list_sent(None).await.unwrap());
    assert_eq!((first.total, first.more), (Some(802), true));
    for name in ["Sent", "Sent Items"] {
        let listed = first.added.iter().filter(|message| message.folder == folder(name));
        let uids: Vec<u32> =
            listed.map(|message| message.locator.rsplit_once('/').unwrap().1.parse().unwrap()).collect();
        assert_eq!(
            (uids.len(), uids.iter().min(), uids.iter().max()),
            (250, Some(&152), Some(&401)),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_large_folder_comes_in_pieces_and_goes_on_after_a_stop() {
    let Some(dovecot) = Dovecot::start(&["mei@x.test"]).unwrap() else { return };
    let system = on_dovecot(&dovecot);
    let sent = folder("Sent");
    let mut session = open(&system, "mei@x.test").await;
    session.put(&fresh("first", &sent, &Flags::default(), mail("first@x").as_bytes())).await.unwrap();
    lay(&dovecot, "Sent", 1200);
    let mut locators = HashSet::new();
    let mut cursor: Option<String> = None;
    let mut pieces = 0;
    loop {
        // Each piece in a session of its own: as if the portal had been stopped.
        let mut session = open(&system, "mei@x.test").await;
        let piece = changes(session.list_sent(cursor.as_deref()).await.unwrap());
        assert!(piece.added.len() <= 500);
        let gone = |locator: &String| piece.gone.iter().any(|gone| leaves(gone, locator));
        assert!(!locators.iter().any(gone), "{:?}", piece.gone);
        assert_eq!(piece.total, Some(if pieces < 2 { 1201 } else { 1202 }), "listed or not");
        pieces += 1;
        locators.extend(piece.added.into_iter().map(|message| message.locator));
        cursor = Some(piece.cursor);
        if pieces == 2 {
            // Meanwhile people go on writing.
            session.put(&fresh("late", &sent, &Flags::default(), mail("late@x").as_bytes())).await.unwrap();
        }
        if !piece.more {
            break;
        }
    }
    assert_eq!((locators.len(), pieces), (1202, 3));
    let mut session = open(&system, "mei@x.test").await;
    assert_eq!(session.list_sent(cursor.as_deref()).await.unwrap(), SentListing::Unchanged);
    // Flags are no news.
    let mut client = dovecot.client("mei@x.test").unwrap();
    client.select("Sent").unwrap();
    client.store(3, "+FLAGS (\\Flagged)").unwrap();
    assert_eq!(session.list_sent(cursor.as_deref()).await.unwrap(), SentListing::Unchanged);
    client.store(3, "+FLAGS (\\Deleted)").unwrap();
    client.expunge(3).unwrap();
    let left = changes(session.list_sent(cursor.as_deref()).await.unwrap());
    assert_eq!((left.added.len(), left.gone.len()), (0, 1), "{left:?}");
    // A foreign cursor begins anew.
    assert!(changes(session.list_sent(Some("1;settled;a;b")).await.unwrap()).more);
}

/// RFC 5161 §3.1.
#[tokio::test]
async fn qresync_is_turned_on_while_no_folder_is_open() {
    for leaves in [true, false] {
        let fake = FakeImap::start(move |command| {
            let words = CAPABILITIES.replace("ENABLE", "ENABLE QRESYNC");
            let words = if leaves { words } else { words.replace("UNSELECT ", "") };
            match command.split(' ').next()? {
                "AUTHENTICATE" => Some(format!("{TAG} OK [CAPABILITY {words}] in\r\n")),
                "LIST" => Some(format!("* LIST () \"/\" INBOX\r\n* LIST () \"/\" Sent\r\n{TAG} OK\r\n")),
                // Something came since, says each.
                "STATUS" => {
                    Some(format!("* STATUS Sent (UIDVALIDITY 7 UIDNEXT 9 MESSAGES 3)\r\n{TAG} OK\r\n"))
                }
                _ => None,
            }
        })
        .unwrap();
        let mut session = open(&on_fake(&fake), "mei@x.test").await;
        let cursor = changes(session.list_sent(None).await.unwrap()).cursor;
        session.list_sent(Some(&cursor)).await.unwrap();
        let heard = fake.heard();
        let enabled = heard.iter().position(|command| command == "ENABLE QRESYNC");
        let before = enabled.map(|at| heard[at - 1].as_str());
        assert_eq!(before, leaves.then_some("UNSELECT"), "{heard:?}");
        assert_eq!(heard.iter().any(|command| command.contains("(QRESYNC (")), leaves);
    }
}
