//! What the engine leans on, the same for every connector: told on Maildirs, on the Dovecot that serves them, and on Cyrus.

use crate::house::{RECEIVED, again, folder, fresh, id, mail, on_cyrus, on_dovecot, only, open};
use domain::mail_system::{
    CopyHandle, Flags, FolderName, MailError, MailSession, MailSystem, Put, Removal, SentGone, SentListing,
    SentRef,
};
use mailbox::maildir::{MaildirConfig, MaildirSystem};
use std::collections::BTreeMap;
use testkit::{cyrus::Cyrus, dovecot::Dovecot};

const MEI: &str = "mei@x.test";

/// The mailbox is new each time.
macro_rules! told {
    (on each: $($story:ident),*; but on Cyrus: $($other:ident),*) => {
        mod maildir {
            use super::*;
            $(#[tokio::test] async fn $story() { super::$story(&maildir()).await; })*
            $(#[tokio::test] async fn $other() { super::$other(&maildir()).await; })*
        }
        mod imap {
            use super::*;
            $(#[tokio::test] async fn $story() {
                let Some(dovecot) = Dovecot::start(&[MEI]).unwrap() else { return };
                super::$story(&on_dovecot(&dovecot)).await;
            })*
            $(#[tokio::test] async fn $other() {
                let Some(dovecot) = Dovecot::start(&[MEI]).unwrap() else { return };
                super::$other(&on_dovecot(&dovecot)).await;
            })*
        }
        mod cyrus {
            use super::*;
            $(#[tokio::test] async fn $story() {
                let Some(cyrus) = Cyrus::start(&[MEI]).unwrap() else { return };
                super::$story(&on_cyrus(&cyrus)).await;
            })*
        }
    };
}

told! {
    on each:
    a_copy_goes_and_comes_back_as_it_was,
    every_folder_is_searched,
    what_changed_since_is_not_removed,
    a_twin_beside_it_is_not_mistaken_for_what_was_put,
    a_part_of_an_id_finds_nothing,
    a_missing_mailbox_is_told,
    a_handle_of_elsewhere_touches_nothing,
    a_small_message_comes_along_whole,
    the_sent_folder_is_followed,
    a_replacement_never_stands_there_twice;
    but on Cyrus:
    a_folder_s_name_may_have_any_character
}

/// Up to one byte below 64 KiB.
async fn a_small_message_comes_along_whole(system: &dyn MailSystem) {
    let mut session = open(system, MEI).await;
    for (length, along) in [(1 << 10, true), ((64 << 10) - 1, true), (64 << 10, false), (64 << 11, false)] {
        let name = format!("{length}@x.test");
        let (start, line) = (mail(&name), format!("{}\r\n", "x".repeat(78)));
        let lines = line.repeat((length - start.len()) / line.len() - 1);
        let end = format!("{}\r\n", "y".repeat(length - start.len() - lines.len() - 2));
        let message = start + &lines + &end;
        assert_eq!(message.len(), length);
        put(session.as_mut(), &format!("k{length}"), "Work", &Flags::default(), &message).await;
        let found = only(session.locate(&id(&name)).await.unwrap());
        assert_eq!(found.content.as_deref(), along.then_some(message.as_bytes()), "{length} bytes");
        assert_eq!(session.fetch(&found.handle).await.unwrap(), message.as_bytes());
    }
}

/// Its root goes when the test ends.
fn maildir() -> MaildirSystem {
    let root = tempfile::tempdir().unwrap().keep();
    for sub in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(root.join("x.test/mei/Maildir").join(sub)).unwrap();
    }
    MaildirSystem::new(MaildirConfig::new(root)).unwrap()
}

async fn put(session: &mut dyn MailSession, key: &str, place: &str, flags: &Flags, bytes: &str) {
    let place = folder(place);
    assert_eq!(session.put(&fresh(key, &place, flags, bytes.as_bytes())).await.unwrap(), Put::Stored);
}

async fn a_copy_goes_and_comes_back_as_it_was(system: &dyn MailSystem) {
    goes_and_comes_back(system, "项目/2026 'Ünï-code' (q)").await;
}

