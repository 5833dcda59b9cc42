//! Servers that don't tell the next UID when a folder is opened (Courier, Winmail), or never.

use crate::house::{again, folder, id, keeping, on_fake, open};
use domain::mail_system::{MailSession, Put, Removal, SentChanges, SentListing};
use testkit::{
    fake_imap::{FakeImap, TAG},
    keeping_imap::{Manners, Next},
};

const MEI: &str = "mei@x.test";
const DATE: &str = "02-Feb-2026 01:00:00 +0000";
const MAIL: &str = "From: lin@x.test\r\nMessage-ID: <m@x.test>\r\nSubject: x\r\n\r\nHello\r\n";

fn telling(next: Next) -> Manners {
    Manners { next, ..Manners::default() }
}

#[tokio::test]
async fn a_look_comes_to_an_end_where_status_tells() {
    let (server, system) = keeping(&["INBOX", "Work"], telling(Next::InStatus));
    server.deliver("Work", DATE, MAIL);
    let mut session = open(&system, MEI).await;
    let located = session.locate(&id("m@x.test")).await.unwrap();
    assert_eq!((located.copies.len(), located.searched.len(), located.skipped), (1, 2, vec![]));
    let before = server.count("UID SEARCH HEADER");
    server.deliver("INBOX", DATE, MAIL);
    let located = session.locate(&id("m@x.test")).await.unwrap();
    assert_eq!((located.copies.len(), located.skipped), (2, vec![]), "what came since is seen");
    assert!(server.count("UID SEARCH HEADER") - before < 5, "{:?}", server.fake.heard());
}

#[tokio::test]
async fn where_nothing_tells_the_look_is_incomplete_and_says_why() {
    let (server, system) = keeping(&["INBOX", "Sent"], telling(Next::Nowhere));
    server.deliver("INBOX", DATE, MAIL);
    let mut session = open(&system, MEI).await;
    let located = session.locate(&id("m@x.test")).await.unwrap();
    assert_eq!((located.copies.len(), located.searched), (1, vec![]));
    assert_eq!(located.skipped.len(), 2, "{:?}", located.skipped);
    assert!(located.skipped.iter().all(|skipped| skipped.reason.contains("next UID")));
    let error = session.list_sent(None).await.unwrap_err();
    assert!(error.to_string().contains("Sent: the server doesn't tell the next UID"), "{error}");
}

/// Not "nothing came into it": nobody knows.
#[tokio::test]
async fn a_folder_whose_status_is_refused_was_not_seen_to_its_end() {
    for (refusal, told) in
        [("NO [NOPERM] not yours", 1), ("NO [SERVERBUG] broken", 1), ("NO [NONEXISTENT] gone", 0)]
    {
        let fake = FakeImap::start(move |command| {
            command.starts_with("STATUS").then(|| format!("{TAG} {refusal}\r\n"))
        })
        .unwrap();
        let located = open(&on_fake(&fake), MEI).await.locate(&id("m@x.test")).await.unwrap();
        assert_eq!((located.copies.len(), located.skipped.len()), (1, told), "{refusal}: {located:?}");
    }
}

async fn listed(session: &mut dyn MailSession, cursor: Option<&str>) -> SentChanges {
    match session.list_sent(cursor).await.unwrap() {
        SentListing::Changes(changes) => changes,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_sent_folder_is_followed_where_status_tells() {
    let (server, system) = keeping(&["INBOX", "Sent"], telling(Next::InStatus));
    server.deliver("Sent", DATE, MAIL);
    let mut session = open(&system, MEI).await;
    let first = listed(session.as_mut(), None).await;
    assert_eq!((first.added.len(), first.more), (1, false));
    assert_eq!(session.list_sent(Some(&first.cursor)).await.unwrap(), SentListing::Unchanged);
    server.deliver("Sent", DATE, MAIL);
    let second = listed(session.as_mut(), Some(&first.cursor)).await;
    assert_eq!((second.added.len(), second.gone.len()), (1, 0));
}

/// The owner keeps a copy elsewhere, or another one in the same folder: neither is the one that goes back.
#[tokio::test]
async fn a_twin_is_not_taken_for_what_goes_back() {
    for next in [Next::Everywhere, Next::InStatus, Next::Nowhere] {
        let (server, system) = keeping(&["Archive", "INBOX"], telling(next));
        for place in ["Archive", "INBOX", "INBOX"] {
            server.deliver(place, DATE, MAIL);
        }
        let mut session = open(&system, MEI).await;
        let copies = session.locate(&id("m@x.test")).await.unwrap().copies;
        let copy = copies.iter().find(|copy| copy.folder == folder("INBOX")).unwrap();
        assert_eq!(session.remove(&copy.handle).await.unwrap(), Removal::Removed);
        let back = again(copy, MAIL.as_bytes(), "k1");
        assert_eq!(open(&system, MEI).await.put(&back).await.unwrap(), Put::Stored, "{next:?}");
        assert_eq!(open(&system, MEI).await.put(&back).await.unwrap(), Put::AlreadyThere, "{next:?}");
        assert_eq!(server.messages("INBOX").len(), 2, "{next:?}");
    }
}