/// Cyrus takes neither quotes nor backslashes.
async fn a_folder_s_name_may_have_any_character(system: &dyn MailSystem) {
    goes_and_comes_back(system, "项目/2026 \"Ünï\\code\" (q)").await;
}

async fn goes_and_comes_back(system: &dyn MailSystem, place: &str) {
    let mut session = open(system, MEI).await;
    let all =
        Flags { seen: true, answered: true, flagged: true, draft: true, deleted: true, ..Flags::default() };
    let places = [("INBOX", Flags::default()), (place, all), ("R&D", Flags::default())];
    for (at, (place, flags)) in places.iter().enumerate() {
        let (wanted, message, key) = (id(&format!("{at}@x")), mail(&format!("{at}@x")), format!("k{at}"));
        put(session.as_mut(), &key, place, flags, &message).await;
        let found = only(session.locate(&wanted).await.unwrap());
        assert_eq!(
            (found.folder.0.as_str(), found.received_at, found.size),
            (*place, RECEIVED, message.len() as u64)
        );
        let kept = |flags: &Flags| Flags { recent: false, keywords: vec![], ..flags.clone() };
        assert_eq!(kept(&found.flags), *flags);
        let bytes = session.fetch(&found.handle).await.unwrap();
        assert_eq!(bytes, message.as_bytes());
        assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Removed);
        assert_eq!(session.locate(&wanted).await.unwrap().copies, []);
        assert!(matches!(session.fetch(&found.handle).await, Err(MailError::Gone)));
        assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Changed, "it is gone");

        let key = format!("back{at}");
        let mut elsewhere = open(system, MEI).await;
        assert_eq!(elsewhere.put(&again(&found, &bytes, &key)).await.unwrap(), Put::Stored);
        assert_eq!(elsewhere.put(&again(&found, &bytes, &key)).await.unwrap(), Put::AlreadyThere);
        drop(elsewhere);
        let mut after_a_crash = open(system, MEI).await;
        assert_eq!(after_a_crash.put(&again(&found, &bytes, &key)).await.unwrap(), Put::AlreadyThere);
        let back = only(after_a_crash.locate(&wanted).await.unwrap());
        assert_eq!((back.folder, back.received_at, back.size), (found.folder, found.received_at, found.size));
        assert_eq!(kept(&back.flags), *flags);
        assert_eq!(after_a_crash.fetch(&back.handle).await.unwrap(), bytes);
    }
}

async fn every_folder_is_searched(system: &dyn MailSystem) {
    let mut session = open(system, MEI).await;
    let (seen, unseen) = (Flags { seen: true, ..Flags::default() }, Flags::default());
    let places = [("INBOX", &seen), ("Archive/2026", &unseen), ("Trash", &seen), ("INBOX", &unseen)];
    for (at, (place, flags)) in places.into_iter().enumerate() {
        // Trace headers differ, so that they are four copies and not one put four times.
        put(session.as_mut(), &format!("k{at}"), place, flags, &format!("X-Trace: {at}\r\n{}", mail("m@x")))
            .await;
    }
    let located = session.locate(&id("m@x")).await.unwrap();
    let found: Vec<_> = located.copies.iter().map(|copy| (copy.folder.0.as_str(), copy.flags.seen)).collect();
    assert_eq!(found, [("INBOX", false), ("Archive/2026", false), ("INBOX", true), ("Trash", true)]);
    assert_eq!(located.searched[0], FolderName::inbox());
    for place in ["Archive/2026", "Trash"] {
        assert!(located.searched.contains(&folder(place)), "{:?}", located.searched);
    }
    assert_eq!(located.skipped, []);
}

async fn what_changed_since_is_not_removed(system: &dyn MailSystem) {
    let mut session = open(system, MEI).await;
    put(session.as_mut(), "k", "INBOX", &Flags::default(), &mail("m@x")).await;
    let unread = only(session.locate(&id("m@x")).await.unwrap());
    // Read, by somebody else's hands: taken and put back with another flag.
    let mut other = open(system, MEI).await;
    let theirs = only(other.locate(&id("m@x")).await.unwrap());
    assert_eq!(other.remove(&theirs.handle).await.unwrap(), Removal::Removed);
    put(other.as_mut(), "read", "INBOX", &Flags { seen: true, ..Flags::default() }, &mail("m@x")).await;
    assert_eq!(session.remove(&unread.handle).await.unwrap(), Removal::Changed);
    let now = only(session.locate(&id("m@x")).await.unwrap());
    assert!(now.flags.seen);
    assert_eq!(session.remove(&now.handle).await.unwrap(), Removal::Removed);
}

async fn a_twin_beside_it_is_not_mistaken_for_what_was_put(system: &dyn MailSystem) {
    let mut session = open(system, MEI).await;
    // The same bytes twice in one folder: the owner copied it.
    put(session.as_mut(), "one", "INBOX", &Flags::default(), &mail("m@x")).await;
    let first = only(session.locate(&id("m@x")).await.unwrap());
    put(session.as_mut(), "two", "INBOX", &first.flags, &mail("m@x")).await;
    let located = session.locate(&id("m@x")).await.unwrap();
    assert_eq!(located.copies.len(), 2);
    for copy in &located.copies {
        assert_eq!(session.remove(&copy.handle).await.unwrap(), Removal::Removed);
    }
    // One comes back, and is put again after a crash; then the other, and that again.
    for (copy, key) in located.copies.iter().zip(["back-1", "back-2"]) {
        let bytes = mail("m@x");
        assert_eq!(session.put(&again(copy, bytes.as_bytes(), key)).await.unwrap(), Put::Stored, "{key}");
        assert_eq!(session.put(&again(copy, bytes.as_bytes(), key)).await.unwrap(), Put::AlreadyThere);
    }
    assert_eq!(session.locate(&id("m@x")).await.unwrap().copies.len(), 2);
    // A twin that stays while the other goes and comes back.
    let located = session.locate(&id("m@x")).await.unwrap();
    assert_eq!(session.remove(&located.copies[0].handle).await.unwrap(), Removal::Removed);
    let mut fresh = open(system, MEI).await;
    let back = again(&located.copies[0], mail("m@x").into_bytes().leak(), "back-3");
    assert_eq!(fresh.put(&back).await.unwrap(), Put::Stored);
    assert_eq!(fresh.locate(&id("m@x")).await.unwrap().copies.len(), 2);
}

async fn a_part_of_an_id_finds_nothing(system: &dyn MailSystem) {
    let mut session = open(system, MEI).await;
    put(session.as_mut(), "k", "INBOX", &Flags::default(), &mail("pfall@x.test")).await;
    for part in ["fall@x.test", "pfall@x.tes", "PFALL@x.test", "all"] {
        assert_eq!(session.locate(&id(part)).await.unwrap().copies, [], "{part}");
    }
    assert_eq!(session.locate(&id("pfall@x.test")).await.unwrap().copies.len(), 1);
}

async fn a_missing_mailbox_is_told(system: &dyn MailSystem) {
    let nobody = "nobody@x.test".parse().unwrap();
    for _ in 0..3 {
        assert!(matches!(system.open(&nobody).await, Err(MailError::NoSuchMailbox(who)) if who == nobody));
        assert!(!system.exists(&nobody).await.unwrap());
    }
    assert!(system.exists(&MEI.parse().unwrap()).await.unwrap());
}

async fn a_handle_of_elsewhere_touches_nothing(system: &dyn MailSystem) {
    let mut session = open(system, MEI).await;
    for text in ["", "../../x", "1 2 3", "7 1 0 zz ", "/cur/../x"] {
        let handle = CopyHandle(text.into());
        assert!(session.fetch(&handle).await.is_err(), "{text}");
        assert!(session.remove(&handle).await.is_err(), "{text}");
    }
    assert!(session.put(&fresh("no key!", &FolderName::inbox(), &Flags::default(), b"x")).await.is_err());
}

async fn a_replacement_never_stands_there_twice(system: &dyn MailSystem) {
    let mut session = open(system, MEI).await;
    let (place, bytes, flags) = (folder("项目"), mail("new@x"), Flags::default());
    let copy = fresh("k1", &place, &flags, bytes.as_bytes());
    session.stage(&copy).await.unwrap();
    assert_eq!(session.locate(&id("new@x")).await.unwrap().copies, [], "nobody sees what is staged");
    assert_eq!(session.put_once(&copy, false).await.unwrap(), Put::Stored);
    let mut after_a_crash = open(system, MEI).await;
    assert_eq!(after_a_crash.put_once(&copy, true).await.unwrap(), Put::AlreadyThere);
    let stands = only(after_a_crash.locate(&id("new@x")).await.unwrap());
    assert_eq!(after_a_crash.remove(&stands.handle).await.unwrap(), Removal::Removed);
    assert_eq!(after_a_crash.put_once(&copy, true).await.unwrap(), Put::Unsure, "its owner deleted it");
    assert_eq!(after_a_crash.locate(&id("new@x")).await.unwrap().copies, []);
}

async fn the_sent_folder_is_followed(system: &dyn MailSystem) {
    let mut session = open(system, MEI).await;
    let mut index = Index::default();
    index.refresh(session.as_mut()).await;
    assert_eq!(index.ids(session.as_mut()).await, Vec::<String>::new());
    let seen = Flags { seen: true, ..Flags::default() };
    for at in 0..3 {
        put(session.as_mut(), &format!("k{at}"), "Sent", &seen, &mail(&format!("{at}@x"))).await;
    }
    put(session.as_mut(), "k8", "INBOX", &seen, &mail("8@x")).await;
    put(session.as_mut(), "k9", "已发送", &seen, &mail("9@x")).await;
    assert!(index.refresh(session.as_mut()).await);
    assert_eq!(index.ids(session.as_mut()).await, ["0@x", "1@x", "2@x", "9@x"]);
    let mut later = open(system, MEI).await;
    let gone = only(later.locate(&id("1@x")).await.unwrap());
    assert_eq!(later.remove(&gone.handle).await.unwrap(), Removal::Removed);
    put(later.as_mut(), "k5", "Sent", &seen, &mail("5@x")).await;
    assert!(index.refresh(later.as_mut()).await);
    assert_eq!(index.ids(later.as_mut()).await, ["0@x", "2@x", "5@x", "9@x"]);
    drop(later);
    let mut at_rest = open(system, MEI).await;
    index.refresh(at_rest.as_mut()).await;
    assert_eq!(index.ids(at_rest.as_mut()).await, ["0@x", "2@x", "5@x", "9@x"]);
}

/// What the portal makes of the listings.
#[derive(Default)]
struct Index {
    cursor: Option<String>,
    known: BTreeMap<String, SentRef>,
}

impl Index {
    /// Was there news?
    async fn refresh(&mut self, session: &mut dyn MailSession) -> bool {
        let mut news = false;
        loop {
            match session.list_sent(self.cursor.as_deref()).await.unwrap() {
                SentListing::Unchanged => return news,
                SentListing::All { messages, cursor } => {
                    self.known =
                        messages.into_iter().map(|message| (message.locator.clone(), message)).collect();
                    self.cursor = Some(cursor);
                    return true;
                }
                SentListing::Changes(changes) => {
                    for gone in &changes.gone {
                        self.known.retain(|locator, _| match gone {
                            SentGone::One(one) => locator != one,
                            SentGone::AllBut { prefix, kept } => {
                                !locator.starts_with(prefix) || kept.contains(locator)
                            }
                        });
                    }
                    news |= !changes.added.is_empty() || !changes.gone.is_empty();
                    self.known
                        .extend(changes.added.into_iter().map(|message| (message.locator.clone(), message)));
                    self.cursor = Some(changes.cursor);
                    if !changes.more {
                        return news;
                    }
                }
            }
        }
    }

    async fn ids(&self, session: &mut dyn MailSession) -> Vec<String> {
        let mut ids = Vec::new();
        for message in self.known.values() {
            let raw = session.fetch(&message.handle).await.unwrap();
            ids.push(domain::mail::ParsedMail::read(&raw).message_id.unwrap().to_string());
        }
        ids.sort();
        ids
    }
}
